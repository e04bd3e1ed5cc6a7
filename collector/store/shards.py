"""Schools on several databases: which one a school lives in, and what the county as a whole keeps in each.

Every key starts with the school, so a batch, its ledger row and all that it changes lie in one database and
are one local transaction: exactly-once needs nothing more with ten databases than with one. What belongs to
the county (school_id '') is small and stands in each.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from sqlalchemy import Connection, Engine, select

from collector.store.engine import lock_school, open_store
from collector.store.registers import Imported, read_register, store_register
from collector.store.schema import metadata
from inventory.errors import ConfigError
from inventory.register import Register
from inventory.words import _

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Shards:
    """Databases by name. ``regions`` says where schools go whose id begins so; the longest wins. The others
    spread by the hash of their id."""

    engines: Mapping[str, Engine]
    regions: Mapping[str, str] = field(default_factory=dict)

    def of(self, school_id: str) -> Engine:
        """The database of a school."""
        return self.engines[shard_of(school_id, self.engines, self.regions)]

    def first(self, ask: Callable[[Connection], T | None]) -> T | None:
        """The first answer that is not None: for what comes before the school is known, a token or a code."""
        for engine in self.engines.values():
            with engine.begin() as connection:
                found = ask(connection)
            if found is not None:
                return found
        return None

    def import_register(self, new: Register, *, author: str, at: float, source: str = "") -> Imported:
        """Store a register: each school in its database, the county in all. Each is a transaction of its own;
        where one fails, the same import again completes it."""
        done = []
        for name, engine in self.engines.items():
            schools = tuple(s for s in new.schools if shard_of(s.id, self.engines, self.regions) == name)
            with engine.begin() as connection:
                part = replace(new, schools=schools)
                done.append(store_register(connection, part, author=author, at=at, source=source))
        return Imported(
            added=tuple(sorted(school for one in done for school in one.added)),
            changed=tuple(sorted(school for one in done for school in one.changed)),
            removed=tuple(sorted(school for one in done for school in one.removed)),
            unchanged=sum(one.unchanged for one in done),
        )

    def register(self) -> Register | None:
        """The register, put together again."""
        parts = []
        for engine in self.engines.values():
            with engine.connect().execution_options(reads_only=True) as connection:
                part = read_register(connection)
            if part is not None:
                parts.append(part)
        schools = sorted((school for part in parts for school in part.schools), key=lambda school: school.id)
        return replace(parts[0], schools=tuple(schools)) if parts else None

    def dispose(self) -> None:
        for engine in self.engines.values():
            engine.dispose()


def open_shards(urls: Mapping[str, str], regions: Mapping[str, str] | None = None) -> Shards:
    """The databases opened and brought up to date. ConfigError for a region of a database that is none."""
    for region, name in (regions or {}).items():
        if name not in urls:
            raise ConfigError(_("region %(region)s has no database") % {"region": region}, where=name)
    return Shards({name: open_store(url) for name, url in urls.items()}, dict(regions or {}))


def shard_of(school_id: str, names: Iterable[str], regions: Mapping[str, str]) -> str:
    """The name of a school's database: by region, else the one whose hash with the school is the highest.

    So each gets its share, and one more database takes schools only to itself: none moves between the others.
    """
    fitting = [region for region in regions if school_id.startswith(region)]
    if fitting:
        return regions[max(fitting, key=len)]
    return max(names, key=lambda name: hashlib.sha256(f"{name}\0{school_id}".encode()).digest())


def move_school(source: Engine, target: Engine, school_id: str) -> int:
    """Move every row of a school, and give back how many. Stop its collectors first.

    The copy is committed before the original goes: a crash in between leaves both, and the next try, which
    finds the original, copies anew.
    """
    count = 0
    with source.begin() as old:
        lock_school(old, school_id)
        with target.begin() as new:
            for table in metadata.sorted_tables:
                new.execute(table.delete().where(table.c.school_id == school_id))
                query = select(table).where(table.c.school_id == school_id)
                for rows in old.execute(query.execution_options(yield_per=1000)).mappings().partitions():
                    new.execute(table.insert(), [dict(row) for row in rows])
                    count += len(rows)
        for table in metadata.sorted_tables:
            old.execute(table.delete().where(table.c.school_id == school_id))
    return count
