"""What is known of the things that articles speak of, as far as a shape can see it, and a digest of it."""

import hashlib

from rdflib import Graph, URIRef
from rdflib.namespace import SKOS
from rdflib.term import Node

from kg.map.terms import STORE


class Descriptions:
    """The graph of entities without other forms of names: no shape looks at them, and they change often."""

    def __init__(self, entities: Graph) -> None:
        self.graph = Graph(store=STORE)
        for triple in entities:
            if triple[1] != SKOS.altLabel:
                self.graph.add(triple)
        self._own: dict[Node, tuple[str, tuple[Node, ...]]] = {}
        self._whole: dict[Node, str] = {}

    def digest(self, iri: str) -> str:
        """Return what stands for the description of a thing and of all that it leads to."""
        thing = URIRef(iri)
        if thing not in self._whole:
            told = sorted(self._read(node)[0] for node in self._reached(thing))
            self._whole[thing] = hashlib.sha256("\n".join(told).encode()).hexdigest()
        return self._whole[thing]

    def _reached(self, thing: Node) -> set[Node]:
        seen: set[Node] = set()
        wanted = [thing]
        while wanted:
            node = wanted.pop()
            if node not in seen:
                seen.add(node)
                wanted += self._read(node)[1]
        return seen

    def _read(self, node: Node) -> tuple[str, tuple[Node, ...]]:
        if node not in self._own:
            triples = sorted((p.n3(), o.n3()) for p, o in self.graph.predicate_objects(node))
            told = "\n".join((node.n3(), *(" ".join(pair) for pair in triples)))
            further = tuple(o for o in self.graph.objects(node) if isinstance(o, URIRef))
            self._own[node] = (hashlib.sha256(told.encode()).hexdigest(), further)
        return self._own[node]
