"""The register in the store: every import is kept, the current one is read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

import msgspec
from sqlalchemy import Connection, or_, select

from collector.people import audit
from collector.people.audit import By
from collector.store.engine import lock_school
from collector.store.schema import register
from collector.store.statement import fetch, values_lists
from inventory.history import Entry, Version, county_entries, school_entries
from inventory.register import Register, School

COUNTY = ""
SAME_MOMENT_S = 0.001
"""Two versions of one school never begin in the same moment; the second one waits so long."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import changed: ids of schools."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int


def store_register(
    connection: Connection, new: Register, *, author: str, at: float, source: str = "", origin: str = ""
) -> Imported:
    """Make ``new`` the register from ``at`` on; schools that it lacks leave it, their history stays.
    ``source`` says where it comes from: the name of a file, "console", "netbox"; ``origin`` is the address
    of who imports it, for the audit log, which has a row where anything changed."""
    lock_school(connection, COUNTY)
    query = select(register.c.school_id, register.c.sha256, register.c.valid_from).where(
        register.c.valid_to.is_(None)
    )
    rows = connection.execute(query).all()
    current = {row.school_id: row.sha256 for row in rows}
    if any(row.valid_from == at for row in rows):
        at += SAME_MOMENT_S
    docs = {school.id: msgspec.json.encode(school, order="deterministic") for school in new.schools}
    docs[COUNTY] = msgspec.json.encode(replace(new, schools=()), order="deterministic")
    hashes = {school_id: hashlib.sha256(doc).hexdigest() for school_id, doc in docs.items()}
    fresh = [school_id for school_id, sha in hashes.items() if current.get(school_id) != sha]
    gone = sorted(current.keys() - docs.keys())
    for school_id in [*(s for s in fresh if s in current), *gone]:
        connection.execute(
            register.update()
            .where(register.c.school_id == school_id, register.c.valid_to.is_(None))
            .values(valid_to=at)
        )
    told = {"valid_from": at, "author": author[:128], "source": source[:256]}
    written = [
        {"school_id": s, "valid_to": None, "sha256": hashes[s], "doc": docs[s], **told} for s in fresh
    ] + [{"school_id": s, "valid_to": at, "sha256": "", "doc": b"", **told} for s in gone]
    if written:
        connection.execute(register.insert(), written)
    schools = [school_id for school_id in fresh if school_id != COUNTY]
    done = Imported(
        added=tuple(s for s in schools if s not in current),
        changed=tuple(s for s in schools if s in current),
        removed=tuple(gone),
        unchanged=len(new.schools) - len(schools),
    )
    if written:
        counts = {"added": len(done.added), "changed": len(done.changed), "removed": len(gone)}
        before = {"county": current.get(COUNTY, ""), "schools": len(current.keys() - {COUNTY})}
        after = {"county": hashes[COUNTY], "schools": len(new.schools), **counts}
        audit.write(connection, at, By(author, origin), "register_imported", source, before, after)
    return done


def store_school(connection: Connection, new: School, *, author: str, at: float, source: str) -> None:
    """Make ``new`` one school's part of the register from ``at`` on, where the caller holds the register's
    lock (``lock_register``) since reading it; the caller writes the audit log."""
    query = select(register.c.sha256, register.c.valid_from).where(
        register.c.school_id == new.id, register.c.valid_to.is_(None)
    )
    row = connection.execute(query).one()
    doc = msgspec.json.encode(new, order="deterministic")
    sha256 = hashlib.sha256(doc).hexdigest()
    if sha256 == row.sha256:
        return
    at = max(at, row.valid_from + SAME_MOMENT_S)
    connection.execute(
        register.update()
        .where(register.c.school_id == new.id, register.c.valid_to.is_(None))
        .values(valid_to=at)
    )
    told = {"valid_from": at, "valid_to": None, "author": author[:128], "source": source[:256]}
    connection.execute(register.insert().values(school_id=new.id, sha256=sha256, doc=doc, **told))


def lock_register(connection: Connection) -> None:
    """From here to the end of the transaction nobody else changes the register."""
    lock_school(connection, COUNTY)


def read_county(connection: Connection, school_id: str) -> Register | None:
    """The register as it stands with this one school alone, or without any where there is no such school;
    None before the first import."""
    query = select(register.c.school_id, register.c.doc).where(
        register.c.school_id.in_((COUNTY, school_id)), register.c.valid_to.is_(None)
    )
    docs = {row.school_id: row.doc for row in connection.execute(query)}
    if COUNTY not in docs:
        return None
    own = (msgspec.json.decode(docs[school_id], type=School),) if docs.get(school_id) else ()
    return replace(msgspec.json.decode(docs[COUNTY], type=Register), schools=own)


def read_register(connection: Connection, as_of: float | None = None) -> Register | None:
    """The register as it stands, or as it stood at ``as_of``; None before the first import."""
    query = select(register.c.school_id, register.c.doc)
    if as_of is None:
        query = query.where(register.c.valid_to.is_(None))
    else:
        query = query.where(
            register.c.valid_from <= as_of, or_(register.c.valid_to.is_(None), register.c.valid_to > as_of)
        )
    docs = {row.school_id: row.doc for row in connection.execute(query.order_by(register.c.school_id))}
    county = docs.pop(COUNTY, None)
    if county is None:
        return None
    schools = tuple(msgspec.json.decode(doc, type=School) for doc in docs.values())
    return replace(msgspec.json.decode(county, type=Register), schools=schools)


_STANDS = "SELECT school_id, sha256 FROM register WHERE valid_to IS NULL AND valid_from <= ?"
_DOC = "SELECT school_id, doc FROM register WHERE valid_to IS NULL AND valid_from <= ?"
_SOME = " AND school_id IN ({values})"
FEW = 2000


class RegisterReader:
    """The register as it stands, asked for again and again: only what has changed is read and decoded."""

    def __init__(self) -> None:
        self._hashes: dict[str, str] = {}
        self._schools: dict[str, School] = {}
        self._county: Register | None = None
        self._whole: Register | None = None

    def read(self, connection: Connection, now: float) -> Register | None:
        """The register, or None before the first import. A school that did not change is the same object."""
        hashes = dict(fetch(connection, _STANDS, (now,)))
        if hashes == self._hashes:
            return self._whole
        fresh = [school for school, sha in hashes.items() if self._hashes.get(school) != sha]
        for school_id, doc in self._docs(connection, fresh, now):
            if school_id == COUNTY:
                self._county = msgspec.json.decode(doc, type=Register)
            else:
                self._schools[school_id] = msgspec.json.decode(doc, type=School)
        self._hashes = hashes
        self._schools = {school: self._schools[school] for school in sorted(hashes.keys() - {COUNTY})}
        if COUNTY not in hashes:
            self._county = None
        self._whole = self._county and replace(self._county, schools=tuple(self._schools.values()))
        return self._whole

    def _docs(self, connection: Connection, wanted: list[str], now: float) -> Iterator[tuple[str, bytes]]:
        if len(wanted) > FEW:
            yield from fetch(connection, _DOC, (now,))
            return
        for values, flat in values_lists([(school,) for school in wanted], 1, filled="-"):
            yield from fetch(connection, (_DOC + _SOME).format(values=values), (now, *flat))


def read_versions(connection: Connection, school_id: str, timezone: str) -> list[Version]:
    """Every version of a school, or of the county (``COUNTY``), oldest first; none if it never was in the
    register. Times of announced work are written as they are in ``timezone``."""
    query = select(register).where(register.c.school_id == school_id).order_by(register.c.valid_from)
    return [
        Version(
            at=row.valid_from,
            author=row.author,
            source=row.source,
            entries=() if not row.doc else _entries(school_id, row.doc, timezone),
        )
        for row in connection.execute(query)
    ]


def _entries(school_id: str, doc: bytes, timezone: str) -> tuple[Entry, ...]:
    if school_id == COUNTY:
        return county_entries(msgspec.json.decode(doc, type=Register))
    return school_entries(msgspec.json.decode(doc, type=School), timezone)
