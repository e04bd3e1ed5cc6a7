"""A backup comes back whole, on either engine, or not at all; and what came after it comes again."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from batches import T0, batch
from sqlalchemy import Connection, Engine, MetaData, func, select

from collector.backup import MAGIC, Block, Header, _put, _Sums, back_up, restore, sums_of, verify
from collector.store import schema
from collector.store.engine import change_version, open_store
from collector.store.schema import SCHEMA_VERSION, metadata
from collector.store.write import Arrival, Sender, store_batch
from inventory.errors import InputError, StoreError

SCHOOL = "2133999001"

BY_TYPE: dict[type, Any] = {str: "万兆 — text", int: 2**40, float: 1234.0625, bytes: bytes(range(256))}


def fill(connection: Connection, schools: int = 3) -> None:
    """Rows in every table, with whatever a column can hold."""
    for table in metadata.sorted_tables:
        for school in range(schools):
            row = {column.name: value_of(column, school) for column in table.columns}
            connection.execute(table.insert().values(**row))


def value_of(column: Any, school: int) -> Any:
    if column.name == "school_id":
        return f"{SCHOOL[:-1]}{school}"
    if column.nullable and school == 1:
        return None
    if column.type.python_type is int and str(column.type) == "INTEGER":
        return 20000 + school
    value = BY_TYPE[column.type.python_type]
    return value[: getattr(column.type, "length", None) or 256] if isinstance(value, str) else value


def count(engine: Engine, table: Any) -> int:
    with engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


@pytest.fixture
def filled(engine: Engine) -> Engine:
    with engine.begin() as connection:
        fill(connection)
    return engine


def test_a_restored_database_equals_the_one_that_was_backed_up(
    new_store: Callable[[], Engine], tmp_path: Path
) -> None:
    engine = new_store()
    with engine.begin() as connection:
        fill(connection)
        before = sums_of(connection)
    written = back_up(engine, tmp_path / "one.backup", 100.0)
    other = new_store()

    done = restore(other, tmp_path / "one.backup")

    assert written == before
    assert set(done.rows.values()) == {3}
    with other.connect() as connection:
        assert sums_of(connection) == before


def test_a_backup_of_one_engine_comes_back_on_the_other(
    filled: Engine, tmp_path: Path, postgres_url: str
) -> None:
    written = back_up(filled, tmp_path / "one.backup", 100.0)
    url = postgres_url if filled.dialect.name == "sqlite" else f"sqlite:///{tmp_path}/other.db"
    other = open_store(url)

    restore(other, tmp_path / "one.backup", force=True)

    with other.connect() as connection:
        assert sums_of(connection) == written
    other.dispose()


def test_a_backup_is_of_one_moment_while_writing_goes_on(
    filled: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with filled.connect() as connection:
        before = sums_of(connection)
    from collector import backup

    put, written = backup._put, []

    def put_and_write(file: Any, value: Any) -> None:
        put(file, value)
        with filled.begin() as connection:
            for table in (schema.agent, schema.verdict):  # one that is read early, one that is read late
                row = {column.name: value_of(column, 5) for column in table.columns}
                row["school_id"] = f"new{len(written)}"
                connection.execute(table.insert().values(**row))
        written.append(value)

    monkeypatch.setattr(backup, "_put", put_and_write)

    assert back_up(filled, tmp_path / "one.backup", 100.0) == before
    assert count(filled, schema.verdict) == 3 + len(written)


def test_only_its_owner_may_read_a_backup(filled: Engine, tmp_path: Path) -> None:
    back_up(filled, tmp_path / "one.backup", 100.0)

    assert stat.S_IMODE((tmp_path / "one.backup").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.glob("*.backup*")] == ["one.backup"]


def test_a_backup_is_not_written_over_another(filled: Engine, tmp_path: Path) -> None:
    (tmp_path / "one.backup").write_text("precious")

    with pytest.raises(InputError, match="there already"):
        back_up(filled, tmp_path / "one.backup", 100.0)
    assert (tmp_path / "one.backup").read_text() == "precious"


def test_a_database_with_data_is_not_overwritten_unless_forced(filled: Engine, tmp_path: Path) -> None:
    back_up(filled, tmp_path / "one.backup", 100.0)
    with filled.begin() as connection:
        connection.execute(schema.fact.delete())

    with pytest.raises(InputError, match="--force"):
        restore(filled, tmp_path / "one.backup")
    assert count(filled, schema.fact) == 0

    restore(filled, tmp_path / "one.backup", force=True)
    assert count(filled, schema.fact) == 3


@pytest.mark.parametrize("damage", ["cut", "flip", "longer", "other"])
def test_a_damaged_backup_restores_nothing_and_leaves_what_was_there(
    filled: Engine, tmp_path: Path, damage: str
) -> None:
    path = tmp_path / "one.backup"
    back_up(filled, path, 100.0)
    whole = path.read_bytes()
    middle = len(whole) // 2
    path.write_bytes(
        {
            "cut": whole[:-50],
            "flip": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
            "longer": whole + b"x",
            "other": b"SQLite format 3\0" * 20,
        }[damage]
    )
    with filled.connect() as connection:
        before = sums_of(connection)

    with pytest.raises(StoreError, match="damaged"):
        restore(filled, path, force=True)

    with filled.connect() as connection:
        assert sums_of(connection) == before


def test_a_backup_can_be_checked_without_a_database(filled: Engine, tmp_path: Path) -> None:
    written = back_up(filled, tmp_path / "one.backup", 100.0)

    header, sums = verify(tmp_path / "one.backup")

    assert (header.made_at, sums) == (100.0, written)


def test_a_backup_of_an_older_database_asks_for_the_upgrade_first(engine: Engine, tmp_path: Path) -> None:
    change_version(engine, 1)

    with pytest.raises(StoreError, match="migrate up"):
        back_up(engine, tmp_path / "one.backup", 100.0)
    assert list(tmp_path.glob("*.backup*")) == []


def arrival(seq: int) -> Arrival:
    """Batch number ``seq`` of an agent, as it comes at its time."""
    slot = T0 + 300 * seq
    changes: dict[Any, Any] = {("gw", "", "model"): "S5731", ("gw", "", "software"): f"V{seq // 2}"}
    made = batch(seq, slot, changes=changes, frames=("gw",) if seq == 1 else ())
    return Arrival(Sender(SCHOOL, made.agent, made.campus), made, f"{seq:064x}", slot + 10.0)


def put(engine: Engine, seqs: range) -> list[str]:
    statuses = []
    for seq in seqs:
        with engine.begin() as connection:
            statuses.append(store_batch(connection, arrival(seq)).status)
    return statuses


def test_the_drill_a_lost_database_is_whole_again_once_the_agents_have_sent_again(
    new_store: Callable[[], Engine], tmp_path: Path
) -> None:
    engine = new_store()
    put(engine, range(1, 6))
    back_up(engine, tmp_path / "yesterday.backup", 100.0)
    put(engine, range(6, 12))
    with engine.connect() as connection:
        before_the_loss = sums_of(connection)
    engine = new_store()

    restore(engine, tmp_path / "yesterday.backup")
    statuses = put(engine, range(3, 12))

    assert statuses == ["duplicate"] * 3 + ["stored"] * 6
    with engine.connect() as connection:
        assert sums_of(connection) == before_the_loss


def test_a_backup_of_an_older_version_is_restored_and_brought_up_to_date(
    new_store: Callable[[], Engine], tmp_path: Path
) -> None:
    engine = new_store()
    with engine.begin() as connection:
        fill(connection)
    change_version(engine, 1)
    then = MetaData()
    then.reflect(engine, only=["fact", "ledger"])
    with engine.connect() as connection:
        rows = {name: connection.execute(select(table)).all() for name, table in then.tables.items()}
    sums = _Sums(rows)
    with (tmp_path / "old.backup").open("wb") as file:
        columns = {name: [str(c.name) for c in table.columns] for name, table in then.tables.items()}
        _put(file, Header(magic=MAGIC, schema_version=1, made_at=5.0, columns=columns))
        for name, found in rows.items():
            block = Block(table=name, rows=[list(row) for row in found])
            sums.add(name, block.rows)
            _put(file, block)
        _put(file, Block(sums=sums.all()))
    change_version(engine, SCHEMA_VERSION)
    with engine.connect() as connection:
        upgraded = sums_of(connection)
    other = new_store()

    done = restore(other, tmp_path / "old.backup")

    assert (done.schema_version, done.rows) == (1, {"fact": len(rows["fact"]), "ledger": 3})
    with other.connect() as connection:
        found = sums_of(connection)
    assert (found["fact"], found["ledger"]) == (upgraded["fact"], upgraded["ledger"])
