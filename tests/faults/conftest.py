"""The bench of the fault tests, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import faults_postgres
import postgres
import pytest
from faults_bench import Bench, scaled
from faults_fork import Forks, forks


@pytest.fixture(scope="session")
def forking() -> Iterator[Forks]:
    with forks() as one:
        yield one


@pytest.fixture(scope="session")
def pg_server() -> Iterator[faults_postgres.Server]:
    if postgres.binaries() is None:
        pytest.skip("no PostgreSQL server here; install it with: apt-get install postgresql")
    with faults_postgres.server() as server:
        yield server


@pytest.fixture
def bench(forking: Forks, tmp_path: Path) -> Iterator[Callable[[int], Bench]]:
    """A function that makes the county of a seed, on SQLite."""
    made: list[Bench] = []

    def make(seed: int) -> Bench:
        folder = tmp_path / f"seed-{seed}-{len(made)}"
        made.append(Bench(folder, forking, seed, f"sqlite:///{folder}/collector.db"))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def pg_bench(
    forking: Forks, pg_server: faults_postgres.Server, tmp_path: Path
) -> Iterator[Callable[[int], Bench]]:
    """The same on PostgreSQL."""
    made: list[Bench] = []

    def make(seed: int) -> Bench:
        folder = tmp_path / f"pg-seed-{seed}-{len(made)}"
        made.append(Bench(folder, forking, seed, pg_server.new_database(), server=pg_server))
        return made[-1]

    yield make
    for one in made:
        one.close()


_BOTH = ["bench", pytest.param("pg_bench", marks=pytest.mark.postgres)]


@pytest.fixture(params=_BOTH, ids=["sqlite", "postgresql"])
def any_bench(request: pytest.FixtureRequest) -> Callable[[int], Bench]:
    """One after the other on both."""
    found: Callable[[int], Bench] = request.getfixturevalue(request.param)
    return found


@pytest.fixture(params=scaled(_BOTH[:1], _BOTH))
def either_bench(request: pytest.FixtureRequest) -> Callable[[int], Bench]:
    """SQLite in the short form, both in the long one."""
    found: Callable[[int], Bench] = request.getfixturevalue(request.param)
    return found
