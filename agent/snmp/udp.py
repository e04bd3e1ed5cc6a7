"""One connected UDP socket to one device: a question out, its answer back, everything else ignored."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from typing import cast

from agent.snmp import ber
from agent.snmp.engine import Answer, Codec, Kind, Oid
from agent.snmp.target import Target
from inventory.log import get_logger

log = get_logger(__name__)


class UdpLink(asyncio.DatagramProtocol):
    """A connected socket: the kernel drops datagrams from other addresses, and an ICMP "unreachable"
    arrives as an error at once instead of as a time-out."""

    def __init__(self, target: Target, codec: Codec) -> None:
        self._target = target
        self._codec = codec
        self._request_id = secrets.randbelow(1 << 30)
        self._pending: asyncio.Future[Answer] | None = None
        self._transport: asyncio.DatagramTransport | None = None
        self.strays = 0

    async def ask(
        self, kind: Kind, oids: Sequence[Oid], waits_s: Sequence[float], repetitions: int = 0
    ) -> Answer:
        self._request_id = self._request_id % 0x7FFFFFFF + 1
        target = self._target
        question = self._codec.encode(
            target.version, target.community, self._request_id, kind, oids, repetitions
        )
        pending: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._pending = pending
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
        try:
            request_id, answer = self._codec.decode(self._target.version, data)
        except ValueError:
            self._stray("garbage")
            return
        if self._pending is None or self._pending.done() or request_id != self._request_id:
            self._stray("an answer to an earlier question")
            return
        self._pending.set_result(answer)

    def error_received(self, exc: Exception) -> None:
        if self._pending is not None and not self._pending.done():
            self._pending.set_exception(exc)

    def _send(self, question: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            raise ConnectionError("the socket is closed")
        self._transport.sendto(question)

    def _stray(self, what: str) -> None:
        self.strays += 1
        log.debug("%s: ignored %s", self._target.where, what)


class UdpEngine:
    """Links over UDP, IPv4 or IPv6; host names are resolved without blocking the loop."""

    def __init__(self, codec: Codec = ber) -> None:
        self._codec = codec

    async def connect(self, target: Target) -> UdpLink:
        loop = asyncio.get_running_loop()
        _transport, link = await loop.create_datagram_endpoint(
            lambda: UdpLink(target, self._codec), remote_addr=(target.address, target.port)
        )
        return link
