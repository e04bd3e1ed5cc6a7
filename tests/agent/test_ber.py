"""Our reader and writer of SNMP messages against pysnmp's, on arbitrary and on damaged ones."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyasn1.codec.ber import encoder
from pysnmp.proto import rfc1905
from pysnmp.proto.api import v2c

from agent.snmp import ber, pysnmp_packets
from agent.snmp.engine import Answer, Missing, Oid

NUMBER32 = st.integers(0, 2**32 - 1)
OIDS = st.tuples(st.integers(0, 2), st.integers(0, 39), st.lists(NUMBER32, min_size=0, max_size=40)).map(
    lambda parts: (parts[0], parts[1], *parts[2])
)
VALUES = st.one_of(
    st.integers(-(2**31), 2**31 - 1).map(v2c.Integer),
    st.binary(max_size=400).map(v2c.OctetString),
    OIDS.map(v2c.ObjectIdentifier),
    NUMBER32.map(v2c.Counter32),
    NUMBER32.map(v2c.Gauge32),
    NUMBER32.map(v2c.TimeTicks),
    st.integers(0, 2**64 - 1).map(v2c.Counter64),
    st.binary(min_size=4, max_size=4).map(lambda octets: v2c.IpAddress(octets)),
    st.binary(max_size=20).map(v2c.Opaque),
    st.just(v2c.Null("")),
    st.sampled_from([rfc1905.noSuchObject, rfc1905.noSuchInstance, rfc1905.endOfMibView]),
)
REQUEST_IDS = st.integers(1, 2**31 - 1)


def response(request_id: int, error: int, error_at: int, varbinds: list[tuple[Oid, Any]]) -> bytes:
    """The bytes of an answer, made by pysnmp."""
    pdu = v2c.GetResponsePDU()
    v2c.apiPDU.set_defaults(pdu)
    v2c.apiPDU.set_request_id(pdu, request_id)
    v2c.apiPDU.set_error_status(pdu, error)
    v2c.apiPDU.set_error_index(pdu, error_at)
    v2c.apiPDU.set_varbinds(pdu, varbinds)
    message = v2c.Message()
    v2c.apiMessage.set_defaults(message)
    v2c.apiMessage.set_pdu(message, pdu)
    return bytes(encoder.encode(message))


@given(REQUEST_IDS, st.integers(0, 18), st.integers(0, 40), st.lists(st.tuples(OIDS, VALUES), max_size=12))
@settings(max_examples=150, deadline=None)
def test_both_read_every_answer_the_same(
    request_id: int, error: int, error_at: int, varbinds: list[tuple[Oid, Any]]
) -> None:
    datagram = response(request_id, error, error_at, varbinds)

    assert ber.decode("2c", datagram) == pysnmp_packets.decode("2c", datagram)


@given(
    st.sampled_from(["1", "2c"]),
    st.text(st.characters(codec="ascii"), max_size=40),
    REQUEST_IDS,
    st.sampled_from(["get", "next", "bulk"]),
    st.lists(OIDS, max_size=12),
    st.integers(0, 60),
)
@settings(max_examples=150, deadline=None)
def test_both_write_every_question_the_same(
    version: str, community: str, request_id: int, kind: Any, oids: list[Oid], repetitions: int
) -> None:
    if version == "1" and kind == "bulk":
        return

    ours = ber.encode(version, community, request_id, kind, oids, repetitions)

    assert ours == pysnmp_packets.encode(version, community, request_id, kind, oids, repetitions)


@given(st.lists(st.tuples(OIDS, VALUES), min_size=1, max_size=4), st.data())
@settings(max_examples=300, deadline=None)
def test_a_damaged_answer_is_an_answer_or_a_value_error_and_nothing_else(
    varbinds: list[tuple[Oid, Any]], data: st.DataObject
) -> None:
    datagram = bytearray(response(7, 0, 0, varbinds))
    for _hit in range(data.draw(st.integers(1, 4))):
        datagram[data.draw(st.integers(0, len(datagram) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(datagram)))

    try:
        _request_id, found = ber.decode("2c", bytes(datagram[:cut]))
    except ValueError:
        return

    assert isinstance(found, Answer)


@given(st.binary(max_size=200))
def test_noise_is_refused(noise: bytes) -> None:
    try:
        ber.decode("2c", noise)
    except ValueError:
        return


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (b"\xff\xff\xff\xff", 2**32 - 1),  # the leading zero octet forgotten
        (b"\xff\xff\xff\xff\x80\x00\x00\x00", 2**31),  # sign-extended to 64 bits
        (b"\x00\x80\x00\x00\x00", 2**31),  # right
    ],
)
def test_a_counter_with_the_wrong_sign_keeps_its_value(content: bytes, value: int) -> None:
    right = response(7, 0, 0, [((1, 3, 6, 1), v2c.OctetString(b"?" * len(content)))])
    octets = b"\x04" + bytes([len(content)]) + b"?" * len(content)
    wrong = right.replace(octets, b"\x41" + bytes([len(content)]) + content)

    assert ber.decode("2c", wrong)[1].varbinds == [((1, 3, 6, 1), value)]


def test_the_three_reasons_for_no_value_are_told_apart() -> None:
    reasons = [rfc1905.noSuchObject, rfc1905.noSuchInstance, rfc1905.endOfMibView]
    datagram = response(7, 0, 0, [((1, 3, i), reason) for i, reason in enumerate(reasons)])

    assert [value for _oid, value in ber.decode("2c", datagram)[1].varbinds] == list(Missing)
