"""The audit log: who did what, from where, to what. Append-only; each row holds the hash of the one before.

A row is written in the transaction of the change that it tells of, as its last statement: the lock that keeps
the numbers in one row is held to the end of the transaction, and nothing else may be waited for then.

What the chain shows: a row that was altered, taken out of the middle, or put in. That the newest rows were
cut off shows only against a head (number and hash) that is kept elsewhere: print it now and then.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, select

from collector.store.engine import lock_named
from collector.store.schema import audit
from inventory.words import N_

COUNTY = ""
FIRST = "0" * 64
"""What stands as the hash of the row before the first."""
RECENT = 50_000
"""As many rows are looked through for a last sign-in: the log has no index for it, and only grows."""

ACTIONS: Mapping[str, str] = {
    "sign_in": N_("signed in"),
    "sign_in_refused": N_("was refused at the sign-in"),
    "sign_out": N_("signed out"),
    "locked_out": N_("was locked out by wrong tries"),
    "person_added": N_("added a person"),
    "person_locked": N_("locked an account"),
    "person_unlocked": N_("unlocked an account"),
    "person_renamed": N_("changed the name that is shown"),
    "subject_changed": N_("changed a subject of the county's sign-on"),
    "sessions_ended": N_("ended sessions"),
    "roles_changed": N_("changed roles"),
    "password_changed": N_("changed a password"),
    "totp_set": N_("set up an authenticator"),
    "totp_removed": N_("removed an authenticator"),
    "code_made": N_("made an enrolment code"),
    "agent_enrolled": N_("enrolled an agent"),
    "tokens_revoked": N_("revoked the tokens of a campus"),
    "register_imported": N_("imported the register"),
    "baseline_accepted": N_("accepted what is measured"),
    "baseline_ended": N_("ended an acceptance"),
    "item_changed": N_("changed a work item"),
    "document_uploaded": N_("handed in a document"),
    "document_accepted": N_("accepted a document"),
    "document_rejected": N_("rejected a document"),
    "report_made": N_("made a report"),
    "api_token_made": N_("made a token of the API"),
    "api_token_revoked": N_("revoked a token of the API"),
}
"""Every action of the log, and how it is shown. An action without its line here is refused."""


@dataclass(frozen=True, slots=True)
class By:
    """Who does something, and from where: an address, or "command" on the collector's own machine."""

    who: str
    origin: str = ""


NOBODY = By("", "")
"""Nobody said who it was."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the log; ``at`` in seconds since 1970, ``detail`` JSON with what was before and after."""

    number: int
    at: float
    who: str
    origin: str
    action: str
    object: str
    detail: str
    previous: str
    own: str


@dataclass(frozen=True, slots=True)
class Head:
    """The newest row: what to keep elsewhere."""

    number: int
    own: str

    def __str__(self) -> str:
        return f"{self.number}:{self.own}"


@dataclass(frozen=True, slots=True)
class Broken:
    """The first row that is not as it was written, and why: "altered", "missing", "cut" or "replaced"."""

    number: int
    why: str


def write(
    connection: Connection,
    at: float,
    by: By,
    action: str,
    about: str,
    before: object = None,
    after: object = None,
) -> None:
    """Add a row. ``before`` and ``after`` are plain values for JSON; no secret may be among them."""
    if action not in ACTIONS:
        raise ValueError(action)
    lock_named(connection, "audit")
    head = head_of(connection)
    told = {name: value for name, value in (("before", before), ("after", after)) if value is not None}
    row = {
        "number": head.number + 1,
        "at": at,
        "who": by.who[:128],
        "origin": by.origin[:64],
        "action": action,
        "object": about[:256],
        "detail": _canonical(told).decode(),
        "previous": head.own,
    }
    connection.execute(audit.insert().values(school_id=COUNTY, own=_hash(row), **row))


def head_of(connection: Connection) -> Head:
    """The newest row's number and hash; 0 and zeros where there is none yet."""
    query = select(audit.c.number, audit.c.own).where(audit.c.school_id == COUNTY)
    row = connection.execute(query.order_by(audit.c.number.desc()).limit(1)).first()
    return Head(row.number, row.own) if row else Head(0, FIRST)


def verify(connection: Connection, kept: Head | None = None) -> Broken | None:
    """The first broken row, or None. ``kept`` is a head that was printed earlier: its row has to be there
    still, with that hash."""
    previous, number = FIRST, 0
    query = select(audit).where(audit.c.school_id == COUNTY).order_by(audit.c.number)
    with connection.execute(query.execution_options(yield_per=1000)) as rows:
        for row in rows:
            number += 1
            if row.number != number:
                return Broken(number, "missing")
            if row.previous != previous or row.own != _hash(_told(row)):
                return Broken(number, "altered")
            if kept and kept.number == number and kept.own != row.own:
                return Broken(number, "replaced")
            previous = row.own
    if kept and kept.number > number:
        return Broken(number + 1, "cut")
    return None


def read_audit(
    connection: Connection,
    *,
    before: int | None = None,
    limit: int = 100,
    who: str = "",
    action: str = "",
) -> list[Entry]:
    """The newest rows first; ``before`` is the number of the last one already shown."""
    query = select(audit).where(audit.c.school_id == COUNTY)
    if before is not None:
        query = query.where(audit.c.number < before)
    if who:
        query = query.where(audit.c.who == who)
    if action:
        query = query.where(audit.c.action == action)
    rows = connection.execute(query.order_by(audit.c.number.desc()).limit(limit))
    return [Entry(own=row.own, **_told(row)) for row in rows]


def last_sign_ins(connection: Connection, names: Sequence[str]) -> dict[str, float]:
    """When these accounts were last signed in to, as far as the newest rows tell."""
    above = head_of(connection).number - RECENT
    query = select(audit.c.object, func.max(audit.c.at)).where(
        audit.c.school_id == COUNTY,
        audit.c.number > above,
        audit.c.action == "sign_in",
        audit.c.object.in_(names),
    )
    return {row[0]: float(row[1]) for row in connection.execute(query.group_by(audit.c.object))}


def _told(row: Row[Any]) -> dict[str, Any]:
    names = ("number", "at", "who", "origin", "action", "object", "detail", "previous")
    return {name: getattr(row, name) for name in names}


def _hash(row: Mapping[str, Any]) -> str:
    """SHA-256 of the row as canonical JSON: keys in order, no spaces, UTF-8."""
    return hashlib.sha256(_canonical(dict(row))).hexdigest()


def _canonical(value: object) -> bytes:
    return msgspec.json.encode(value, order="deterministic")
