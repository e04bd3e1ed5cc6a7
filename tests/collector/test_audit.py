"""The audit log: nothing in it can be changed, and what was changed in spite of that is named."""

from __future__ import annotations

import hashlib
import threading
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import DatabaseError

from collector.people.audit import ACTIONS, FIRST, Broken, By, Head, head_of, read_audit, verify, write
from collector.store.engine import change_version, make_engine
from collector.store.schema import SCHEMA_VERSION, audit, metadata
from collector.store.upgrade import alembic_version

LI = By("li", "192.0.2.7")


@pytest.fixture
def five(engine: Engine) -> Engine:
    """A log of five rows."""
    with engine.begin() as connection:
        for number in range(5):
            write(connection, 1000.5 + number, LI, "roles_changed", f"person {number}", ["万"], ["兆", None])
    return engine


def tampered(engine: Engine, sql: str) -> Broken | None:
    """What verify says after somebody with all rights has run a statement past the triggers."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        else:
            for verb in ("update", "delete"):
                connection.exec_driver_sql(f"DROP TRIGGER audit_no_{verb}")
        connection.exec_driver_sql(sql)
        return verify(connection)


def test_each_row_holds_the_hash_of_the_one_before(five: Engine) -> None:
    with five.connect() as connection:
        rows = read_audit(connection)[::-1]

        assert [row.number for row in rows] == [1, 2, 3, 4, 5]
        assert [row.previous for row in rows] == [FIRST, *(row.own for row in rows[:-1])]
        assert len({row.own for row in rows}) == 5
        assert rows[0].detail == '{"after":["兆",null],"before":["万"]}'
        assert verify(connection) is None
        assert head_of(connection) == Head(5, rows[-1].own)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit SET who = 'wang' WHERE number = 2",
        "DELETE FROM audit WHERE number = 5",
        "DELETE FROM audit",
    ],
)
def test_the_database_refuses_to_change_a_row(five: Engine, sql: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), five.begin() as connection:
        connection.exec_driver_sql(sql)

    with five.connect() as connection:
        assert len(read_audit(connection)) == 5


def test_the_database_refuses_to_put_a_row_in_the_place_of_another(five: Engine) -> None:
    columns = "school_id, number, at, who, origin, action, object, detail, previous, own"
    values = "'', 2, 1.0, 'x', '', 'sign_in', '', '', '', ''"
    sql = {
        "sqlite": f"INSERT OR REPLACE INTO audit ({columns}) VALUES ({values})",
        "postgresql": f"INSERT INTO audit ({columns}) VALUES ({values}) "
        "ON CONFLICT (school_id, number) DO UPDATE SET who = excluded.who",
    }[five.dialect.name]

    with pytest.raises(DatabaseError, match="append-only"), five.begin() as connection:
        connection.exec_driver_sql(sql)


def test_postgresql_refuses_to_empty_the_log(five: Engine) -> None:
    if five.dialect.name != "postgresql":
        pytest.skip("SQLite has no TRUNCATE")
    with pytest.raises(DatabaseError, match="append-only"), five.begin() as connection:
        connection.exec_driver_sql("TRUNCATE audit")


@pytest.mark.parametrize(
    "change",
    [
        "who = 'wang'",
        "origin = ''",
        "at = 1.0",
        "action = 'sign_in'",
        "object = 'x'",
        "detail = '{}'",
        "own = previous",
        f"previous = '{FIRST}'",
    ],
)
def test_an_altered_row_is_named(five: Engine, change: str) -> None:
    assert tampered(five, f"UPDATE audit SET {change} WHERE number = 3") == Broken(3, "altered")


def test_a_row_written_anew_with_its_own_hash_breaks_the_next(five: Engine) -> None:
    with five.connect() as connection:
        third = read_audit(connection)[2]
    told = {name: value for name, value in msgspec.to_builtins(third).items() if name != "own"}
    forged = hashlib.sha256(msgspec.json.encode(told | {"who": "wang"}, order="deterministic")).hexdigest()

    sql = f"UPDATE audit SET who = 'wang', own = '{forged}' WHERE number = 3"

    assert tampered(five, sql) == Broken(4, "altered")


def test_the_hash_is_sha256_of_the_row_as_canonical_json(five: Engine) -> None:
    with five.connect() as connection:
        first = read_audit(connection)[-1]
    text = (
        '{"action":"roles_changed","at":1000.5,"detail":"{\\"after\\":[\\"兆\\",null],\\"before\\":[\\"万\\"]}",'
        f'"number":1,"object":"person 0","origin":"192.0.2.7","previous":"{FIRST}","who":"li"}}'
    )

    assert first.own == hashlib.sha256(text.encode()).hexdigest()


def test_a_row_taken_out_is_named(five: Engine) -> None:
    assert tampered(five, "DELETE FROM audit WHERE number = 2") == Broken(2, "missing")


def test_a_log_written_anew_does_not_fit_the_head_that_was_kept(five: Engine) -> None:
    with five.connect() as connection:
        kept = head_of(connection)
    assert tampered(five, "DELETE FROM audit") is None  # nothing is left that could be wrong
    with five.begin() as connection:
        assert verify(connection, kept) == Broken(1, "cut")
        for number in range(5):
            write(connection, 1000.5 + number, LI, "roles_changed", "somebody else")
        assert verify(connection) is None
        assert verify(connection, kept) == Broken(5, "replaced")


def test_what_is_taken_back_leaves_no_row(five: Engine) -> None:
    def fail(connection: Connection) -> None:
        write(connection, 2000.0, LI, "sign_out", "li")
        raise RuntimeError

    with pytest.raises(RuntimeError), five.begin() as connection:
        fail(connection)

    with five.begin() as connection:
        write(connection, 2000.0, LI, "sign_in", "li")
        assert head_of(connection).number == 6
        assert verify(connection) is None


def test_many_writers_at_once_make_one_chain(engine: Engine) -> None:
    url = engine.url.render_as_string(hide_password=False)
    gate = threading.Barrier(4)

    def work() -> None:
        own = make_engine(url)
        gate.wait(timeout=60)
        for _n in range(10):
            with own.begin() as connection:
                write(connection, 1.0, LI, "sign_in", "li")
        own.dispose()

    threads = [threading.Thread(target=work) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    with engine.connect() as connection:
        assert head_of(connection).number == 40
        assert verify(connection) is None


def test_an_action_without_words_is_refused(engine: Engine) -> None:
    assert all(ACTIONS.values())
    with engine.begin() as connection, pytest.raises(ValueError, match="something"):
        write(connection, 1.0, LI, "something", "x")


def test_the_log_is_shown_newest_first_in_portions(five: Engine) -> None:
    with five.begin() as connection:
        write(connection, 3000.0, By("wang"), "sign_in", "wang")

        def numbers(**options: Any) -> list[int]:
            return [row.number for row in read_audit(connection, **options)]

        assert numbers(limit=2) == [6, 5]
        assert numbers(limit=2, before=5) == [4, 3]
        assert numbers(who="wang") == [6]
        assert numbers(action="roles_changed", limit=1) == [5]


def test_an_upgraded_database_refuses_changes_too(engine: Engine) -> None:
    metadata.drop_all(engine)
    alembic_version.drop(engine)
    change_version(engine, 1)
    change_version(engine, SCHEMA_VERSION)
    with engine.begin() as connection:
        write(connection, 1.0, LI, "sign_in", "li")

    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            query = "SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
            names = connection.exec_driver_sql(query).scalars().all()
        assert names == ["audit_no_delete", "audit_no_replace", "audit_no_update"]
    for sql in ("UPDATE audit SET who = ''", "DELETE FROM audit"):
        with pytest.raises(DatabaseError, match="append-only"), engine.begin() as connection:
            connection.exec_driver_sql(sql)

    change_version(engine, 5)
    change_version(engine, SCHEMA_VERSION)
    with engine.connect() as connection:
        assert connection.execute(select(audit)).all() == []
