"""snmpsim's command responder, with its index of each file in memory instead of in a dbm file.

Many Pythons lack gdbm and ndbm, and dbm.dumb takes minutes for a million variables. Run as a script.
"""

from __future__ import annotations

import grp
import os
import pwd
import sys
import types
from pathlib import Path


class Index(dict[bytes, bytes]):
    """A dbm look-alike: keys and values become bytes."""

    def __setitem__(self, key: str | bytes, value: str | bytes) -> None:
        super().__setitem__(_octets(key), _octets(value))

    def __getitem__(self, key: str | bytes) -> bytes:
        return super().__getitem__(_octets(key))

    def close(self) -> None:
        """Nothing to close."""


def _octets(word: str | bytes) -> bytes:
    return word if isinstance(word, bytes) else word.encode()


_indexes: dict[str, Index] = {}


def open_index(path: str, flags: str = "r", _mode: int = 0o666) -> Index:
    """A new index for the flag "n", else the one made before."""
    if "n" in flags:
        _indexes[path] = Index()
        Path(path).touch()  # snmpsim looks for the file
    return _indexes[path]


def main() -> None:
    dbm = types.ModuleType("dbm")
    dbm.open = open_index  # type: ignore[attr-defined]
    dbm.whichdb = lambda path: "memory" if path in _indexes else None  # type: ignore[attr-defined]
    sys.modules["dbm"] = dbm
    if os.getuid() == 0:  # it refuses to start as root unless told whom to become
        sys.argv += [
            f"--process-user={pwd.getpwuid(0).pw_name}",
            f"--process-group={grp.getgrgid(0).gr_name}",
        ]
    from snmpsim.commands.responder import main as responder  # only now, with its dbm replaced

    sys.exit(responder())


if __name__ == "__main__":
    main()
