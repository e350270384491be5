"""Stage 6, the folder of the files for download, and the records of what parts they are made of."""

import functools
import hashlib
import zlib
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph
import zstandard

from kg import vocabulary
from kg.store.parts import Parted, PartsFile

_READ = ("contract.py", "described.py", "embedded.py", "jsonld.py", "lines.py", "parts.py", "sorting.py")
"""The modules beside this package that take part in what a file's part says."""


@dataclass(frozen=True, slots=True)
class Folder:
    """Where files for download are, and the records that let the next release copy from them."""

    files: Path
    records: Path
    """Not for download; a file without a record is made anew."""

    def parted(self, name: str) -> Parted:
        """Return a file with its record."""
        return Parted(self.files / name, self.records / f"{name}.tsv")

    def begin(self, name: str, earlier: "Folder | None") -> PartsFile:
        """Begin a file that copies what it can from that of an earlier release."""
        return PartsFile(self.parted(name), earlier=earlier.parted(name) if earlier else None)


def key_of(*told: str | bytes) -> str:
    """Return the key of a part: a hash of all that its bytes depend on, the code that writes them as well."""
    hashed = hashlib.sha256(_made_by())
    for each in told:
        data = each.encode() if isinstance(each, str) else each
        hashed.update(len(data).to_bytes(8, "big") + data)
    return hashed.hexdigest()


@functools.cache
def _made_by() -> bytes:
    """Return what tells this code and the libraries that pack and write from any other."""
    versions = (pyoxigraph.__version__, zstandard.__version__, zlib.ZLIB_RUNTIME_VERSION)
    here = Path(__file__).parent
    files = [*here.glob("*.py"), *(here.parent / name for name in _READ), Path(vocabulary.__file__)]
    sources = [path.read_bytes() for path in sorted(files, key=lambda path: path.name)]
    return hashlib.sha256(repr((versions, sources)).encode()).digest()
