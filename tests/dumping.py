"""Files for download of a file of N-Quads, as a build writes them."""

from itertools import groupby

from kg.resources import resource
from kg.store import Shelf, context_of, nquads_of
from kg.store.dumps import Folder, write_dumps
from kg.store.lines import graph_of
from kg.vocabulary import Names

NAMES = Names()
CONTEXT = context_of(resource("ontology/kg.ttl").read_bytes(), NAMES.prefixes())


def write_nquads(graphs, path):
    """Write graphs, each an IRI and N-Triples, as one file of sorted N-Quads; return how many quads."""
    lines = sorted({line for graph, ntriples in graphs for line in nquads_of(graph, ntriples)})
    path.write_bytes(b"".join(lines))
    return len(lines)


def folder_of(path):
    """The folder of a release, as far as files for download go."""
    return Folder(path / "dumps", path / "records")


def written(nquads, path, earlier=None, context=CONTEXT):
    """Write the files into a folder, taking over what can be from an earlier one; return the content."""
    old = folder_of(earlier) if earlier else None
    with Shelf(path / "fresh", earlier=old.files if old else None) as shelf:
        by_graph = sorted(
            nquads.read_bytes().splitlines(keepends=True), key=lambda line: (graph_of(line), line)
        )
        for graph, lines in groupby(by_graph, key=graph_of):
            shelf.put(graph[1:-1].decode(), lines)
        return write_dumps(shelf, folder_of(path), names=NAMES, context=context, earlier=old)
