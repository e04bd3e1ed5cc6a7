"""Many arrivals in one transaction, by one writer, each answered after the commit.

A durable commit costs one wait for the disk however much is in it, so what has queued up meanwhile goes in
together. What cannot be stored is told so and its neighbours are stored all the same. The queue is bounded;
beyond it an agent is asked at once to come again, since its spool has the room that our memory has not.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from collector.store.engine import lock_schools
from collector.store.statement import Later
from collector.store.write import Arrival, look_up_all, store_batch
from collector.telemetry import Telemetry
from inventory.errors import Refused, StoreBusy, StoreError
from inventory.facts import Receipt
from inventory.log import get_logger
from inventory.words import _

log = get_logger(__name__)

QUEUE_LIMIT = 1024
ROWS_LIMIT = 2_000_000
"""Rows that may wait, of all arrivals together; about 400 bytes of memory each."""
GROUP = 64
DATABASE_FAILURES = 2
"""So many arrivals that fail one after the other, each alone, are the database's fault and not theirs."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    arrival: Arrival
    rows: int
    answer: Future[Receipt]


@dataclass(slots=True)
class Committer:
    """The one writer of this process. ``submit`` may be called from any thread."""

    engine: Engine
    telemetry: Telemetry
    queue_limit: int = QUEUE_LIMIT
    _queue: deque[_Waiting] = field(default_factory=deque)
    _rows: int = 0
    _writing: bool = False
    _closed: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _writer: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(max_workers=1, thread_name_prefix="writer")
    )

    def full(self) -> bool:
        """Whether the next arrival would be turned away: asked before its body is read."""
        return self._closed or len(self._queue) >= self.queue_limit or self._rows >= ROWS_LIMIT

    def submit(self, arrival: Arrival, rows: int = 0) -> Future[Receipt]:
        """The receipt to come: it is set after the commit, or else Refused (for good) or StoreBusy (later).

        Raises StoreBusy at once when the queue is full or the collector is stopping.
        """
        answer: Future[Receipt] = Future()
        with self._lock:
            if self.full():
                raise StoreBusy(_("the collector has more batches waiting than it can keep"))
            self._queue.append(_Waiting(arrival, rows, answer))
            self._rows += rows
            self.telemetry.queue_depth.set(len(self._queue))
            if not self._writing:
                self._writing = True
                self._writer.submit(self._write)
        return answer

    def close(self) -> None:
        """Take nothing more in, and finish what is queued."""
        with self._lock:
            self._closed = True
        self._writer.shutdown(wait=True)

    def _write(self) -> None:
        """Commit group after group until nothing waits."""
        while group := self._next_group():
            started = time.perf_counter()
            try:
                results = commit_group(self.engine, [waiting.arrival for waiting in group])
            except Exception as error:
                # The outermost loop of the writer: it must live, and nobody may wait for ever.
                log.exception("writing %d batches failed", len(group))
                results = [_busy(error)] * len(group)
            self.telemetry.store_seconds.observe(time.perf_counter() - started)
            self.telemetry.group_size.observe(len(group))
            for waiting, result in zip(group, results, strict=True):
                _tell(waiting.answer, result)

    def _next_group(self) -> list[_Waiting]:
        with self._lock:
            group = [self._queue.popleft() for _n in range(min(GROUP, len(self._queue)))]
            self._rows -= sum(waiting.rows for waiting in group)
            self._writing = bool(group)
            self.telemetry.queue_depth.set(len(self._queue))
        return group


Result = Receipt | Refused | StoreBusy


def commit_group(engine: Engine, arrivals: list[Arrival]) -> list[Result]:
    """What became of each arrival, in their order, after the commit.

    Nearly always all are stored in few statements. Where that fails it is done again with care; whoever
    cannot be stored with the others is tried once more alone, in a transaction of its own, and with it what
    the same agent sent after it, so that its order stays.
    """
    results: dict[int, Result] = {}
    # Schools in one order in every process: two groups that lock the same schools must not cross.
    order = sorted(range(len(arrivals)), key=lambda n: arrivals[n].sender.school_id)
    try:
        return _at_once(engine, arrivals)
    except Exception as error:  # noqa: BLE001 - whatever it was, the careful way tells whose fault it is
        failed_database = is_database_failure(error)
        if failed_database and len(arrivals) == 1:
            return [_verdict(error, arrivals[0])]
        log.warning("a group of %d batches failed, each is tried by itself: %s", len(arrivals), _line(error))
    if not failed_database and len(arrivals) > 1:
        try:
            results = _together(engine, arrivals, order)
        except Exception as error:  # noqa: BLE001 - as above
            log.warning("a group of %d batches failed, each is tried alone: %s", len(arrivals), _line(error))
    _each_alone(engine, arrivals, [n for n in order if n not in results], results)
    return [results[n] for n in range(len(arrivals))]


def _at_once(engine: Engine, arrivals: list[Arrival]) -> list[Result]:
    """All of them, with one look at the ledger and the rows of all together; raises when any one fails."""
    results: list[Result] = []
    with engine.begin() as connection:
        lock_schools(connection, sorted({one.sender.school_id for one in arrivals}))
        later = Later()
        for some in _one_of_each_agent(arrivals):
            for arrival, entry in zip(some, look_up_all(connection, some), strict=True):
                try:
                    results.append(store_batch(connection, arrival, entry, later))
                except Refused as error:  # before it has written anything
                    results.append(error)
            later.write(connection)
    return results


def _one_of_each_agent(arrivals: list[Arrival]) -> Iterator[list[Arrival]]:
    """The arrivals in their order, in pieces in which no agent comes twice: what one batch writes, the next
    of its agent must see."""
    piece: dict[tuple[str, str], Arrival] = {}
    for arrival in arrivals:
        agent = (arrival.sender.school_id, arrival.sender.agent_id)
        if agent in piece:
            yield list(piece.values())
            piece = {}
        piece[agent] = arrival
    yield list(piece.values())


def _together(engine: Engine, arrivals: list[Arrival], order: list[int]) -> dict[int, Result]:
    """Who was stored, or refused, each behind a savepoint of its own; the others are to be tried alone.
    Raises what the database's own failure is: then nothing was stored."""
    results: dict[int, Result] = {}
    failed: set[tuple[str, str]] = set()
    with engine.begin() as connection:
        for n in order:
            arrival = arrivals[n]
            agent = (arrival.sender.school_id, arrival.sender.agent_id)
            if agent in failed:
                continue
            try:
                with connection.begin_nested():
                    results[n] = store_batch(connection, arrival)
            except Refused as error:
                results[n] = error
            except Exception as error:
                # Whatever one batch can do to us is its own affair, unless the database has failed.
                if is_database_failure(error):
                    raise
                failed.add(agent)
    return results


def _each_alone(
    engine: Engine, arrivals: list[Arrival], order: list[int], results: dict[int, Result]
) -> None:
    failures = 0
    for n in order:
        if failures >= DATABASE_FAILURES:
            results[n] = _busy()
            continue
        try:
            with engine.begin() as connection:
                results[n] = store_batch(connection, arrivals[n])
            failures = 0
        except Refused as error:
            results[n] = error
        except Exception as error:  # noqa: BLE001 - as above: the verdict tells whose fault it is
            results[n] = _verdict(error, arrivals[n])
            failures += isinstance(results[n], StoreBusy)


def is_database_failure(error: Exception) -> bool:
    """Whether it is the database (away, locked, full, broken) or the machine that failed, not the batch."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    return isinstance(
        error, OperationalError | InterfaceError | PoolTimeout | StoreError | MemoryError | OSError
    )


def _verdict(error: Exception, arrival: Arrival) -> Result:
    where = f"{arrival.sender.campus_id} {arrival.batch.lane} {arrival.batch.seq}"
    if is_database_failure(error):
        log.error("%s: the database cannot store: %s", where, _line(error))
        return _busy(error)
    log.error("%s: the batch cannot be stored: %s", where, _line(error), exc_info=error)
    return Refused(_("the batch cannot be stored: %(why)s") % {"why": type(error).__name__}, status=422)


def _busy(error: Exception | None = None) -> StoreBusy:
    busy = StoreBusy(_("the database cannot store now"))
    busy.__cause__ = error
    return busy


def _tell(answer: Future[Receipt], result: Result) -> None:
    if not answer.set_running_or_notify_cancel():
        return  # the agent has hung up; its batch is stored, and it will hear "duplicate"
    if isinstance(result, Receipt):
        answer.set_result(result)
    else:
        answer.set_exception(result)


def _line(error: Exception) -> str:
    """The first line of what went wrong, without the statement that SQLAlchemy adds."""
    return (str(getattr(error, "orig", None) or error).strip() or type(error).__name__).splitlines()[0][:300]
