"""Files for download of our own making: graphs of any lines, with a list and checksums that fit them."""

import gzip
import hashlib

from kg.release import write_sums
from kg.release.sums import files_of
from kg.store.manifest import MANIFEST, NQUADS, Entry, content_of, write_manifest


def write_dump(folder, graphs, *, behind=b"", pad=b"", extra=b""):
    """Write graphs with their lines as given; return what names the content."""
    folder.mkdir(exist_ok=True)
    entries, out = [], b""
    for graph, lines in graphs.items():
        data = "".join(lines).encode()
        member = gzip.compress(data, mtime=0) + pad
        entries.append(Entry(graph, len(lines), hashlib.sha256(data).hexdigest(), len(out), len(member)))
        out += member + extra
    (folder / NQUADS).write_bytes(out + behind)
    write_manifest(folder / MANIFEST, entries)
    write_sums(folder, files_of(folder))
    return content_of(entries)
