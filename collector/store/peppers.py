"""The peppers of a collector: keys of the hashes of tokens and codes, in a file of their own.

Whoever has the database alone cannot try out tokens. The file holds a pepper a line in hexadecimal, the
newest first; it belongs in the backup, apart from that of the database.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from inventory.errors import ConfigError
from inventory.words import _

PEPPER_BYTES = 32


@dataclass(frozen=True, slots=True)
class Peppers:
    """(id, pepper), the newest first; the repr shows none. An id is a hash of its pepper: it follows from the
    file and says nothing of it."""

    all: tuple[tuple[str, bytes], ...] = field(repr=False)

    @property
    def newest(self) -> tuple[str, bytes]:
        return self.all[0]


def load_pepper(path: Path) -> Peppers:
    """The peppers of this collector, made at first use; ConfigError when they cannot be read or made."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _make(path)
        return _read(path)
    except (OSError, ValueError) as error:
        # What is in the file is not repeated.
        why = error.strerror if isinstance(error, OSError) else _("it does not hold a pepper a line")
        raise ConfigError(
            _("the pepper file cannot be used: %(why)s") % {"why": why},
            where=str(path),
            do=_("restore it from backup; without it every agent must be enrolled anew"),
        ) from None


def add_pepper(path: Path) -> Peppers:
    """Put a new pepper before the others: it serves from the next start of the collector on. The old ones
    stay until no token hangs on them (see tokens_by_pepper): a token moves over when it is rotated."""
    older = load_pepper(path)
    beside = _written(path, [secrets.token_bytes(PEPPER_BYTES), *(pepper for _id, pepper in older.all)])
    beside.replace(path)
    return load_pepper(path)


def _make(path: Path) -> None:
    beside = _written(path, [secrets.token_bytes(PEPPER_BYTES)])
    # Of two processes that start together one makes the file, whole; the other reads it.
    with contextlib.suppress(FileExistsError):
        os.link(beside, path)
    beside.unlink()


def _written(path: Path, peppers: list[bytes]) -> Path:
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.writelines(pepper.hex() + "\n" for pepper in peppers)
        file.flush()
        os.fsync(descriptor)
    return beside


def _read(path: Path) -> Peppers:
    lines = path.read_text(encoding="ascii").split()
    peppers = [bytes.fromhex(line) for line in lines]
    if not peppers or any(len(pepper) != PEPPER_BYTES for pepper in peppers):
        raise ValueError(len(peppers))
    return Peppers(tuple((hashlib.sha256(b"wanzhao pepper " + one).hexdigest()[:8], one) for one in peppers))
