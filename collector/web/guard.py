"""What stands before every request: whole heads only, in bounded time; each byte goes where it belongs.

The parser (llhttp, by httptools) sees a head when it is whole and has been looked at (head.py), then as many
bytes as that head says are its body. So it never decides where a request ends.
"""

from __future__ import annotations

import asyncio
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from collector.web.head import END, BadHead, body_of, check_part
from inventory.log import get_logger
from inventory.words import _

log = get_logger(__name__)

_STATUS_WORDS = {400: b"Bad Request", 431: b"Request Header Fields Too Large", 501: b"Not Implemented"}


class Corked:
    """A transport that sends at once what is written within one turn of the loop: an answer's head and body
    are one packet, and one call of the system."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> None:
        if not self._parts:
            self._loop.call_soon(self._send)
        self._parts.append(data)

    def close(self) -> None:
        """Close when all is sent."""
        self._send()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def _send(self) -> None:
        if self._parts:
            data = b"".join(self._parts)
            self._parts.clear()
            self._transport.write(data)


class GuardedProtocol(HttpToolsProtocol):
    """uvicorn's HTTP/1.1 with an end to half a header, and to a body that nobody reads any more."""

    header_timeout_s = 10.0
    linger_s = 10.0

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._head = bytearray()
        self._left = 0
        self._in_chunks = False
        self._within_chunks = False
        self._ended = False
        self._alarm: asyncio.TimerHandle | None = None
        self._alarm_for = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[arg-type]  # uvicorn narrows it
        self.transport = Corked(self.transport, self.loop)  # type: ignore[assignment]
        self._watch("header")

    def connection_lost(self, exc: Exception | None) -> None:
        self._watch("")
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        try:
            while data and not self._ended:
                data = self._body(data) if self._left or self._in_chunks else self._heading(data)
        except BadHead as error:
            self._refuse(error.status, str(error))
        except httptools.HttpParserError as error:
            self._refuse(400, f"{_('this is not HTTP')}: {error}")
        self._look()

    def on_message_begin(self) -> None:
        if self._within_chunks:  # they ended within these bytes, and something follows them
            raise BadHead(400, _("another request follows a body in chunks at once"))
        super().on_message_begin()

    def on_message_complete(self) -> None:
        self._in_chunks = False
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._left or self._in_chunks or self._head:
            self._look()

    def _heading(self, data: bytes) -> bytes:
        """Add to the head; with its last byte the parser gets it. Gives back what is beyond it."""
        start = max(0, len(self._head) - len(END) + 1)
        self._head += data
        if not self._head.strip(b"\r\n"):  # blank lines before a request are nothing
            return b""
        end = self._head.find(END, start)
        if end < 0:
            check_part(self._head)
            return b""
        head = bytes(self._head[: end + len(END)])
        rest = bytes(self._head[end + len(END) :])
        self._head.clear()
        body = body_of(head)
        self._left, self._in_chunks = body.length, False
        try:
            self.parser.feed_data(head)
        except httptools.HttpParserUpgrade:
            # Nothing is upgraded to: the answer is the last on this connection.
            self.cycle.keep_alive = False
            self._ended = True
        self._in_chunks = body.chunked
        return rest

    def _body(self, data: bytes) -> bytes:
        """Pass on what belongs to the body; gives back what is beyond it."""
        if self._in_chunks:
            self._within_chunks = True
            self.parser.feed_data(data)
            self._within_chunks = False
            return b""
        mine = data if len(data) <= self._left else data[: self._left]
        self._left -= len(mine)
        self.parser.feed_data(mine)
        return data[len(mine) :]

    def _refuse(self, status: int, what: str) -> None:
        """The status and the end; nothing that follows is read."""
        self._ended = True
        if self.transport.is_closing():
            return
        if self.cycle is not None and not self.cycle.response_complete:
            if self.cycle.response_started:
                self.transport.close()  # an answer is under way already: what follows it is nonsense
                return
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        text = f"{what}\n".encode()
        self.transport.write(
            b"HTTP/1.1 %d %s\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: %d\r\n"
            b"connection: close\r\n\r\n%s" % (status, _STATUS_WORDS.get(status, b""), len(text), text)
        )
        self.transport.close()

    def _look(self) -> None:
        is_answered = self.cycle is None or self.cycle.response_complete
        if self.transport.is_closing():
            self._watch("")
        elif self._left or self._in_chunks:
            self._watch("linger" if is_answered else "")
        else:
            self._watch("header" if is_answered and (self._head or self.cycle is None) else "")

    def _watch(self, what: str) -> None:
        """Set the alarm for a state once; bytes that trickle in do not put it off."""
        if what == self._alarm_for:
            return
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm_for, self._alarm = what, None
        if what:
            seconds = self.header_timeout_s if what == "header" else self.linger_s
            self._alarm = self.loop.call_later(seconds, self._too_slow)

    def _too_slow(self) -> None:
        log.debug("%s: closed, too slow: %s", self.client, self._alarm_for)
        self.transport.abort()
