"""A web site on 127.0.0.1 and ::1, with the faults that sites have. Only the standard library."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

Fault = str
"""close: ends without an answer; garbage: no HTTP; drip: one octet now and then for ever; endless: a body
that never ends."""


@dataclass(frozen=True)
class Answer:
    body: str | bytes = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    fault: Fault = ""


@dataclass
class Site:
    """``pages`` are for both families, ``only4`` and ``only6`` override them for one."""

    pages: Mapping[str, Answer]
    only4: Mapping[str, Answer] = field(default_factory=dict)
    only6: Mapping[str, Answer] = field(default_factory=dict)
    port: int = 0
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    """(family, Host, path) of every request."""
    open: set[asyncio.Task[None]] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.open.add(task)
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                await self._answer(reader, writer)
        finally:
            writer.close()
            self.open.discard(task)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        path = head.split()[1]
        host = next(line[5:].strip() for line in head.splitlines() if line.lower().startswith("host:"))
        six = ":" in writer.get_extra_info("sockname")[0]
        self.asked.append(("ipv6" if six else "ipv4", host, path))
        own = self.only6 if six else self.only4
        await self._write(writer, own.get(path) or self.pages.get(path) or Answer("no", status=404))

    async def _write(self, writer: asyncio.StreamWriter, answer: Answer) -> None:
        if answer.fault == "close":
            return
        if answer.fault == "garbage":
            writer.write(b"220 mail.example ESMTP\r\n")
            return
        body = answer.body.encode() if isinstance(answer.body, str) else answer.body
        headers = {"Content-Type": "text/html; charset=utf-8", "Connection": "close", **answer.headers}
        if not answer.fault:
            headers["Content-Length"] = str(len(body))
        lines = [f"HTTP/1.1 {answer.status} X", *(f"{name}: {value}" for name, value in headers.items())]
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode() + body)
        while answer.fault in ("drip", "endless"):
            writer.write(b"x" if answer.fault == "drip" else b"x" * 65536)
            await writer.drain()
            await asyncio.sleep(0.05 if answer.fault == "drip" else 0)


def need_ipv6() -> pytest.MarkDecorator:
    """Skip where this machine has no ::1."""
    try:
        with socket.socket(socket.AF_INET6) as sock:
            sock.bind(("::1", 0))
    except OSError:
        return pytest.mark.skip(reason="this machine has no IPv6 loopback (::1)")
    return pytest.mark.skipif(False, reason="")


@contextlib.asynccontextmanager
async def web_site(site: Site, tls: ssl.SSLContext | None = None) -> AsyncIterator[Site]:
    """The site on one port of both loopback addresses, while the block runs."""
    four = await asyncio.start_server(site.serve, "127.0.0.1", 0, ssl=tls)
    site.port = four.sockets[0].getsockname()[1]
    six = await asyncio.start_server(site.serve, "::1", site.port, ssl=tls)
    try:
        yield site
    finally:
        for server in (four, six):
            server.close()
        left = list(site.open)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await asyncio.sleep(0)
        for server in (four, six):
            await server.wait_closed()


def hosts_file(folder: Path, **lines: str) -> Path:
    """A hosts file; ``name="127.0.0.1 ::1"`` with underscores for dots in names."""
    path = folder / "hosts"
    rows = [f"{address} {name.replace('_', '.')}" for name, many in lines.items() for address in many.split()]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path
