"""One connected UDP socket to one device: a question out, its answer back, everything else ignored."""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar, cast

from agent.snmp import ber
from agent.snmp.engine import Answer, Codec, Kind, Oid
from agent.snmp.target import Target
from inventory.log import get_logger

log = get_logger(__name__)
T = TypeVar("T")

_MOST_WAITING = 64
"""Datagrams that arrived and were not looked at; one device sends one at a time."""


class Exchange(asyncio.DatagramProtocol):
    """A connected socket: the kernel drops datagrams from other addresses, and an ICMP "unreachable"
    arrives as an error at once instead of as a time-out."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._loop = asyncio.get_running_loop()
        self._inbox: deque[bytes] = deque()
        self._arrival: asyncio.Future[None] | None = None
        self._is_asking = False
        self._transport: asyncio.DatagramTransport | None = None
        self._question = b""
        self._waits: Iterator[float] = iter(())
        self._due = 0.0
        self._alarm: asyncio.TimerHandle | None = None
        self.strays = 0

    async def exchange(
        self, question: bytes, take: Callable[[bytes], T | None], waits_s: Sequence[float]
    ) -> T:
        """What ``take`` makes of the first datagram that answers the question. It gives None for a datagram
        that is about something else and raises ValueError for garbage: both are waited past.

        Raises TimeoutError after the last wait, OSError when the network refuses.

        Datagrams are understood here, not as they arrive: where many devices answer at once, each has its
        next question on the way before the next one's answer is looked at."""
        self._question, self._waits = question, iter(waits_s)
        self._is_asking = True
        try:
            self._try()
            while True:
                await self._next_arrival()
                taken = self._understood(self._inbox.popleft(), take)
                if taken is not None:
                    return taken
        finally:
            self._is_asking, self._arrival = False, None
            self._inbox.clear()

    async def _next_arrival(self) -> None:
        if self._inbox:
            return
        if self._alarm is None:  # it rang between an arrival and the look at it
            self._set_alarm()
        self._arrival = self._loop.create_future()
        await self._arrival

    def _understood(self, datagram: bytes, take: Callable[[bytes], T | None]) -> T | None:
        try:
            taken = take(datagram)
        except ValueError as error:
            self._stray(str(error))
            return None
        if taken is None:
            self._stray("an answer to another question")
        return taken

    def _try(self) -> None:
        """Send the question, for the first time or again; after the last wait, give up."""
        wait_s = next(self._waits, None)
        if wait_s is None:
            raise TimeoutError("no answer")
        self._send(self._question)
        self._due = self._loop.time() + wait_s
        # One alarm serves question after question: most are answered long before it, and setting and
        # cancelling one for each costs as much as the sending.
        if self._alarm is None or self._alarm.when() > self._due:
            self._set_alarm()

    def _set_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = self._loop.call_at(self._due, self._on_alarm)

    def _on_alarm(self) -> None:
        self._alarm = None
        if self._arrival is None or self._arrival.done():
            return
        if self._loop.time() < self._due:  # an earlier question's alarm
            self._set_alarm()
            return
        try:
            self._try()
        except OSError as error:  # TimeoutError is one
            self._arrival.set_exception(error)

    def close(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: object) -> None:  # noqa: ARG002 - asyncio's signature
        if not self._is_asking or len(self._inbox) >= _MOST_WAITING:
            self._stray("an answer that nobody waits for")
            return
        self._inbox.append(data)
        if self._arrival is not None and not self._arrival.done():
            self._arrival.set_result(None)

    def error_received(self, exc: Exception) -> None:
        if self._arrival is not None and not self._arrival.done():
            self._arrival.set_exception(exc)

    def _send(self, question: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            raise ConnectionError("the socket is closed")
        self._transport.sendto(question)

    def _stray(self, what: str) -> None:
        self.strays += 1
        log.debug("%s: ignored %s", self._where, what)


async def open_exchange(target: Target) -> Exchange:
    """A socket to the target, IPv4 or IPv6; host names are resolved without blocking the loop."""
    _transport, exchange = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Exchange(target.where), remote_addr=(target.address, target.port)
    )
    return exchange


class UdpLink:
    """SNMP v1 and v2c: a request id tells which question an answer answers."""

    def __init__(self, target: Target, codec: Codec, exchange: Exchange) -> None:
        self._target = target
        self._codec = codec
        self._exchange = exchange
        self._request_id = secrets.randbelow(1 << 30)

    async def ask(
        self, kind: Kind, oids: Sequence[Oid], waits_s: Sequence[float], repetitions: int = 0
    ) -> Answer:
        request_id = self._request_id = self._request_id % 0x7FFFFFFF + 1
        version = self._target.version
        question = self._codec.encode(version, self._target.community, request_id, kind, oids, repetitions)

        def take(datagram: bytes) -> Answer | None:
            answered, answer = self._codec.decode(version, datagram)
            return answer if answered == request_id else None

        return await self._exchange.exchange(question, take, waits_s)

    def close(self) -> None:
        self._exchange.close()


class UdpEngine:
    """Links for SNMP v1 and v2c over UDP."""

    def __init__(self, codec: Codec = ber) -> None:
        self._codec = codec

    async def connect(self, target: Target) -> UdpLink:
        return UdpLink(target, self._codec, await open_exchange(target))
