"""Stage 7, changes as an RDF Patch: applied to the quads of one release it gives exactly those of the other.

https://afs.github.io/rdf-delta/rdf-patch.html; each version is named by the hash of its content, as RFC 6920
names things by their hashes.
"""

import base64
from typing import BinaryIO

from kg.changes.sides import Side, changed_graphs
from kg.differences import differences


def write_patch(before: Side, after: Side, out: BinaryIO) -> None:
    """Write the patch from one to the other: what goes first, then what comes, each by graph and line."""
    out.write(f"H id <{name_of(after.content)}> .\nH prev <{name_of(before.content)}> .\nTX .\n".encode())
    changed = changed_graphs(before, after)
    for wanted, mark in ((False, b"D "), (True, b"A ")):
        for graph in changed:
            for is_new, line in differences(before.graph(graph), after.graph(graph)):
                if is_new is wanted:
                    out.write(mark + line)
    out.write(b"TC .\n")


def name_of(content: str) -> str:
    """Return the IRI of a content by its SHA-256 in hexadecimal."""
    digest = base64.urlsafe_b64encode(bytes.fromhex(content)).rstrip(b"=").decode()
    return f"ni:///sha-256;{digest}"
