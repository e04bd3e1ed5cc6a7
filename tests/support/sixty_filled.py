"""The sixty schools in a store: their register, and what their agents shipped."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import msgspec
from sixty_register import register_of
from sixty_store import batches_of
from sixty_types import CountyTruth, SchoolTruth
from sqlalchemy import Connection, Engine

from collector.store.registers import store_register
from collector.store.write import Arrival, Sender, store_batch
from inventory.facts import Batch


def fill(engine: Engine, schools: Sequence[SchoolTruth]) -> None:
    """The register of these schools, and every batch in the order made."""
    with engine.begin() as connection:
        store_register(connection, register_of(CountyTruth(schools)), author="test", at=1.0)
        store_all(connection, schools)


def store_all(connection: Connection, schools: Iterable[SchoolTruth]) -> None:
    """Every batch of all agents, in the order made."""
    for school in schools:
        for campus in school.campuses:
            for batch in batches_of(campus):
                arrive(connection, school.id, campus.id, batch)


def arrive(connection: Connection, school: str, campus: str, batch: Batch) -> None:
    """One batch, as it comes from the agent of its campus."""
    sha = hashlib.sha256(msgspec.json.encode(batch)).hexdigest()
    store_batch(connection, Arrival(Sender(school, campus, campus), batch, sha, batch.made_at + 1))
