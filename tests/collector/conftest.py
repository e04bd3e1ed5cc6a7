"""The store on SQLite and on PostgreSQL: the same tests on both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import postgres
import pytest
from sqlalchemy import Connection, Engine, create_engine, inspect

from collector.store import partitions
from collector.store.engine import open_store
from collector.store.schema import SCHEMA_VERSION, meta, metadata
from collector.store.upgrade import alembic_version, version_of


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    if postgres.binaries() is None:
        pytest.skip("no PostgreSQL server here; install it with: apt-get install postgresql")
    with postgres.cluster() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def new_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Engine]]:
    """A function that gives an empty store; every store is closed at the end of the test."""
    url = (
        f"sqlite:///{tmp_path}/store.db"
        if request.param == "sqlite"
        else request.getfixturevalue("postgres_url")
    )
    opened: list[Engine] = []

    def fresh() -> Engine:
        if request.param == "postgresql" or opened:
            _empty(url)
        opened.append(open_store(url))
        return opened[-1]

    yield fresh
    for engine in opened:
        engine.dispose()


@pytest.fixture
def engine(new_store: Callable[[], Engine]) -> Engine:
    """One empty store."""
    return new_store()


def _empty(url: str) -> None:
    """Leave nothing of the test before; new tables only where it has left others than those of today."""
    cleaner = create_engine(url)
    with cleaner.begin() as connection:
        if _has_todays_tables(connection):
            names = ", ".join(f'"{name}"' for name in metadata.tables if name != meta.name)
            # The audit log refuses to be emptied; a superuser can say that no trigger fires.
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            connection.exec_driver_sql(f"TRUNCATE {names}")
            connection.execute(meta.delete().where(meta.c.name != "schema_version"))
        else:
            metadata.drop_all(connection)
            alembic_version.drop(connection, checkfirst=True)
    cleaner.dispose()


def _has_todays_tables(connection: Connection) -> bool:
    if connection.dialect.name != "postgresql" or version_of(connection) != SCHEMA_VERSION:
        return False
    rests = {f"{table.name}_rest" for table, _days in partitions.DAYS}
    return set(inspect(connection).get_table_names()) == {*metadata.tables, alembic_version.name} | rests
