"""For tests of pushing: small releases made by hand, and a store in memory that can stop at any request."""

import gzip
import io
from datetime import date

import pyoxigraph

from kg.release import begin
from kg.store.contract import Answer
from kg.store.evaluation import Request, evaluate
from kg.store.shelf import Shelf
from kg.vocabulary import FACTS, Names

NAMES = Names("https://news.example/kg/")
BASE = NAMES.base
RECORD = BASE + "graph/release"


def line_of(graph, number):
    """A quad; its text has what is hard to write: quotes, a backslash before u, another alphabet."""
    iri = f"{BASE}graph/{graph}"
    return f'<{BASE}id/x/{number}> <{BASE}p> "{number} \\"中\\" \\n é"@en <{iri}> .\n'.encode()


def publish(folder, graphs, *, day=date(2026, 11, 24), line=line_of):
    """Publish a release with these graphs: name -> numbers; `facts` is always there."""
    graphs = {FACTS: {0}, **graphs}
    with begin(folder) as draft:
        with Shelf(draft.path / ".fresh") as shelf:
            for name in sorted(graphs):
                shelf.put(f"{BASE}graph/{name}", sorted(line(name, n) for n in graphs[name]))
            content = shelf.write(draft.dumps)
        return draft.publish(as_of=day, content=content, meta={"base": BASE}).release


def quads_of(release):
    """The lines of a release."""
    return sorted(gzip.decompress((release.dumps / "accord.nq.gz").read_bytes()).splitlines(keepends=True))


class StoppedError(Exception):
    """The process that pushed is gone."""


class MemoryStore:
    """A store that counts what it is asked to write, and stops before, amid or after one of these."""

    def __init__(self):
        self.inner = pyoxigraph.Store()
        self.asked = []
        self.stop_at = None
        self.how = "before"

    def query(self, sparql, /, *, media=""):
        out = io.BytesIO()
        kind, written = evaluate(self.inner, Request(sparql, media), out)
        return Answer(kind, written, out.getvalue())

    def update(self, sparql, /):
        first, *rest = sparql.split(" ;\n")
        self._carry_out(
            "update", sparql, [lambda: self.inner.update(first), lambda: [self.inner.update(r) for r in rest]]
        )

    def replace(self, graph, ntriples, /):
        def put():
            self.inner.clear_graph(pyoxigraph.NamedNode(graph))
            self.inner.load(
                ntriples.read_bytes(), pyoxigraph.RdfFormat.N_TRIPLES, to_graph=pyoxigraph.NamedNode(graph)
            )

        self._carry_out("put", graph, [put])

    def remove(self, graph, /):
        self._carry_out("delete", graph, [lambda: self.inner.remove_graph(pyoxigraph.NamedNode(graph))])

    def copy_to_default(self, graph, /):
        self._carry_out("copy", graph, [lambda: self.inner.update(f"COPY <{graph}> TO DEFAULT")])

    def _carry_out(self, what, about, parts):
        self.asked.append((what, about))
        stops = self.stop_at == len(self.asked)
        if stops and self.how == "before":
            raise StoppedError
        parts[0]()
        if stops and self.how == "amid":
            raise StoppedError
        for part in parts[1:]:
            part()
        if stops:
            raise StoppedError

    def named(self):
        """What the named graphs hold, but the record."""
        quads = (
            q
            for q in self.inner
            if q.graph_name not in (pyoxigraph.DefaultGraph(), pyoxigraph.NamedNode(RECORD))
        )
        return sorted(
            pyoxigraph.serialize(quads, format=pyoxigraph.RdfFormat.N_QUADS).splitlines(keepends=True)
        )

    def default(self):
        """What the default graph holds, as lines of the facts."""
        facts = pyoxigraph.NamedNode(BASE + "graph/facts")
        quads = [
            pyoxigraph.Quad(q.subject, q.predicate, q.object, facts)
            for q in self.inner.quads_for_pattern(None, None, None, pyoxigraph.DefaultGraph())
        ]
        return sorted(
            pyoxigraph.serialize(quads, format=pyoxigraph.RdfFormat.N_QUADS).splitlines(keepends=True)
        )
