"""Opening a database: SQLite by default, PostgreSQL by URL; the dialects differ only in this file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, func, make_url, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from collector.store.schema import SCHEMA_VERSION, meta, metadata
from inventory.errors import ConfigError, StoreError
from inventory.words import _


def open_store(url: str) -> Engine:
    """An engine with the tables in place.

    Raises ConfigError for a URL that is none, StoreError for a database that cannot be reached or was
    written by a newer version.
    """
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
    try:
        metadata.create_all(engine)
        with engine.begin() as connection:
            _check_version(connection)
    except StoreError:
        engine.dispose()
        raise
    except SQLAlchemyError as error:
        engine.dispose()
        raise StoreError(
            _("the database cannot be opened: %(why)s") % {"why": _first_line(error)},
            where=parsed.render_as_string(hide_password=True),
            do=_("check that it runs, the address, the rights and the disk"),
        ) from error
    return engine


def upsert(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows or overwrite those with the same primary key."""
    if not rows:
        return
    insert = postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
    keys = [column.name for column in table.primary_key]
    others = {name: insert.excluded[name] for name in rows[0] if name not in keys}
    connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=others), rows)


def lock_school(connection: Connection, school_id: str) -> None:
    """One writer a school at a time: an advisory lock in PostgreSQL; SQLite's BEGIN IMMEDIATE did it."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(school_id))))


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


def _check_version(connection: Connection) -> None:
    query = select(meta.c.value).where(meta.c.school_id == "", meta.c.name == "schema_version")
    found = connection.execute(query).scalar()
    if found is None:
        connection.execute(
            meta.insert().values(school_id="", name="schema_version", value=str(SCHEMA_VERSION))
        )
    elif int(found) != SCHEMA_VERSION:
        raise StoreError(
            _("the database has schema version %(found)s, this program knows %(known)s")
            % {"found": found, "known": SCHEMA_VERSION},
            do=_("use the version of wanzhao that wrote it, or a newer one"),
        )


def _first_line(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0]
