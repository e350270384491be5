"""Stage 6, the files that people download, all made from the graphs of a release.

The same graphs give the same bytes: nothing in a file depends on a clock, a name or an order of arrival. What
is held in memory does not grow with the data, and what did not change is copied from the earlier release.
"""

import json

from kg.store.dumps.folder import Folder
from kg.store.dumps.framed import write_framed
from kg.store.dumps.graphs import write_subsets, write_whole
from kg.store.dumps.things import write_things
from kg.store.embedded import clear_errors
from kg.store.jsonld import Context
from kg.store.shelf import Shelf
from kg.vocabulary import Names

__all__ = ["Folder", "write_dumps"]


def write_dumps(
    shelf: Shelf, folder: Folder, *, names: Names, context: Context, earlier: Folder | None = None
) -> str:
    """Write every file for download of the graphs on a shelf; return the SHA-256 that names the content.

    Raises StoreError when a file cannot be written, or when what is there would be told wrongly.
    """
    with clear_errors(str(folder.files)):
        folder.files.mkdir(parents=True, exist_ok=True)
    content = shelf.write(folder.files)
    write_whole(shelf, folder, earlier, names)
    write_subsets(shelf, folder, names)
    write_things(shelf, folder, earlier, names, context)
    write_framed(shelf, folder, earlier, names, context)
    text = json.dumps({"@context": context}, ensure_ascii=False, indent=1)
    with clear_errors(str(folder.files)):
        (folder.files / "context.jsonld").write_text(text + "\n", encoding="utf-8")
    return content
