"""An SNMP v1 and v2c agent over UDP: what a simulated device answers.

Requests are decoded and values encoded by pysnmp's packet-level API; an encoded variable is kept, so that
answering is mostly joining bytes. Read-only by construction: it knows GET, GETNEXT and GETBULK.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, cast

from pyasn1.codec.ber import decoder, encoder
from pyasn1.error import PyAsn1Error
from pyasn1.type import univ
from pysnmp.proto import api

Oid = tuple[int, ...]
Tag = Literal["int", "octets", "oid", "ip", "counter32", "gauge32", "ticks", "counter64"]
Plain = int | bytes | Oid
Value = tuple[Tag, Plain | Callable[[float], int]]
"""A type and a plain value, or a function of the seconds since the simulation began."""
View = Mapping[Oid, Value]

MAX_BULK_BYTES = 1400
"""A GETBULK answer stops here, as agents do that keep within one Ethernet frame."""
MAX_BYTES = 65000
MAX_REPETITIONS = 500
MAX_VARBINDS = 128
"""More names than this in one request are answered with tooBig, as small agents do."""

_V2 = api.PROTOCOL_MODULES[api.SNMP_VERSION_2C]
_V1 = api.PROTOCOL_MODULES[api.SNMP_VERSION_1]
_MODULES = {0: _V1, 1: _V2}
_TYPES: dict[Tag, Callable[[Any], Any]] = {
    "int": _V2.Integer32,
    "octets": _V2.OctetString,
    "oid": _V2.ObjectIdentifier,
    "ip": lambda octets: _V2.IpAddress(octets),
    "counter32": _V2.Counter32,
    "gauge32": _V2.Gauge32,
    "ticks": _V2.TimeTicks,
    "counter64": _V2.Counter64,
}
_WRAPS: dict[Tag, int] = {"counter32": 2**32, "ticks": 2**32, "counter64": 2**64}
_NULL = b"\x05\x00"
_NO_SUCH_OBJECT = b"\x80\x00"
_NO_SUCH_INSTANCE = b"\x81\x00"
_END_OF_MIB_VIEW = b"\x82\x00"
_NO_ERROR, _TOO_BIG, _NO_SUCH_NAME = 0, 1, 2
_GET, _GET_NEXT, _GET_BULK, _RESPONSE = 0xA0, 0xA1, 0xA5, 0xA2

Answer = tuple[list[bytes], int, int]
"""Encoded variables, error-status, error-index (RFC 3416, 3)."""


class Responder:
    """One device's MIB view behind a community. ``answer`` is a function of the datagram and the time."""

    def __init__(self, view: View, community: str) -> None:
        self._community = community.encode()
        self._oids: list[Oid] = sorted(view)
        self._values: list[Value] = [view[oid] for oid in self._oids]
        self._kept: dict[int, bytes] = {}
        # A column is known by the rows that it has: a row missing from it is noSuchInstance. Where the
        # index is longer than one number the answer is noSuchObject, as with many a device.
        self._objects = {oid[:-1] for oid in self._oids}

    def answer(self, datagram: bytes, at: float) -> bytes | None:
        """The answer to a datagram, ``at`` seconds into the simulation; None is silence.

        Silence meets a wrong community, another version and whatever does not decode (RFC 3584, 4).
        """
        request = _decoded(datagram)
        if request is None:
            return None
        version, community, kind, pdu = request
        if community != self._community:
            return None
        names = [tuple(name) for name, _value in _MODULES[version].apiPDU.get_varbinds(pdu)]
        request_id = int(pdu[0])
        if kind == _GET_BULK:
            answered = self._bulk(names, int(pdu[1]), int(pdu[2]), at)
        elif version == 0:
            answered = self._v1(names, kind == _GET_NEXT, at)
        else:
            answered = self._v2(names, kind == _GET_NEXT, at)
        return _message(version, community, request_id, answered)

    def _v2(self, names: Sequence[Oid], following: bool, at: float) -> Answer:
        if len(names) > MAX_VARBINDS:
            return [], _TOO_BIG, 0
        one = self._next if following else self._exact
        variables = [one(name, at) for name in names]
        if sum(map(len, variables)) > MAX_BYTES:
            return [], _TOO_BIG, 0
        return variables, _NO_ERROR, 0

    def _v1(self, names: Sequence[Oid], following: bool, at: float) -> Answer:
        """Version 1 has neither exceptions nor Counter64: noSuchName for the first that cannot be told."""
        variables = []
        for position, name in enumerate(names, 1):
            index = self._index_v1(name, following)
            if index is None:
                return [_varbind(other, _NULL) for other in names], _NO_SUCH_NAME, position
            variables.append(self._variable(index, at))
        return variables, _NO_ERROR, 0

    def _bulk(self, names: Sequence[Oid], non_repeaters: int, repetitions: int, at: float) -> Answer:
        """Rows until the repetitions, the datagram or the view ends (RFC 3416, 4.2.3); never tooBig."""
        single = max(0, min(non_repeaters, len(names)))
        variables = [self._next(name, at) for name in names[:single]]
        size = sum(map(len, variables))
        # A row of the answer holds the next variable of every name; only positions are carried on.
        places = [bisect_right(self._oids, name) for name in names[single:]]
        repeated = names[single:]
        for row in range(min(max(repetitions, 0), MAX_REPETITIONS)):
            ended = True
            for column, place in enumerate(places):
                index = place + row
                if index < len(self._oids):
                    variable, ended = self._variable(index, at), False
                else:
                    # The name repeats the one before it: the last of the view, or the one asked for.
                    last = self._oids[-1] if place < len(self._oids) else repeated[column]
                    variable = _varbind(last, _END_OF_MIB_VIEW)
                size += len(variable)
                if size > MAX_BULK_BYTES and variables:
                    return variables, _NO_ERROR, 0
                variables.append(variable)
            if ended:
                break
        return variables, _NO_ERROR, 0

    def _index_v1(self, name: Oid, following: bool) -> int | None:
        index = (bisect_right if following else bisect_left)(self._oids, name)
        while following and index < len(self._oids) and self._values[index][0] == "counter64":
            index += 1
        if index == len(self._oids) or self._values[index][0] == "counter64":
            return None
        return index if following or self._oids[index] == name else None

    def _next(self, name: Oid, at: float) -> bytes:
        index = bisect_right(self._oids, name)
        return self._variable(index, at) if index < len(self._oids) else _varbind(name, _END_OF_MIB_VIEW)

    def _exact(self, name: Oid, at: float) -> bytes:
        index = bisect_left(self._oids, name)
        if index < len(self._oids) and self._oids[index] == name:
            return self._variable(index, at)
        return _varbind(name, _NO_SUCH_INSTANCE if name[:-1] in self._objects else _NO_SUCH_OBJECT)

    def _variable(self, index: int, at: float) -> bytes:
        kept = self._kept.get(index)
        if kept is not None:
            return kept
        tag, value = self._values[index]
        if callable(value):
            return _varbind(self._oids[index], encoded(tag, value_at((tag, value), at)))
        self._kept[index] = _varbind(self._oids[index], encoded(tag, value))
        return self._kept[index]


class UdpAgent(asyncio.DatagramProtocol):
    """A responder on a socket; without one it takes every datagram and says nothing, like a dead device."""

    def __init__(self, responder: Responder | None, clock: Callable[[], float]) -> None:
        self.responder = responder
        self._clock = clock
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        if self.responder is None or self._transport is None:
            return
        if (reply := self.responder.answer(data, self._clock())) is not None:
            self._transport.sendto(reply, addr)


def value_at(value: Value, at: float) -> Plain:
    """A plain value ``at`` seconds into the simulation; counters and time ticks wrap (RFC 2578, 7.1)."""
    tag, held = value
    return held(at) % _WRAPS.get(tag, 2**31) if callable(held) else held


def encoded(tag: Tag, value: Plain) -> bytes:
    """The BER of a value; ValueError when the value does not fit its type."""
    try:
        return bytes(encoder.encode(_TYPES[tag](value)))
    except PyAsn1Error as error:
        raise ValueError(f"{tag} {value!r}: {error}") from error


def _decoded(datagram: bytes) -> tuple[int, bytes, int, Any] | None:
    """Version, community, kind of PDU and the PDU; None for what is no request of version 1 or 2c."""
    try:
        version = int(api.decodeMessageVersion(datagram))
        module = _MODULES[version]
        message, _rest = decoder.decode(datagram, asn1Spec=module.Message())
        pdu = module.apiMessage.get_pdu(message)
        kind = 0xA0 + int(pdu.tagSet[-1].tagId)
        allowed = (_GET, _GET_NEXT) if version == 0 else (_GET, _GET_NEXT, _GET_BULK)
        return (version, bytes(message[1]), kind, pdu) if kind in allowed else None
    except (PyAsn1Error, KeyError, IndexError, ValueError):
        return None


def _message(version: int, community: bytes, request_id: int, answered: Answer) -> bytes:
    variables, status, index = answered
    numbers = b"".join(encoder.encode(univ.Integer(n)) for n in (request_id, status, index))
    pdu = _tlv(_RESPONSE, numbers + _tlv(0x30, b"".join(variables)))
    head = encoder.encode(univ.Integer(version)) + _tlv(0x04, community)
    return _tlv(0x30, head + pdu)


def _varbind(name: Oid, value: bytes) -> bytes:
    return _tlv(0x30, encoder.encode(univ.ObjectIdentifier(name)) + value)


def _tlv(tag: int, content: bytes) -> bytes:
    """Tag, definite length, content (X.690, 8.1): what joins parts that are already encoded."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content
