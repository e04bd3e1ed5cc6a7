"""pysnmp's codec on odd datagrams, and what stays out of a target's text. Questions over real UDP are in
test_engines."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from pyasn1.codec.ber import decoder, encoder
from pysnmp.proto.api import v1, v2c
from udp_agent import answer_to

from agent.snmp import pysnmp_packets as packets
from agent.snmp.engine import Answer, oid
from agent.snmp.target import Target

SYS_NAME = oid("1.3.6.1.2.1.1.5.0")


def test_the_community_stays_out_of_repr() -> None:
    assert "s3cret" not in repr(Target("192.0.2.1", community="s3cret"))


def test_a_v1_error_keeps_its_index() -> None:
    request = packets.encode("1", "c", 7, "next", [SYS_NAME, SYS_NAME], 0)
    message, _rest = decoder.decode(request, asn1Spec=v1.Message())
    response = v1.apiPDU.get_response(v1.apiMessage.get_pdu(message))
    v1.apiPDU.set_error_status(response, 2)
    v1.apiPDU.set_error_index(response, 2)
    v1.apiMessage.set_pdu(message, response)

    request_id, found = packets.decode("1", bytes(encoder.encode(message)))

    assert (request_id, found.error, found.error_at) == (7, 2, 2)


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_a_damaged_answer_is_an_answer_or_a_value_error_and_nothing_else(data: st.DataObject) -> None:
    datagram = bytearray(
        answer_to(
            packets.encode("2c", "c", 7, "get", [SYS_NAME, SYS_NAME], 0), [v2c.OctetString(b"sw-01")] * 2
        )
    )
    for _hit in range(data.draw(st.integers(1, 4))):
        datagram[data.draw(st.integers(0, len(datagram) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(datagram)))

    try:
        _request_id, found = packets.decode("2c", bytes(datagram[:cut]))
    except ValueError:
        return

    assert isinstance(found, Answer)
