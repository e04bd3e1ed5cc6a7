"""Opening a database: SQLite by default, PostgreSQL by URL; the dialects differ only in this file."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, func, make_url, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError, SQLAlchemyError

from collector.store import upgrade
from collector.store.schema import SCHEMA_VERSION
from inventory.errors import ConfigError, StoreError
from inventory.log import get_logger
from inventory.words import _

log = get_logger(__name__)

_CHANGES = 0x77616E7A68616F
"""The advisory lock of changes to the schema: "wanzhao" in ASCII."""
_NAMED = 0x77616E7A
"""The first half of the named locks (two halves never meet the locks of schools, which are one number)."""
_LOCK_WAIT_S = 10
_TRIES = 6


def open_store(url: str) -> Engine:
    """An engine with the tables of today in place: an empty or older database is brought up to date first.

    Raises ConfigError for a URL that is none, StoreError for a database that cannot be reached or was
    written by a newer version.
    """
    engine = make_engine(url)
    try:
        with translated(engine):
            with engine.connect().execution_options(reads_only=True) as connection:
                version = upgrade.version_of(connection)
            upgrade.check_not_newer(version)
            if version != SCHEMA_VERSION:
                change_version(engine, SCHEMA_VERSION)
    except StoreError:
        engine.dispose()
        raise
    return engine


def make_engine(url: str) -> Engine:
    """An engine for whatever is at the URL; nothing is looked at yet. ConfigError for a URL that is none."""
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite" and parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise ConfigError(
            _("the database URL cannot be used: %(why)s") % {"why": error},
            where="collector.database",
            do=_("use sqlite:///PATH or postgresql://USER@HOST/NAME (needs the extra wanzhao[postgres])"),
        ) from error
    if parsed.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _sqlite_pragmas)
        event.listen(engine, "begin", _sqlite_begin)
    return engine


def change_version(engine: Engine, to: int) -> int | None:
    """Bring the database to a schema version in one transaction, one process at a time; gives back the
    version it had (None: it was empty).

    While others use the tables a change waits for them, and they for it. It gives up after a while, so that
    it never stands before everybody else for long, and tries again.
    """
    for more in range(_TRIES - 1, -1, -1):
        try:
            with engine.begin() as connection:
                lock_changes(connection)
                found = upgrade.version_of(connection)
                upgrade.check_not_newer(found)
                if found is None and to == SCHEMA_VERSION:
                    upgrade.create(connection)
                else:
                    upgrade.migrate(connection, to)
                return found
        except OperationalError as error:
            if not more:
                raise
            log.warning("schema version %d: the tables are in use, trying again: %s", to, first_line(error))
    raise AssertionError  # the last try returns or raises


def try_lock(connection: Connection, name: str) -> bool:
    """Whether a named lock was free: it is held to the end of the transaction. SQLite has none to give."""
    if connection.dialect.name != "postgresql":
        return True
    query = select(func.pg_try_advisory_xact_lock(_NAMED, func.hashtext(name)))
    return bool(connection.execute(query).scalar_one())


def lock_named(connection: Connection, name: str) -> None:
    """A named lock, waited for and held to the end of the transaction; SQLite's BEGIN IMMEDIATE did it."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_NAMED, func.hashtext(name))))


def lock_changes(connection: Connection) -> None:
    """Until the end of the transaction nobody else changes the schema or restores a backup, and waiting for a
    table is bounded. SQLite's BEGIN IMMEDIATE did both."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_CHANGES)))
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_LOCK_WAIT_S}s'")


@contextlib.contextmanager
def translated(engine: Engine) -> Iterator[None]:
    """What the database's own errors mean to an operator: StoreError, without the password."""
    try:
        yield
    except SQLAlchemyError as error:
        raise StoreError(
            _("the database cannot be opened: %(why)s") % {"why": first_line(error)},
            where=engine.url.render_as_string(hide_password=True),
            do=_("check that it runs, the address, the rights and the disk"),
        ) from error


@contextlib.contextmanager
def still(engine: Engine) -> Iterator[Connection]:
    """A connection that sees the database as it was when it first asked, and holds up nobody."""
    options: dict[str, Any] = {"reads_only": True}
    if engine.dialect.name == "postgresql":
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect().execution_options(**options) as connection:
        yield connection


def database_bytes(connection: Connection) -> int:
    """How much disk the database takes, its indexes included and its log not."""
    if connection.dialect.name == "postgresql":
        return int(connection.execute(select(func.pg_database_size(func.current_database()))).scalar_one())
    pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    return int(pages * connection.exec_driver_sql("PRAGMA page_size").scalar_one())


def upsert(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows or overwrite those with the same primary key."""
    if not rows:
        return
    insert = postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
    keys = [column.name for column in table.primary_key]
    others = {name: insert.excluded[name] for name in rows[0] if name not in keys}
    connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=others), rows)


def insert_rows(
    connection: Connection, table: Table, names: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """Insert many rows of values by the names of their columns, by the quickest way the database has."""
    if connection.dialect.name == "postgresql":
        quote = connection.dialect.identifier_preparer.quote
        into = f"{quote(table.name)} ({', '.join(map(quote, names))})"
        cursor: Any = connection.connection.cursor()
        with cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    statement = str(table.insert().compile(dialect=connection.dialect, column_keys=list(names)))
    order = [names.index(column.name) for column in table.columns if column.name in names]
    connection.exec_driver_sql(statement, [tuple(row[at] for at in order) for row in rows])


def lock_school(connection: Connection, school_id: str) -> None:
    """One writer a school at a time: an advisory lock in PostgreSQL; SQLite's BEGIN IMMEDIATE did it."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(school_id))))


def lock_schools(connection: Connection, school_ids: Sequence[str]) -> None:
    """The locks of several schools, in the order given: sort them, so that no two writers cross."""
    if connection.dialect.name == "postgresql":
        each = ", ".join(["pg_advisory_xact_lock(hashtext(%s))"] * len(school_ids))
        connection.exec_driver_sql(f"SELECT {each}", tuple(school_ids))


def _sqlite_pragmas(raw: Any, _record: Any) -> None:
    # The driver must not begin transactions by itself; _sqlite_begin does.
    raw.isolation_level = None
    cursor = raw.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA busy_timeout = 10000")
    cursor.close()


def _sqlite_begin(connection: Connection) -> None:
    """Writers take the lock at once: a deferred one can fail in the middle (SQLITE_BUSY_SNAPSHOT)."""
    reads_only = connection.get_execution_options().get("reads_only", False)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")


def first_line(error: Exception) -> str:
    """What a database says went wrong, without the statement that SQLAlchemy adds."""
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0]
