"""Stage 1, read: what stands for a source and its bytes, so that the same need not be read again."""

import hashlib
from pathlib import Path

from kg.read.sources import Source, SourceKind


def print_of(source: Source) -> str | None:
    """Return what stands for a file, its name and what lies beside it; nothing for what is no file.

    Unequal for other bytes, equal for the same.
    """
    if source.kind is not SourceKind.FILE:
        return None
    path = Path(source.name)
    hashed = hashlib.sha256(source.name.encode(errors="surrogateescape"))
    try:
        for part in (path, path.with_suffix(".json")):
            if part == path or part.is_file():
                with part.open("rb") as file:
                    hashed.update(hashlib.file_digest(file, "sha256").digest())
    except OSError:  # reading it says why
        return None
    return hashed.hexdigest()
