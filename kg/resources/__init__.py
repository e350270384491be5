"""Where the files that ship with the package are: ontology, shapes, tables.

A wheel carries `ontology/` and `shapes/` inside this folder; a source tree has them at its top.
"""

from pathlib import Path

_HERE = Path(__file__).parent
_TREE = _HERE.parent.parent


def resource(name: str) -> Path:
    """Return the path of a shipped file such as `ontology/kg.ttl`.

    Raises FileNotFoundError when the installation is incomplete.
    """
    for place in (_HERE, _TREE):
        if (path := place / name).exists():
            return path
    raise FileNotFoundError(f"{name} is missing from this installation of accord-kg")
