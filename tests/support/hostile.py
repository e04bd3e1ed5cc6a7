"""Devices on loopback UDP that misbehave, each in a way of its own; packed by hand, so that even what no
library would send can be sent.

A ``Behaviour`` sees each request first. It gives the datagrams to send, or None to let the device obey.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any, NamedTuple

from snmprec_device import FakeDevice, Question

from agent.snmp import ber
from agent.snmp.engine import Answer, Kind, Missing, Oid, Value, oid

_KINDS: dict[int, Kind] = {0xA0: "get", 0xA1: "next", 0xA5: "bulk"}
LARGEST_DATAGRAM = 65_507


class Request(NamedTuple):
    """A question as it came: ``number`` counts from 0, ``sent_before`` how often the same one came."""

    request_id: int
    question: Question
    sent_before: int

    @property
    def kind(self) -> Kind:
        return self.question.kind

    @property
    def oids(self) -> tuple[Oid, ...]:
        return self.question.oids

    @property
    def number(self) -> int:
        return self.question.number

    @property
    def size(self) -> int:
        """Variables that the answer should have."""
        return len(self.oids) * max(1, self.question.repetitions)

    def about(self, *roots: Oid) -> bool:
        """Whether anything under one of the roots is asked for."""
        return any(asked[: len(root)] == root for asked in self.oids for root in roots)


class Hostile(asyncio.DatagramProtocol):
    """A device with these objects and this behaviour."""

    def __init__(self, objects: Mapping[Oid, Value], behave: Behaviour | None = None) -> None:
        self.device = FakeDevice(objects)
        self.behave = behave
        self.requests: list[Request] = []
        self.sent: list[bytes] = []
        self.port = 0
        self.transport: Any = None
        self._seen: dict[bytes, int] = {}

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: Any) -> None:
        request = self._request(data)
        self.requests.append(request)
        behaved = self.behave(self, request) if self.behave else None
        for datagram in [self.obey(request)] if behaved is None else behaved:
            self.send(datagram, addr)

    def send(self, datagram: bytes, addr: Any) -> None:
        self.sent.append(datagram)
        self.transport.sendto(datagram, addr)

    def obey(self, request: Request) -> bytes:
        """The answer of a device that follows the standard, cut to what a datagram can carry."""
        return packed(request.request_id, self.fitting(self.device.obey(request.question)))

    def later(self, delay_s: float, request: Request, addr: Any) -> None:
        """The same, after a while."""
        asyncio.get_running_loop().call_later(delay_s, self.send, self.obey(request), addr)

    @staticmethod
    def fitting(answer: Answer) -> Answer:
        sizes, room = 0, LARGEST_DATAGRAM - 200
        for count, (name, value) in enumerate(answer.varbinds):
            sizes += len(varbind(name, value))
            if sizes > room:
                return answer._replace(varbinds=answer.varbinds[:count])
        return answer

    def _request(self, data: bytes) -> Request:
        at, end = ber.expect(data, 0, len(data), ber.SEQUENCE)
        _version, at = ber.integer_at(data, at, end)
        _start, at = ber.expect(data, at, end, ber.OCTETS)
        kind = _KINDS[data[at]]
        request_id, answer = ber.decode_pdu(data, at, end, ber.value_of, data[at])
        repetitions = answer.error_at if kind == "bulk" else 0
        before = self._seen.get(data, 0)
        self._seen[data] = before + 1
        names = tuple(name for name, _value in answer.varbinds)
        return Request(request_id, Question(kind, names, repetitions, 1, len(self.requests)), before)


Behaviour = Callable[[Hostile, Request], "Sequence[bytes] | None"]


@contextlib.asynccontextmanager
async def alive(device: Hostile) -> AsyncIterator[Hostile]:
    """The device on a port of its own on 127.0.0.1."""
    transport, _protocol = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: device, local_addr=("127.0.0.1", 0)
    )
    try:
        yield device
    finally:
        transport.close()
        await asyncio.sleep(0)


def packed(request_id: int, answer: Answer, *, tag: int = ber.RESPONSE) -> bytes:
    """An answer as a datagram."""
    return message(
        request_id, answer.error, answer.error_at, [varbind(*pair) for pair in answer.varbinds], tag
    )


def message(
    request_id: int, error: int, error_at: int, varbinds: Sequence[bytes], tag: int = ber.RESPONSE
) -> bytes:
    """A version 2c message around variables that may be anything."""
    head = ber.integer_tlv(request_id) + ber.integer_tlv(error) + ber.integer_tlv(error_at)
    pdu = ber.tlv(tag, head + ber.tlv(ber.SEQUENCE, b"".join(varbinds)))
    return ber.tlv(ber.SEQUENCE, ber.integer_tlv(1) + ber.tlv(ber.OCTETS, b"public") + pdu)


def varbind(name: Oid, value: Value) -> bytes:
    """A variable and its value."""
    return ber.tlv(ber.SEQUENCE, ber.tlv(0x06, ber.oid_content(name)) + _value(value))


def _value(value: Value) -> bytes:
    if isinstance(value, Missing):
        return bytes((value.value, 0))
    if isinstance(value, bytes):
        return ber.tlv(ber.OCTETS, value)
    if isinstance(value, tuple):
        return ber.tlv(0x06, ber.oid_content(value))
    if value is None:
        return b"\x05\x00"
    return ber.integer_tlv(value) if value < 2**31 else ber.tlv(0x46, value.to_bytes(9, "big"))


IF_ENTRY = oid("1.3.6.1.2.1.2.2.1")
IF_X_ENTRY = oid("1.3.6.1.2.1.31.1.1.1")
UP_TIME = oid("1.3.6.1.2.1.1.3.0")
PORTS = 26


def a_switch(ports: int = PORTS, uptime: int = 9_000_000) -> dict[Oid, Value]:
    """A small switch: the system group, ifTable, ifXTable and an object behind them."""
    objects: dict[Oid, Value] = {
        oid("1.3.6.1.2.1.1.1.0"): b"Linux switch 6.1",
        oid("1.3.6.1.2.1.1.2.0"): oid("1.3.6.1.4.1.8072.3.2.10"),
        UP_TIME: uptime,
        oid("1.3.6.1.2.1.1.5.0"): b"sw",
        oid("1.3.6.1.6.3.10.2.1.3.0"): uptime // 100,
    }
    for number in range(1, ports + 1):
        for column, value in _port(number).items():
            objects[(*IF_ENTRY, column, number)] = value
        for column, value in _port_more(number).items():
            objects[(*IF_X_ENTRY, column, number)] = value
    return objects


def _port(number: int) -> dict[int, Value]:
    mac = bytes((2, 0, 0, 0, 0, number % 256))
    return {2: f"port {number}".encode(), 3: 6, 5: 1_000_000_000, 6: mac, 7: 1, 8: 1}


def _port_more(number: int) -> dict[int, Value]:
    return {1: f"ge{number}".encode(), 15: 10_000, 17: 1, 18: f"room {number}".encode()}
