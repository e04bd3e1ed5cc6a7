"""Files that prove something, as they came, and what became of each: uploaded, accepted, rejected.

A file is kept by the SHA-256 of its bytes and never changed. That there is one, what it is called and what it
proves is said by the register; a school whose register changes is judged anew.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, func, select

from collector.store.engine import lock_school
from collector.store.schema import document_event
from collector.store.statement import ask, run
from inventory.errors import InputError
from inventory.words import _

What = Literal["uploaded", "accepted", "rejected"]

PART_BYTES = 64 * 1024
SCHOOL_BYTES = 2 * 1024**3
"""As much a school may hand in."""
_PUT = (
    "INSERT INTO document_file (school_id, sha256, part, kind, size, made_at, body) "
    "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (school_id, sha256, part) DO NOTHING"
)
_BODY = "SELECT body FROM document_file WHERE school_id = ? AND sha256 = ? ORDER BY part"
_HELD = "SELECT COALESCE(SUM(size), 0) FROM document_file WHERE school_id = ? AND part = 0"


@dataclass(frozen=True, slots=True)
class DocumentEvent:
    """What somebody did with a document. ``at``: seconds since 1970."""

    at: float
    what: What
    who: str
    note: str = ""


def keep_file(connection: Connection, school_id: str, kind: str, body: bytes, at: float) -> str:
    """Keep a file; gives back its SHA-256. InputError where the school has handed in too much."""
    sha256 = hashlib.sha256(body).hexdigest()
    lock_school(connection, school_id)
    held = int(ask(connection, _HELD, (school_id,))[0][0])
    if held + len(body) > SCHOOL_BYTES:
        raise InputError(
            _("the school's documents would be larger than %(n)d MiB") % {"n": SCHOOL_BYTES // 2**20},
            do=_("hand in smaller files, such as scans of 150 dpi"),
        )
    parts = [
        (school_id, sha256, number, kind, len(body), at, body[start : start + PART_BYTES])
        for number, start in enumerate(range(0, len(body), PART_BYTES))
    ]
    run(connection, _PUT, parts)
    return sha256


def read_file(connection: Connection, school_id: str, sha256: str) -> bytes | None:
    """The bytes of a file; None where it was never handed in here. InputError where they have changed."""
    body = b"".join(bytes(part) for (part,) in ask(connection, _BODY, (school_id, sha256)))
    if not body:
        return None
    if hashlib.sha256(body).hexdigest() != sha256:
        raise InputError(
            _("the file is damaged: it is not the one that was handed in"),
            do=_("restore it from a backup: wanzhao collector restore"),
        )
    return body


def tell(connection: Connection, school_id: str, document_id: str, event: DocumentEvent) -> None:
    """Add what happened to a document."""
    of_it = (document_event.c.school_id == school_id) & (document_event.c.document_id == document_id)
    last = connection.execute(select(func.max(document_event.c.number)).where(of_it)).scalar()
    connection.execute(
        document_event.insert().values(
            school_id=school_id,
            document_id=document_id,
            number=(last or 0) + 1,
            at=event.at,
            what=event.what,
            who=event.who[:128],
            note=event.note,
        )
    )


def read_events(connection: Connection, school_id: str, document_id: str) -> list[DocumentEvent]:
    """What happened to a document, oldest first."""
    query = (
        select(document_event)
        .where(document_event.c.school_id == school_id, document_event.c.document_id == document_id)
        .order_by(document_event.c.number)
    )
    return [DocumentEvent(row.at, row.what, row.who, row.note) for row in connection.execute(query)]


def has_files(connection: Connection, school_id: str) -> frozenset[str]:
    """The SHA-256 of every file that a school has handed in."""
    query = "SELECT sha256 FROM document_file WHERE school_id = ? AND part = 0"
    return frozenset(sha for (sha,) in ask(connection, query, (school_id,)))
