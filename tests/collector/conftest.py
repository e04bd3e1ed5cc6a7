"""The store on SQLite and on PostgreSQL: the same tests on both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import postgres
import pytest
from sqlalchemy import Engine, create_engine

from collector.store.engine import open_store
from collector.store.schema import metadata
from collector.store.upgrade import alembic_version


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
            cleaner = create_engine(url)
            metadata.drop_all(cleaner)
            alembic_version.drop(cleaner, checkfirst=True)
            cleaner.dispose()
        opened.append(open_store(url))
        return opened[-1]

    yield fresh
    for engine in opened:
        engine.dispose()


@pytest.fixture
def engine(new_store: Callable[[], Engine]) -> Engine:
    """One empty store."""
    return new_store()
