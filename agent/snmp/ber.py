"""SNMP v1 and v2c messages as bytes: the few forms of BER that SNMP uses (RFC 3417, 8), plain values in
and out. ``agent.snmp.usm`` builds version 3 of the same parts.

A poll of one large switch is thousands of variables, and pysnmp builds a tree of objects for each: 60 ms
of CPU per 1,000 to read and 10 to ask, where this needs 2 and 1. Tests compare the two on arbitrary
messages and feed both with damaged ones. It also forgives what a strict decoder drops, and what then looks
like a time-out: counters sent with the wrong sign.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

from agent.snmp.engine import Answer, Kind, Missing, Oid, Value

SEQUENCE: Final = 0x30
_INTEGER: Final = 0x02
OCTETS: Final = 0x04
_OID: Final = 0x06
_LONGEST_OID: Final = 128
"""Sub-identifiers of an OID (RFC 2578, 3.5)."""
RESPONSE: Final = 0xA2
REPORT: Final = 0xA8
_UNSIGNED_BITS: Final = {0x41: 32, 0x42: 32, 0x43: 32, 0x46: 64, 0x47: 32}
"""Counter32, Gauge32, TimeTicks, Counter64, UInteger32"""


_VERSIONS: Final = {"1": 0, "2c": 1}
_QUESTIONS: Final[dict[Kind, int]] = {"get": 0xA0, "next": 0xA1, "bulk": 0xA5}


def encode(
    version: str, community: str, request_id: int, kind: Kind, oids: Sequence[Oid], repetitions: int
) -> bytes:
    """A question as the bytes of one datagram."""
    pdu = encode_pdu(request_id, kind, oids, repetitions)
    return tlv(SEQUENCE, integer_tlv(_VERSIONS[version]) + tlv(OCTETS, community.encode()) + pdu)


def encode_pdu(request_id: int, kind: Kind, oids: Sequence[Oid], repetitions: int) -> bytes:
    """A question without what a version of SNMP puts around it."""
    varbinds = b"".join([_asked(numbers) for numbers in oids])
    # GETBULK has non-repeaters and max-repetitions where the others have error-status and error-index.
    second = repetitions if kind == "bulk" else 0
    head = integer_tlv(request_id) + integer_tlv(0) + integer_tlv(second)
    return tlv(_QUESTIONS[kind], head + tlv(SEQUENCE, varbinds))


def decode(_version: str, datagram: bytes) -> tuple[int, Answer]:
    """The request id that a datagram answers, and the answer. Raises ValueError when it is none."""
    return decode_by(datagram, value_of)


def decode_by(datagram: bytes, read: Callable[[int, bytes], Value]) -> tuple[int, Answer]:
    """The same with values made by ``read`` from tag and content octets. Raises ValueError."""
    try:
        return _message(datagram, read)
    except IndexError as error:
        raise ValueError("the message is cut off") from error


def _message(data: bytes, read: Callable[[int, bytes], Value]) -> tuple[int, Answer]:
    at, end = expect(data, 0, len(data), SEQUENCE)
    _version, at = integer_at(data, at, end)
    _start, at = expect(data, at, end, OCTETS)  # the community
    return decode_pdu(data, at, end, read)


def decode_pdu(
    data: bytes, at: int, end: int, read: Callable[[int, bytes], Value], wanted: int = RESPONSE
) -> tuple[int, Answer]:
    """The request id and the answer of the PDU with the tag ``wanted`` in ``data[at:end]``. Raises
    ValueError, and IndexError where the octets end too early."""
    at, end = expect(data, at, end, wanted)
    request_id, at = integer_at(data, at, end)
    error, at = integer_at(data, at, end)
    error_at, at = integer_at(data, at, end)
    at, end = expect(data, at, end, SEQUENCE)
    varbinds: list[tuple[Oid, Value]] = []
    while at < end:
        # Nearly every variable is shorter than 128 octets, and its three lengths, of one octet each, add up.
        # They are read here, which saves a third of the time for an answer.
        size = data[at + 1]
        stop = at + 4 + data[at + 3]
        after = at + 2 + size
        adds_up = stop < end - 1 and stop + 2 + data[stop + 1] == after <= end
        if adds_up and size < 0x80 and data[at] == SEQUENCE and data[at + 2] == _OID:
            varbinds.append((oid_of(data[at + 4 : stop]), read(data[stop], data[stop + 2 : after])))
        else:
            inner, after = expect(data, at, end, SEQUENCE)
            start, stop = expect(data, inner, after, _OID)
            name = oid_of(data[start:stop])
            tag, start, stop = header(data, stop, after)
            varbinds.append((name, read(tag, data[start:stop])))
        at = after
    return request_id, Answer(error, error_at, varbinds)


def tlv(tag: int, content: bytes) -> bytes:
    """Tag, length and content."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content


def integer_tlv(number: int) -> bytes:
    """An INTEGER of the fewest octets."""
    return tlv(_INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True))


@lru_cache(maxsize=8192)
def _asked(numbers: Oid) -> bytes:
    """A variable of a question; a poll asks where the last one asked."""
    return tlv(SEQUENCE, tlv(_OID, oid_content(numbers)) + b"\x05\x00")


def oid_content(numbers: Oid) -> bytes:
    """The content octets of an OID."""
    content = bytearray()
    for number in (40 * numbers[0] + numbers[1], *numbers[2:]):
        groups = [number & 0x7F]
        while number := number >> 7:
            groups.append(number & 0x7F | 0x80)
        content += bytes(reversed(groups))
    return bytes(content)


def header(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    """Tag, and where the content starts and stops. Raises ValueError, IndexError."""
    tag, length = data[at], data[at + 1]
    at += 2
    if length & 0x80:
        octets = length & 0x7F
        if not 1 <= octets <= 4:
            raise ValueError("a length that SNMP does not use")
        length = int.from_bytes(data[at : at + octets], "big")
        at += octets
    stop = at + length
    if stop > end:
        raise ValueError("a part is longer than the whole")
    return tag, at, stop


def expect(data: bytes, at: int, end: int, wanted: int) -> tuple[int, int]:
    """Where the content of what must be a ``wanted`` starts and stops. Raises ValueError, IndexError."""
    tag, start, stop = header(data, at, end)
    if tag != wanted:
        raise ValueError(f"tag {tag:#x} where {wanted:#x} belongs")
    return start, stop


def integer_at(data: bytes, at: int, end: int) -> tuple[int, int]:
    """An INTEGER, and where it stops. Raises ValueError, IndexError."""
    start, stop = expect(data, at, end, _INTEGER)
    return int.from_bytes(data[start:stop], "big", signed=True), stop


def value_of(tag: int, content: bytes) -> Value:
    """A value by its tag and content octets. Raises ValueError."""
    try:
        reader = _READERS[tag]
    except KeyError:
        raise ValueError(f"a value of type {tag:#x}") from None
    return reader(content)


@lru_cache(maxsize=65536)
def oid_of(content: bytes) -> Oid:
    """The numbers of an OID; the same ones come back at every poll."""
    numbers: list[int] = []
    number = 0
    for octet in content:
        number = number << 7 | octet & 0x7F
        if octet < 0x80:
            numbers.append(number)
            number = 0
    if not numbers or content[-1] & 0x80 or len(numbers) > _LONGEST_OID:
        raise ValueError("an OID without an end")
    first = min(numbers[0] // 40, 2)
    return (first, numbers[0] - 40 * first, *numbers[1:])


def _signed(content: bytes) -> int:
    return int.from_bytes(content, "big", signed=True)


def _unsigned(bits: int) -> Callable[[bytes], int]:
    """Counters, gauges and ticks. Some agents send them sign-extended: more octets than the type has are
    cut to its size, which is what they mean."""
    mask, from_bytes = (1 << bits) - 1, int.from_bytes
    return lambda content: from_bytes(content, "big") & mask


def _missing(why: Missing) -> Callable[[bytes], Value]:
    return lambda _content: why


_READERS: Final[dict[int, Callable[[bytes], Value]]] = {
    _INTEGER: _signed,
    OCTETS: bytes,
    0x05: lambda _content: None,
    _OID: oid_of,
    0x40: bytes,  # IpAddress
    0x44: bytes,  # Opaque
    **{tag: _unsigned(bits) for tag, bits in _UNSIGNED_BITS.items()},
    **{why.value: _missing(why) for why in Missing},
}
