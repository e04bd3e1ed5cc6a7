"""The real collector for the fault tests, with a place to die at, or with one guarantee taken away.

A failpoint is WHEN:WHAT: ``before`` or ``after`` a statement that names a table for writing, ``commit`` of a
transaction that wrote to the ledger, or the ``answer``. The process kills itself there once: the file
``armed`` in its folder is removed first. The variants are the negative controls: a checker that does not
complain about them sees nothing.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Engine, event, text
from sqlalchemy.engine import default

from collector import daemon
from collector.ingest import decode
from collector.store import write
from inventory import log
from inventory.facts import Receipt
from wanzhao import cli

_WRITES = re.compile(r"\s*(?:INSERT INTO|UPDATE|COPY|DELETE FROM)\s+\"?(\w+)", re.IGNORECASE)


@dataclass(slots=True)
class Options:
    """``variant``: "", "ack_before_commit" or "no_ledger"."""

    folder: str
    config: str
    failpoint: str = ""
    variant: str = ""


def run(options: Options) -> int:
    """The collector, until it is told to end."""
    if options.failpoint:
        _arm(Path(options.folder) / "armed", *options.failpoint.split(":"))
    if options.variant == "ack_before_commit":
        _answer_first()
    if options.variant == "no_ledger":
        _forget_the_ledger()
    log.configure(level="INFO", form="text")
    return cli.main(["collector", "run", "--config", options.config])


def _arm(armed: Path, when: str, what: str) -> None:
    def die() -> None:
        if armed.exists():
            armed.unlink()
            os.kill(os.getpid(), signal.SIGKILL)

    if what == "answer":
        _watch_answer(die)
    elif what == "commit":
        _watch_commit(when, die)
    else:
        _watch_table(when, what, die)


def _watch_table(when: str, table: str, die: Callable[[], None]) -> None:
    def seen(
        _connection: Any, _cursor: Any, statement: str, _parameters: Any, _context: Any, _many: Any
    ) -> None:
        found = _WRITES.match(statement)
        if found and found[1].lower() == table:
            die()

    event.listen(Engine, f"{when}_cursor_execute", seen)


def _watch_commit(when: str, die: Callable[[], None]) -> None:
    """Only transactions that wrote to the ledger count."""
    wrote: set[int] = set()
    commit: Any = default.DefaultDialect.do_commit

    def seen(
        connection: Any, _cursor: Any, statement: str, _parameters: Any, _context: Any, _many: Any
    ) -> None:
        found = _WRITES.match(statement)
        if found and found[1].lower() == "ledger":
            wrote.add(id(connection.connection.dbapi_connection))

    def watched(self: Any, raw: Any) -> None:
        mine = id(getattr(raw, "dbapi_connection", raw)) in wrote
        if mine and when == "before":
            die()
        commit(self, raw)
        if mine and when == "after":
            die()

    event.listen(Engine, "before_cursor_execute", seen)
    default.DefaultDialect.do_commit = watched  # type: ignore[method-assign]


def _watch_answer(die: Callable[[], None]) -> None:
    _wrap_app(lambda app: _Answers(app, die))


def _answer_first() -> None:
    _wrap_app(_AnswersFirst)


def _wrap_app(wrapper: Callable[[Any], Any]) -> None:
    program: Any = daemon
    make_app = program.make_app
    program.make_app = lambda *arguments, **named: wrapper(make_app(*arguments, **named))


@dataclass(slots=True)
class _Answers:
    """Dies when a batch has been committed and before the agent hears of it."""

    app: Any
    die: Callable[[], None]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def watched(message: Any) -> None:
            if (
                scope.get("path") == "/v1/batches"
                and message["type"] == "http.response.start"
                and message["status"] == 200
            ):
                self.die()
            await send(message)

        await self.app(scope, receive, watched)


class _AnswersFirst:
    """Says "stored", and stores a moment later."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.later: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope.get("path") != "/v1/batches":
            await self.app(scope, receive, send)
            return
        body = b""
        while (message := await receive())["type"] == "http.request":
            body += message["body"]
            if not message.get("more_body"):
                break
        batch, _sha256 = decode(body, "zstd")
        receipt = Receipt(
            status="stored", agent=batch.agent, epoch=batch.epoch, lane=batch.lane, seq=batch.seq
        )
        answer = msgspec.json.encode(receipt)
        heads = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": heads})
        await send({"type": "http.response.body", "body": answer})
        task = asyncio.create_task(self._store(scope, body))
        self.later.add(task)
        task.add_done_callback(self.later.discard)

    async def _store(self, scope: Any, body: bytes) -> None:
        await asyncio.sleep(0.05)

        async def receive() -> Any:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(_message: Any) -> None:
            """Nobody listens any more."""

        await self.app(scope, receive, send)


def _forget_the_ledger() -> None:
    """Every arrival is new to this store: the proof of the earlier one is taken away before each."""
    honest = write.store_batch

    def forgetful(connection: Any, *arguments: Any) -> Any:
        batch = next(getattr(a, "batch", a) for a in arguments if hasattr(getattr(a, "batch", a), "seq"))
        key = {"agent": batch.agent, "epoch": batch.epoch, "lane": batch.lane, "seq": batch.seq}
        same = "agent_id = :agent AND epoch = :epoch AND lane = :lane"
        for statement in (
            f"DELETE FROM ledger WHERE {same} AND seq = :seq",
            f"DELETE FROM watermark WHERE {same}",
            f"UPDATE landing SET seq = -1 - seq - 1000000 * (SELECT count(*) FROM landing) "
            f"WHERE {same} AND seq = :seq",
        ):
            connection.execute(text(statement), key)
        return honest(connection, arguments[0])  # which looks at the ledger again

    for module in list(sys.modules.values()):
        for name, value in list(vars(module).items()) if module else ():
            if value is honest:
                setattr(module, name, forgetful)
