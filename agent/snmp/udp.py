"""One connected UDP socket to one device: a question out, its answer back, everything else ignored."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

from agent.snmp import ber
from agent.snmp.engine import Answer, Codec, Kind, Oid
from agent.snmp.target import Target
from inventory.log import get_logger

log = get_logger(__name__)
T = TypeVar("T")


class Exchange(asyncio.DatagramProtocol):
    """A connected socket: the kernel drops datagrams from other addresses, and an ICMP "unreachable"
    arrives as an error at once instead of as a time-out."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._take: Callable[[bytes], Any] = lambda _datagram: None
        self._pending: asyncio.Future[Any] | None = None
        self._transport: asyncio.DatagramTransport | None = None
        self.strays = 0

    async def exchange(
        self, question: bytes, take: Callable[[bytes], T | None], waits_s: Sequence[float]
    ) -> T:
        """What ``take`` makes of the first datagram that answers the question. It gives None for a datagram
        that is about something else and raises ValueError for garbage: both are waited past.

        Raises TimeoutError after the last wait, OSError when the network refuses."""
        pending: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._pending, self._take = pending, take
        try:
            for wait_s in waits_s:
                self._send(question)
                done, _waiting = await asyncio.wait((pending,), timeout=wait_s)
                if done:
                    return pending.result()
            raise TimeoutError(f"no answer to {len(waits_s)} tries")
        finally:
            self._pending = None
            pending.cancel()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: object) -> None:  # noqa: ARG002 - asyncio's signature
        if self._pending is None or self._pending.done():
            self._stray("an answer that nobody waits for")
            return
        try:
            taken = self._take(data)
        except ValueError as error:
            self._stray(str(error))
            return
        if taken is None:
            self._stray("an answer to another question")
        else:
            self._pending.set_result(taken)

    def error_received(self, exc: Exception) -> None:
        if self._pending is not None and not self._pending.done():
            self._pending.set_exception(exc)

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
