"""The agent's metrics over HTTP: a small server of its own, since a school's agent shall not carry a web
framework in memory for one page a minute.

HTTP/1.1 by h11; GET and HEAD alone; bounded heads, bounded connections, an end to every wait. It is off
unless ``agent.metrics_listen`` is given.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import h11

from inventory.errors import StoreError
from inventory.log import get_logger
from inventory.web import Certificate, Doorman, WebSettings
from inventory.words import _

log = get_logger(__name__)

CONNECTIONS = 32
HEAD_BYTES = 8192
HEAD_TIMEOUT_S = 10.0
IDLE_TIMEOUT_S = 120.0
"""Prometheus keeps its connection from scrape to scrape."""
WRITE_TIMEOUT_S = 30.0
RENEW_INTERVAL_S = 30.0
GZIP_LEVEL = 1
TEXT = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back."""

    status: int
    body: bytes
    media_type: str = "text/plain; charset=utf-8"


Pages = Callable[[str, str], Answer]
"""(path, target) -> answer: the seam to who writes the pages"""


class PageServer:
    """Listens until it is closed."""

    def __init__(self, pages: Pages, web: WebSettings) -> None:
        """ConfigError where a certificate, a key or a token cannot be had."""
        self._pages = pages
        self._doorman = Doorman(web)
        self._certificate = Certificate(web.tls_server_config) if web.tls_server_config else None
        self._open: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._renewing: asyncio.Task[None] | None = None

    async def start(self, listen: str) -> str:
        """Begin to listen on HOST:PORT; gives back the address (port 0 becomes a free one). Raises StoreError
        where that cannot be had."""
        host, _colon, port = listen.rpartition(":")
        context = self._certificate.context if self._certificate else None
        try:
            self._server = await asyncio.start_server(
                self._accept, host.strip("[]"), int(port), ssl=context, limit=HEAD_BYTES
            )
        except OSError as error:
            raise StoreError(
                _("cannot listen on %(listen)s") % {"listen": listen},
                do=_("choose a free port with agent.metrics_listen, or stop the program that has it"),
            ) from error
        if self._certificate:
            self._renewing = asyncio.create_task(self._renew(self._certificate))
        found = self._server.sockets[0].getsockname()
        return f"{host}:{found[1]}"

    async def close(self) -> None:
        """Stop listening and end the connections."""
        if self._server is not None:
            self._server.close()
        for task in (*self._open, *([self._renewing] if self._renewing else [])):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _renew(self, certificate: Certificate) -> None:
        while True:
            await asyncio.sleep(RENEW_INTERVAL_S)
            certificate.renew()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        if len(self._open) >= CONNECTIONS:
            writer.transport.abort()
            return
        self._open.add(task)
        try:
            with contextlib.suppress(OSError, TimeoutError, h11.RemoteProtocolError):
                await self._talk(reader, writer)
        finally:
            self._open.discard(task)
            writer.transport.abort() if writer.transport.get_write_buffer_size() else writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection: request after request, until one side has enough."""
        parser = h11.Connection(h11.SERVER, max_incomplete_event_size=HEAD_BYTES)
        timeout_s = HEAD_TIMEOUT_S
        while True:
            try:
                async with asyncio.timeout(timeout_s):
                    request = await _request(parser, reader)
            except h11.RemoteProtocolError as error:
                await _send(parser, writer, None, Answer(error.error_status_hint, b"this is not HTTP\n"), {})
                return
            if request is None:
                return
            answer, headers = await self._answer(request)
            await _send(parser, writer, request, answer, headers)
            if parser.our_state is h11.MUST_CLOSE or parser.their_state is not h11.DONE:
                return
            parser.start_next_cycle()
            timeout_s = IDLE_TIMEOUT_S

    async def _answer(self, request: h11.Request) -> tuple[Answer, dict[str, str]]:
        if request.method not in (b"GET", b"HEAD"):
            return Answer(405, b"GET and HEAD only\n"), {"Allow": "GET, HEAD"}
        headers = {name.lower(): value for name, value in request.headers}
        admitted = await self._doorman.admits(headers.get(b"authorization", b"").decode("latin-1"))
        if admitted is None:
            return Answer(429, b"too many sign-ins at once\n"), {"Retry-After": "5"}
        if not admitted:
            return Answer(401, b"a user and password, or a token, is needed\n"), {
                "WWW-Authenticate": 'Basic realm="wanzhao", charset="UTF-8"'
            }
        try:
            parts = urlsplit(request.target.decode("ascii", "replace"))
            target = parse_qs(parts.query, errors="replace").get("target", [""])[0]
        except ValueError:
            return Answer(400, b"this is no address of a page\n"), {}
        try:
            answer = self._pages(parts.path, target)
        except Exception:
            # The outermost loop of the pages: polling goes on, and so does the next page.
            log.exception("the page %s could not be made", parts.path)
            return Answer(500, b"the page could not be made; see the agent's log\n"), {}
        if answer.status == 200 and b"gzip" in headers.get(b"accept-encoding", b"").lower():
            packed = gzip.compress(answer.body, GZIP_LEVEL, mtime=0)
            return Answer(200, packed, answer.media_type), {
                "Content-Encoding": "gzip",
                "Vary": "Accept-Encoding",
            }
        return answer, {"Vary": "Accept-Encoding"}


async def _request(parser: h11.Connection, reader: asyncio.StreamReader) -> h11.Request | None:
    """The next whole request; None at the end of the connection. A body is refused by its length."""
    request = None
    while True:
        event = parser.next_event()
        if event is h11.NEED_DATA:
            parser.receive_data(await reader.read(HEAD_BYTES))
        elif isinstance(event, h11.Request):
            request = event
        elif isinstance(event, h11.EndOfMessage):
            return request
        elif isinstance(event, h11.Data):
            raise h11.RemoteProtocolError("no body is taken", error_status_hint=413)
        else:
            return None


async def _send(
    parser: h11.Connection,
    writer: asyncio.StreamWriter,
    request: h11.Request | None,
    answer: Answer,
    headers: dict[str, str],
) -> None:
    all_headers = {
        "Content-Type": answer.media_type,
        "Content-Length": str(len(answer.body)),
        "X-Content-Type-Options": "nosniff",
        **headers,
    }
    out = parser.send(h11.Response(status_code=answer.status, headers=list(all_headers.items()))) or b""
    if request is None or request.method != b"HEAD":
        out += parser.send(h11.Data(data=answer.body)) or b""
    out += parser.send(h11.EndOfMessage()) or b""
    writer.write(out)
    async with asyncio.timeout(WRITE_TIMEOUT_S):
        await writer.drain()


def as_json(found: object) -> Answer:
    """An answer of JSON."""
    return Answer(200, json.dumps(found, ensure_ascii=False).encode(), "application/json")
