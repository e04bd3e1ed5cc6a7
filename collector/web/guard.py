"""What stands before every request: bounded headers, in bounded time, that only one reading fits.

uvicorn waits for ever for the rest of a header, h11 takes a bare LF for a line's end and a request with both
a length and chunks; a proxy in front may read either otherwise, and what follows would be a second request.
"""

from __future__ import annotations

import asyncio
import re
import sys
from typing import Any

import h11
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from inventory.log import get_logger
from inventory.words import _

log = get_logger(__name__)

HEADER_LIMIT = 32 * 1024
FIELDS_LIMIT = 100
_BARE_LF = re.compile(rb"(?<!\r)\n")
# h11 takes equal lengths for one ("3, 3" as well), before anybody sees the header.
_LENGTH = re.compile(rb"\ncontent-length:|(?<=\ncontent-length:)[^\r\n]*,", re.IGNORECASE)
_STATUS_WORDS = {400: b"Bad Request", 431: b"Request Header Fields Too Large", 501: b"Not Implemented"}


class _StrictConnection(h11.Connection):
    """h11 that refuses a header with a line that ends in LF alone, or with two lengths."""

    _looked_at = 0

    def next_event(self) -> Any:
        if self.their_state is h11.IDLE:
            self._refuse_doubtful()
        event = super().next_event()
        if event is not h11.NEED_DATA:
            self._looked_at = 0
        return event

    def _refuse_doubtful(self) -> None:
        received, _closed = self.trailing_data
        end = received.find(b"\r\n\r\n", max(0, self._looked_at - 3))
        head = received if end < 0 else received[:end]
        if _BARE_LF.search(head, max(0, self._looked_at - 1)):
            raise h11.RemoteProtocolError("a line of the header ends in LF alone")
        if end >= 0 and len(_LENGTH.findall(head)) > 1:
            raise h11.RemoteProtocolError("the length of the body is given twice")
        self._looked_at = len(head)


class GuardedProtocol(H11Protocol):
    """uvicorn's HTTP/1.1 with an end to half a header, and to a body that nobody reads any more."""

    header_timeout_s = 10.0
    linger_s = 10.0

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.conn = _StrictConnection(h11.SERVER, HEADER_LIMIT)
        self._alarm: asyncio.TimerHandle | None = None
        self._alarm_for = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[arg-type]  # uvicorn narrows it
        self._watch("header")

    def connection_lost(self, exc: Exception | None) -> None:
        self._watch("")
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.conn.their_state is not h11.IDLE or self.conn.trailing_data[0]:
            self._look()

    def send_400_response(self, msg: str) -> None:
        """The status that h11 asks for (431 for a header that is too long), then the end."""
        error = sys.exc_info()[1]
        status = error.error_status_hint if isinstance(error, h11.RemoteProtocolError) else 400
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.close()  # an answer is under way already: what follows it is nonsense
            return
        head = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
        events = (
            h11.Response(status_code=status, headers=head, reason=_STATUS_WORDS.get(status, b"")),
            h11.Data(data=f"{msg}\n".encode("ascii", "replace")),
            h11.EndOfMessage(),
        )
        for event in events:
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _look(self) -> None:
        if self.transport.is_closing():
            self._watch("")
        elif self.conn.their_state is h11.IDLE:
            self._watch("header")
        elif self.conn.their_state is h11.SEND_BODY and self.conn.our_state is h11.DONE:
            self._watch("linger")
        else:
            self._watch("")

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


class OneReading:
    """Passes on requests whose header is bounded and can be read in one way only."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (fault := _fault(scope["headers"])):
            status, what = fault
            answer = JSONResponse({"error": what}, status_code=status, headers={"Connection": "close"})
            await answer(scope, receive, send)
            return
        await self.app(scope, receive, send)


def _fault(headers: list[tuple[bytes, bytes]]) -> tuple[int, str] | None:
    """The status and the reason to refuse these headers, or None."""
    if len(headers) > FIELDS_LIMIT or sum(len(name) + len(value) for name, value in headers) > HEADER_LIMIT:
        return 431, _("the header is larger than %(limit)d bytes or %(fields)d fields") % {
            "limit": HEADER_LIMIT,
            "fields": FIELDS_LIMIT,
        }
    names = [name for name, _value in headers]
    lengths = names.count(b"content-length")
    if lengths > 1 or (lengths and b"transfer-encoding" in names):
        return 400, _("the length of the body is given twice")
    if names.count(b"host") > 1 or names.count(b"authorization") > 1:
        return 400, _("a field of the header is given twice")
    return None
