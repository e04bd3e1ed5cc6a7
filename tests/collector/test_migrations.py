"""The way from one schema version to the next, and back, on both engines, with the data in place."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, MetaData, create_engine, func, insert, inspect, select
from sqlalchemy.exc import SQLAlchemyError

from collector.store import schema
from collector.store.engine import change_version, make_engine, open_store
from collector.store.schema import SCHEMA_VERSION, metadata
from collector.store.upgrade import alembic_version, version_of
from inventory.errors import StoreError

SCHOOL = "2133999001"
FACT = {
    "school_id": SCHOOL,
    "device_id": "gw",
    "subject": "",
    "key": "model",
    "valid_from": 1000,
    "valid_to": 1300,
    "value": '"S5731"',
}
LEDGER = {
    "school_id": SCHOOL,
    "agent_id": "a",
    "epoch": "e",
    "lane": "backlog",
    "seq": 7,
    "sha256": "0" * 64,
    "received_at": 1234.5,
}

# A token says who somebody is, so it is looked for in all schools (docs/scale.md).
BEFORE_THE_SCHOOL_IS_KNOWN = {"agent_by_prefix"}


@pytest.fixture
def empty(new_store: Callable[[], Engine]) -> Engine:
    """A database without one table."""
    engine = new_store()
    metadata.drop_all(engine)
    alembic_version.drop(engine)
    return engine


def tables_of(engine: Engine) -> dict[str, Any]:
    """What a database says of its tables: columns, keys, indexes, partitions."""
    found = inspect(engine)
    cut_by = partition_keys(engine)
    return {
        name: (
            [(c["name"], str(c["type"]), c["nullable"], c["default"]) for c in found.get_columns(name)],
            found.get_pk_constraint(name)["constrained_columns"],
            sorted((i["name"], i["column_names"], i["unique"]) for i in found.get_indexes(name)),
            cut_by.get(name, ""),
        )
        for name in found.get_table_names()
    }


def partition_keys(engine: Engine) -> dict[str, str]:
    """What PostgreSQL cuts a table into parts by."""
    if engine.dialect.name != "postgresql":
        return {}
    query = "SELECT partrelid::regclass::text, pg_get_partkeydef(partrelid) FROM pg_partitioned_table"
    with engine.connect() as connection:
        return {row[0]: row[1] for row in connection.exec_driver_sql(query)}


def add(connection: Connection, table: str, row: dict[str, Any]) -> None:
    """Insert into a table as the database has it, of whatever version."""
    reflected = MetaData()
    reflected.reflect(connection, only=[table])
    connection.execute(insert(reflected.tables[table]).values(**row))


def rows(engine: Engine, table: str) -> list[dict[str, Any]]:
    reflected = MetaData()
    reflected.reflect(engine, only=[table])
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(select(reflected.tables[table])).mappings()]


def test_the_migrations_make_the_tables_of_the_schema(empty: Engine) -> None:
    change_version(empty, 1)
    change_version(empty, SCHEMA_VERSION)

    with empty.connect() as connection:
        found = compare_metadata(
            MigrationContext.configure(connection, opts={"compare_type": True}), metadata
        )
    assert [change for change in found if not is_partition(change)] == []


def is_partition(change: Any) -> bool:
    """A table that only PostgreSQL has, as a part of another."""
    return change[0] == "remove_table" and change[1].name.rpartition("_")[0] in metadata.tables


def test_an_upgraded_database_equals_a_new_one(empty: Engine) -> None:
    change_version(empty, 1)
    change_version(empty, SCHEMA_VERSION)
    upgraded = sorted(tables_of(empty).items())
    metadata.drop_all(empty)
    alembic_version.drop(empty)

    change_version(empty, SCHEMA_VERSION)

    assert [(name, *map(by_name, what)) for name, what in upgraded] == [
        (name, *map(by_name, what)) for name, what in sorted(tables_of(empty).items())
    ]


def by_name(part: Any) -> Any:
    """Columns in any order: an added one stands last."""
    return sorted(part) if isinstance(part, list) else part


def test_the_data_of_version_1_is_kept(empty: Engine) -> None:
    change_version(empty, 1)
    with empty.begin() as connection:
        add(connection, "fact", FACT)
        add(connection, "ledger", LEDGER)

    assert change_version(empty, 2) == 1

    assert rows(empty, "fact") == [FACT | {"known_from": 1000.0, "ended_at": 1300.0, "known_to": None}]
    assert rows(empty, "ledger") == [LEDGER | {"made_at": 1234.5, "offset_s": None, "shift_s": 0}]


def test_down_and_up_again_keeps_what_version_1_can_hold(empty: Engine) -> None:
    change_version(empty, 2)
    taken_back = FACT | {"valid_from": 900, "known_from": 950.0, "ended_at": None, "known_to": 1100.0}
    believed = FACT | {"known_from": 1010.0, "ended_at": 1310.0, "known_to": None}
    with empty.begin() as connection:
        add(connection, "fact", taken_back)
        add(connection, "fact", believed)
        add(connection, "ledger", LEDGER | {"made_at": 1200.0, "shift_s": 0})

    assert change_version(empty, 1) == 2

    assert rows(empty, "fact") == [FACT]
    assert rows(empty, "ledger") == [LEDGER]
    assert "watermark" not in inspect(empty).get_table_names()


def test_going_down_says_how_many_rows_go(empty: Engine, caplog: pytest.LogCaptureFixture) -> None:
    change_version(empty, 2)
    with empty.begin() as connection:
        mark = {name: LEDGER[name] for name in ("school_id", "agent_id", "epoch", "lane", "seq")}
        add(connection, "watermark", mark | {"updated_at": 1.0})

    change_version(empty, 1)

    assert "watermark 1 rows" in caplog.text


def test_the_register_of_version_2_is_kept_and_goes_back(
    empty: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    change_version(empty, 2)
    row = {
        "school_id": SCHOOL,
        "valid_from": 1.0,
        "valid_to": None,
        "sha256": "0",
        "author": "李",
        "doc": b"{}",
    }
    with empty.begin() as connection:
        add(connection, "register", row)

    change_version(empty, 3)
    assert rows(empty, "register") == [row | {"source": ""}]
    with empty.begin() as connection:
        add(connection, "register", row | {"valid_from": 2.0, "source": "台账.xlsx"})
    change_version(empty, 2)

    assert rows(empty, "register") == [row, row | {"valid_from": 2.0}]
    assert "sources of 1 versions" in caplog.text


def test_opening_brings_an_older_database_up(empty: Engine) -> None:
    change_version(empty, 1)
    with empty.begin() as connection:
        add(connection, "fact", FACT)

    again = open_store(empty.url.render_as_string(hide_password=False))

    with again.connect() as connection:
        assert version_of(connection) == SCHEMA_VERSION
        assert connection.execute(select(func.count()).select_from(schema.fact)).scalar_one() == 1
    again.dispose()


def test_a_database_from_before_migrations_is_brought_up(empty: Engine) -> None:
    change_version(empty, 1)
    alembic_version.drop(empty)

    open_store(empty.url.render_as_string(hide_password=False)).dispose()

    with empty.connect() as connection:
        assert version_of(connection) == SCHEMA_VERSION


def test_a_failed_upgrade_leaves_the_database_as_it_was(
    empty: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_version(empty, 1)
    before = tables_of(empty)
    monkeypatch.setattr("collector.store.upgrade._keep_version", lambda *_: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        change_version(empty, SCHEMA_VERSION)

    assert tables_of(empty) == before
    with empty.connect() as connection:
        assert version_of(connection) == 1


def test_a_newer_database_is_not_taken_down_by_an_older_program(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(schema.meta.update().values(value=str(SCHEMA_VERSION + 1)))

    with pytest.raises(StoreError, match="newer"):
        change_version(engine, 1)


def test_many_processes_that_start_at_once_upgrade_once(empty: Engine) -> None:
    change_version(empty, 1)
    url = empty.url.render_as_string(hide_password=False)
    found: list[int | None] = []
    gate = threading.Barrier(4)

    def start() -> None:
        own = make_engine(url)
        gate.wait(timeout=60)
        found.append(change_version(own, SCHEMA_VERSION))
        own.dispose()

    threads = [threading.Thread(target=start) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert sorted(v or 0 for v in found) == [1, *[SCHEMA_VERSION] * 3]


def test_a_migration_under_load_loses_nothing(engine: Engine) -> None:
    url = engine.url.render_as_string(hide_password=False)
    done: list[int] = []
    stop, began = threading.Event(), threading.Event()

    def write() -> None:
        own = create_engine(url) if engine.dialect.name == "postgresql" else make_engine(url)
        seq = 0
        while not stop.is_set():
            try:
                with own.begin() as connection:
                    connection.execute(
                        schema.ledger.insert().values(**LEDGER | {"seq": seq, "made_at": 1.0, "shift_s": 0})
                    )
                    values = FACT | {"valid_from": seq, "known_from": 1.0}
                    connection.execute(schema.fact.insert().values(**values))
            except SQLAlchemyError:
                continue  # as an agent does: the same batch again
            done.append(seq)
            seq += 1
            if seq == 5:
                began.set()
        own.dispose()

    writer = threading.Thread(target=write)
    writer.start()
    assert began.wait(timeout=60)
    change_version(engine, 1)
    change_version(engine, SCHEMA_VERSION)
    stop.set()
    writer.join(timeout=60)

    with engine.connect() as connection:
        seqs = sorted(connection.execute(select(schema.ledger.c.seq)).scalars())
        facts = sorted(connection.execute(select(schema.fact.c.valid_from)).scalars())
    assert seqs == facts == done


@pytest.mark.parametrize("table", metadata.tables.values(), ids=lambda t: t.name)
def test_every_key_and_index_starts_with_the_school(table: Any) -> None:
    indexes = [index for index in table.indexes if index.name not in BEFORE_THE_SCHOOL_IS_KNOWN]

    firsts = [next(iter(key.columns)).name for key in (table.primary_key, *indexes)]

    assert set(firsts) == {"school_id"}
