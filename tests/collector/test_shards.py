"""Schools on two databases: the same is stored and read as on one, and no statement leaves its school."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import postgres
import pytest
from batches import T0, batch
from sqlalchemy import Engine, event, func, select

from collector.backup import Sum, sums_of
from collector.store import schema
from collector.store.engine import make_engine, open_store
from collector.store.read import read_snapshot
from collector.store.schema import metadata
from collector.store.shards import Shards, move_school, open_shards, shard_of
from collector.store.upgrade import alembic_version
from collector.store.write import Arrival, Sender, store_batch
from inventory.errors import ConfigError
from inventory.facts import DigestColumns, SampleColumns
from inventory.register import Calendar, Campus, Device, Register, School

SCHOOLS = [f"21339990{n:02d}" for n in range(8)]
COUNTY = Register(
    county="试验县",
    calendar=Calendar(holidays=frozenset()),
    schools=tuple(
        School(
            id=school,
            name="学校",
            kind="primary",
            stages=("primary",),
            campuses=(Campus(id=f"{school}-01", devices=(Device(id="gw", role="gateway"),), contracts=()),),
        )
        for school in SCHOOLS
    ),
)
OF_THE_COUNTY = ("meta", "profile", "register", "person", "person_session", "audit")
OF_A_SCHOOL = [name for name in metadata.tables if name not in OF_THE_COUNTY]


def test_one_more_database_takes_its_share_and_moves_nothing_else() -> None:
    schools = [str(2_133_990_000 + n) for n in range(3000)]
    before = {school: shard_of(school, ["a", "b"], {}) for school in schools}
    after = {school: shard_of(school, ["a", "b", "c"], {}) for school in schools}

    assert all(1350 < n < 1650 for n in Counter(before.values()).values())
    assert all(850 < n < 1150 for n in Counter(after.values()).values())
    assert {after[school] for school in schools if after[school] != before[school]} == {"c"}


def test_a_region_decides_and_the_longest_does() -> None:
    regions = {"33": "north", "3305": "south"}

    assert shard_of("3305220001", ["north", "south"], regions) == "south"
    assert shard_of("3301000001", ["north", "south"], regions) == "north"


def test_a_region_without_a_database_is_refused() -> None:
    with pytest.raises(ConfigError, match="35"):
        open_shards({}, {"35": "west"})


@pytest.fixture(scope="module")
def second_url() -> Iterator[str]:
    if postgres.binaries() is None:
        pytest.skip("no PostgreSQL server here; install it with: apt-get install postgresql")
    with postgres.cluster() as url:
        yield url


@pytest.fixture
def two(postgres_url: str, second_url: str) -> Iterator[Shards]:
    """Two PostgreSQL clusters, empty."""
    for url in (postgres_url, second_url):
        cleaner = make_engine(url)
        metadata.drop_all(cleaner)
        alembic_version.drop(cleaner, checkfirst=True)
        cleaner.dispose()
    shards = open_shards({"a": postgres_url, "b": second_url})
    yield shards
    shards.dispose()


@pytest.fixture
def one() -> Iterator[Engine]:
    engine = open_store("sqlite:///:memory:")
    yield engine
    engine.dispose()


def arrivals() -> Iterator[Arrival]:
    for seq in (1, 2, 3):
        for school in SCHOOLS:
            slot = T0 + 300 * seq
            changes: dict[Any, Any] = {("gw", "", "model"): "S5731", ("gw", "", "software"): f"V{seq}"}
            frames = ("gw",) if seq == 1 else ()
            samples = SampleColumns(
                device=["gw"], slot=[slot], subject=[[""]], key=[["uptime_s"]], scale=[[2]], value=[[[seq]]]
            )
            digests = DigestColumns(device=["gw"], slot=[slot], digest=["0" * 32])
            campus = f"{school}-01"
            more: dict[str, Any] = {"samples": samples, "digests": digests, "agent": campus, "campus": campus}
            made = batch(seq, slot, changes=changes, frames=frames, **more)
            sha256 = hashlib.sha256(f"{school}{seq}".encode()).hexdigest()
            yield Arrival(Sender(school, campus, campus), made, sha256, slot + 10.0)


def put(engine: Engine, arrival: Arrival) -> str:
    with engine.begin() as connection:
        return store_batch(connection, arrival).status


def together(shards: Shards) -> dict[str, Sum]:
    """What the tables of all databases add up to: their digests are sums."""
    parts = []
    for engine in shards.engines.values():
        with engine.connect() as connection:
            parts.append(sums_of(connection))
    return {
        name: Sum(
            rows=sum(part[name].rows for part in parts),
            digest=f"{sum(int(part[name].digest, 16) for part in parts) % 2**256:064x}",
        )
        for name in OF_A_SCHOOL
    }


@pytest.mark.postgres
def test_two_databases_hold_and_tell_the_same_as_one(two: Shards, one: Engine) -> None:
    two.import_register(COUNTY, author="李", at=1.0)
    for arrival in arrivals():
        put(one, arrival)
        put(two.of(arrival.sender.school_id), arrival)

    with one.connect() as connection:
        alone = sums_of(connection)
        assert alone["landing"].rows == 3 * len(SCHOOLS)
        assert together(two) == {name: alone[name] for name in OF_A_SCHOOL}
        for school in COUNTY.schools:
            with two.of(school.id).connect() as other:
                as_of = T0 + 1000.0
                assert read_snapshot(other, school, COUNTY, as_of) == read_snapshot(
                    connection, school, COUNTY, as_of
                )
    assert two.register() == COUNTY
    for engine in two.engines.values():
        with engine.connect() as connection:
            assert connection.execute(select(func.count()).select_from(schema.ledger)).scalar_one() >= 3


@pytest.mark.postgres
def test_every_statement_of_a_batch_names_its_school(two: Shards) -> None:
    said: list[tuple[str, str, str]] = []
    for arrival in arrivals():
        school = arrival.sender.school_id
        engine = two.of(school)

        def listen(
            _c: Any, _cursor: Any, statement: str, values: Any, *_more: Any, school: str = school
        ) -> None:
            said.append((school, statement, str(values)))

        event.listen(engine, "before_cursor_execute", listen)
        put(engine, arrival)
        event.remove(engine, "before_cursor_execute", listen)

    assert len(said) > 100
    for school, statement, values in said:
        assert school in values, statement
        assert "school_id" in statement or "advisory" in statement, statement


@pytest.mark.postgres
def test_a_batch_that_comes_to_a_database_again_is_known_there(two: Shards) -> None:
    (first, *_rest) = arrivals()
    engine = two.of(first.sender.school_id)

    assert [put(engine, first), put(engine, first)] == ["stored", "duplicate"]


@pytest.mark.postgres
def test_what_comes_before_the_school_is_known_is_looked_for_everywhere(two: Shards) -> None:
    for name, school in (("a", SCHOOLS[0]), ("b", SCHOOLS[1])):
        with two.engines[name].begin() as connection:
            row = {"agent_id": "a", "campus_id": "c", "token_hmac": "h", "created_at": 1.0}
            connection.execute(
                schema.agent.insert().values(school_id=school, token_prefix=f"of {name}", **row)
            )

    def ask(prefix: str) -> str | None:
        query = select(schema.agent.c.school_id).where(schema.agent.c.token_prefix == prefix)
        return two.first(lambda connection: connection.execute(query).scalar())

    assert [ask("of a"), ask("of b"), ask("of nobody")] == [SCHOOLS[0], SCHOOLS[1], None]


@pytest.mark.postgres
def test_a_school_moves_with_everything_it_has(two: Shards) -> None:
    for arrival in arrivals():
        put(two.of(arrival.sender.school_id), arrival)
    before = together(two)
    school = SCHOOLS[0]
    source = two.of(school)
    target = next(engine for engine in two.engines.values() if engine is not source)

    moved = move_school(source, target, school)

    assert together(two) == before
    with source.connect() as connection:
        for name in OF_A_SCHOOL:
            table = metadata.tables[name]
            assert connection.execute(select(table).where(table.c.school_id == school)).all() == []
    assert moved > 6
    last = [arrival for arrival in arrivals() if arrival.sender.school_id == school][-1]
    assert put(target, last) == "duplicate"


@pytest.mark.postgres
def test_an_import_is_the_same_on_two_databases_as_on_one(two: Shards) -> None:
    first = two.import_register(COUNTY, author="李", at=1.0)
    second = two.import_register(replace(COUNTY, schools=COUNTY.schools[1:]), author="李", at=2.0)

    assert first.added == tuple(SCHOOLS)
    assert (second.added, second.changed, second.removed) == ((), (), (SCHOOLS[0],))
    assert two.register() == replace(COUNTY, schools=COUNTY.schools[1:])


def test_the_documentation_distributes_every_table() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "scale.md").read_text(encoding="utf-8")

    distributed = re.findall(r"create_distributed_table\('(\w+)', 'school_id'", page)
    assert sorted(distributed) == sorted(metadata.tables)
