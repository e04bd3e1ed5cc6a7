"""Of several processes on one database, one at a time does what must not be done twice."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, create_engine

from collector.store.engine import open_store
from collector.store.leader import leading


@pytest.fixture
def shared(postgres_url: str) -> str:
    open_store(postgres_url).dispose()
    return postgres_url


@pytest.mark.postgres
def test_only_one_process_leads_and_the_next_may_when_it_is_done(shared: str) -> None:
    first, second = create_engine(shared), create_engine(shared)

    with leading(first, "judge") as one, leading(second, "judge") as other:
        assert (one, other) == (True, False)
    with leading(second, "judge") as other:
        assert other

    first.dispose()
    second.dispose()


@pytest.mark.postgres
def test_different_works_do_not_wait_for_each_other(shared: str) -> None:
    engine = create_engine(shared)

    with leading(engine, "judge") as one, leading(engine, "compact") as other:
        assert one
        assert other

    engine.dispose()


@pytest.mark.postgres
def test_a_process_that_is_cut_off_no_longer_leads(shared: str) -> None:
    first, second = create_engine(shared), create_engine(shared)

    with leading(first, "tidy") as before:
        with second.connect() as other:
            other.exec_driver_sql(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory'"
            )
        with leading(second, "tidy") as after:
            assert (before, after) == (True, True)

    first.dispose()
    second.dispose()


def test_one_process_on_sqlite_leads(engine: Engine) -> None:
    with leading(engine, "judge") as leads:
        assert leads
