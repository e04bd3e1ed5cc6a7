"""Work that only one of several collector processes may do at a time: judging, compacting, tidying.

Any process may be the one, and it may be another one next time: what the work needs is in the database.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from collector.store.engine import try_lock


@contextlib.contextmanager
def leading(engine: Engine, work: str) -> Iterator[bool]:
    """Whether this process may do ``work`` ("judge", "compact", "tidy") now; nobody else may until the end.

    It never waits. The lock goes with the connection that holds it: a process that dies, or is cut off from
    the database, frees it. SQLite is used by one process, which may always.
    """
    with engine.connect().execution_options(reads_only=True) as connection:
        yield try_lock(connection, work)
        try:
            connection.rollback()
        except SQLAlchemyError:
            # Cut off meanwhile: the work is done, and the lock is gone with the connection.
            connection.invalidate()
