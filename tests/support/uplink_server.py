"""A collector's stand-in on loopback that answers what a test wants, and a spool to ship from."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from batches import T0, batch

from agent.config import CollectorSettings
from agent.spool import Spool
from agent.uplink import Progress, client_for, compress, sender, ship_one
from collector import ingest
from inventory.errors import CollectorError
from inventory.facts import (
    Batch,
    GapColumns,
    Receipt,
    SampleColumns,
)

TOKEN = "wz_0a0a0a0a0a0a_" + "canary" * 7
SAMPLES = SampleColumns(
    device=["gw"], slot=[T0], subject=[["port:1"]], key=[["in_octets"]], scale=[[0]], value=[[[7]]]
)

Answer = Callable[[bytes], bytes]


@dataclass(slots=True)
class Server:
    """An HTTP server that answers each request with the next of its answers, then with receipts."""

    answers: list[Answer] = field(default_factory=list)
    heads: list[bytes] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    always: Answer | None = None
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    read: Callable[[asyncio.StreamReader, int], Awaitable[bytes]] = asyncio.StreamReader.readexactly

    @contextlib.asynccontextmanager
    async def listening(self, context: ssl.SSLContext | None = None) -> AsyncIterator[str]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=context, limit=2**16)
        scheme = "https" if context else "http"
        async with server:
            yield f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            await asyncio.gather(*self.tasks)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.tasks.add(task)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                size = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
                body = await self.read(reader, size)
                self.heads.append(head)
                self.bodies.append(body)
                chosen = self.answers.pop(0) if self.answers else self.always or taken
                said = chosen(body)
                writer.write(said)
                await writer.drain()
                if b"Connection: close" in said or not said:
                    break
        writer.close()
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            await writer.wait_closed()


def http(status: int, body: bytes, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def saying(status: int, *headers: str, body: bytes = b'{"error": "said so"}') -> Answer:
    return lambda _body: http(status, body, *headers)


def receipt(body: bytes) -> Receipt:
    one, _sha = ingest.decode(body, "zstd")
    return Receipt(status="stored", agent=one.agent, epoch=one.epoch, lane=one.lane, seq=one.seq)


def taken(body: bytes) -> bytes:
    return http(200, msgspec.json.encode(receipt(body)))


def of_another(body: bytes) -> bytes:
    return http(200, msgspec.json.encode(msgspec.structs.replace(receipt(body), seq=99)))


def half(body: bytes) -> bytes:
    """Half a receipt, and a length that says that it is all."""
    whole = msgspec.json.encode(receipt(body))
    return http(200, whole[: len(whole) // 2])


def cut_short(body: bytes) -> bytes:
    return taken(body).replace(b"HTTP/1.1 200 X\r\n", b"HTTP/1.1 200 X\r\nConnection: close\r\n")[:-10]


opened: list[Spool] = []


def filled(folder: Path, count: int, **fields: object) -> Spool:
    spool = Spool(folder / "spool.db", max_bytes=10**9, max_age_s=1e9)

    def build(epoch: str, seq: int, _gaps: GapColumns | None = None) -> bytes:
        one: Batch = batch(seq, T0 + seq * 300, epoch=epoch, **fields)  # type: ignore[arg-type]
        return compress(msgspec.json.encode(one))

    for _n in range(count):
        spool.append(float(T0), build)
    opened.append(spool)
    return spool


def settings(url: str, **more: object) -> CollectorSettings:
    return CollectorSettings(url=url, token=f"plain:{TOKEN}", **more)  # type: ignore[arg-type]


def ship(
    spool: Spool,
    server: Server,
    times: int = 1,
    context: ssl.SSLContext | None = None,
    progress: Progress | None = None,
    **more: object,
) -> list[CollectorError | None]:
    """What came of so many tries: an error, or None."""
    came: list[CollectorError | None] = []
    counted = progress or Progress()

    async def work() -> None:
        async with server.listening(context) as url, client_for(settings(url, **more)) as client:
            send = sender(client)
            for _n in range(times):
                one = spool.oldest()
                assert one is not None
                try:
                    await ship_one(spool, send, one, counted)
                    came.append(None)
                except CollectorError as error:
                    came.append(error)

    asyncio.run(work())
    return came
