"""The register in the store: every import is kept, the current one is read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

import msgspec
from sqlalchemy import Connection, or_, select

from collector.store.schema import register
from inventory.register import Register, School

COUNTY = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import changed: ids of schools."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int


def store_register(connection: Connection, new: Register, *, author: str, at: float) -> Imported:
    """Make ``new`` the register from ``at`` on; schools that it lacks leave it, their history stays."""
    query = select(register.c.school_id, register.c.sha256).where(register.c.valid_to.is_(None))
    current = {row.school_id: row.sha256 for row in connection.execute(query)}
    docs = {school.id: msgspec.json.encode(school, order="deterministic") for school in new.schools}
    docs[COUNTY] = msgspec.json.encode(replace(new, schools=()), order="deterministic")
    hashes = {school_id: hashlib.sha256(doc).hexdigest() for school_id, doc in docs.items()}
    fresh = [school_id for school_id, sha in hashes.items() if current.get(school_id) != sha]
    gone = current.keys() - docs.keys()
    for school_id in [*(s for s in fresh if s in current), *gone]:
        connection.execute(
            register.update()
            .where(register.c.school_id == school_id, register.c.valid_to.is_(None))
            .values(valid_to=at)
        )
    if fresh:
        connection.execute(
            register.insert(),
            [
                {
                    "school_id": school_id,
                    "valid_from": at,
                    "valid_to": None,
                    "sha256": hashes[school_id],
                    "author": author,
                    "doc": docs[school_id],
                }
                for school_id in fresh
            ],
        )
    schools = [school_id for school_id in fresh if school_id != COUNTY]
    return Imported(
        added=tuple(s for s in schools if s not in current),
        changed=tuple(s for s in schools if s in current),
        removed=tuple(sorted(gone)),
        unchanged=len(new.schools) - len(schools),
    )


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
