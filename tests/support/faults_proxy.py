"""A TCP proxy between an agent and the collector that does to their conversation what bad lines do.

It runs in a thread of its own. ``rules`` may be changed at any time and hold for what comes next. It knows of
HTTP only that a request goes one way and an answer the other.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import struct
import threading
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field
from typing import Any

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass(slots=True)
class Rules:
    """Shares are 0..1, times in seconds.

    ``refuse`` closes new connections; ``cut`` ends a request in its middle; ``lose_answer`` ends the
    connection when the collector has answered; ``reset`` answers a request with RST; ``replay`` sends a
    request again, later, over a connection of its own; ``silent`` keeps everybody waiting.
    """

    refuse: bool = False
    cut: float = 0.0
    lose_answer: float = 0.0
    reset: float = 0.0
    replay: float = 0.0
    replay_after_s: float = 0.5
    delay_s: float = 0.0
    silent: bool = False


@dataclass(slots=True)
class Proxy:
    """``counts`` says how often each rule was applied."""

    target: tuple[str, int]
    seed: int
    rules: Rules = field(default_factory=Rules)
    port: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    connections: int = 0

    def __post_init__(self) -> None:
        self._rng = random.Random(self.seed)
        self._loop = asyncio.new_event_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        self._started.wait(10)

    _rng: random.Random = field(init=False)
    _loop: asyncio.AbstractEventLoop = field(init=False)
    _tasks: set[asyncio.Task[None]] = field(init=False)
    _started: threading.Event = field(init=False)
    _thread: threading.Thread = field(init=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        listening = self._loop.run_until_complete(asyncio.start_server(self._meet, "127.0.0.1", 0))
        self.port = listening.sockets[0].getsockname()[1]
        self._started.set()
        self._loop.run_forever()
        listening.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0.01))
        self._loop.close()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        if self.rules.refuse:
            self._count("refuse")
            writer.close()
            return
        with contextlib.suppress(OSError, asyncio.CancelledError):
            up_reader, up_writer = await asyncio.open_connection(*self.target)
            request = bytearray()
            answers = self._spawn(self._answers(up_reader, writer, request))
            await self._requests(reader, writer, up_writer, request)
            up_writer.close()
            answers.cancel()
        writer.close()

    async def _requests(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        up_writer: asyncio.StreamWriter,
        request: bytearray,
    ) -> None:
        while chunk := await reader.read(65536):
            await self._heard()
            if self.rules.delay_s:
                await asyncio.sleep(self._rng.uniform(0, self.rules.delay_s))
            begins = chunk.startswith((b"POST ", b"GET "))
            if begins:
                request.clear()
            if begins and self._hit("reset"):
                writer.get_extra_info("socket").setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE
                )
                writer.transport.abort()
                return
            if self._hit("cut"):
                up_writer.write(chunk[: self._rng.randrange(len(chunk))])
                await up_writer.drain()
                return
            request += chunk
            up_writer.write(chunk)
            await up_writer.drain()

    async def _answers(
        self, up_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytearray
    ) -> None:
        with contextlib.suppress(OSError):
            while chunk := await up_reader.read(65536):
                await self._heard()
                if chunk.startswith(b"HTTP/1.1 200") and self._hit("replay"):
                    self._spawn(self._replay(bytes(request)))
                if chunk.startswith(b"HTTP/1.1 ") and self._hit("lose_answer"):
                    break
                if self.rules.delay_s:
                    await asyncio.sleep(self._rng.uniform(0, self.rules.delay_s))
                writer.write(chunk)
                await writer.drain()
            writer.close()

    async def _heard(self) -> None:
        """Wait while the line is silent; the rules are set from another thread."""
        while self.rules.silent:  # noqa: ASYNC110
            await asyncio.sleep(0.02)

    async def _replay(self, request: bytes) -> None:
        """The same bytes once more, when later ones may have passed them."""
        await asyncio.sleep(self._rng.uniform(0, self.rules.replay_after_s))
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_connection(*self.target)
            writer.write(request)
            await writer.drain()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(reader.read(65536), 5)
            writer.close()

    def _hit(self, rule: str) -> bool:
        hit = bool(self._rng.random() < getattr(self.rules, rule))
        if hit:
            self._count(rule)
        return hit

    def _count(self, rule: str) -> None:
        self.counts[rule] = self.counts.get(rule, 0) + 1

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


@contextlib.contextmanager
def proxy(host: str, port: int, seed: int) -> Iterator[Proxy]:
    one = Proxy((host, port), seed)
    try:
        yield one
    finally:
        one.close()
