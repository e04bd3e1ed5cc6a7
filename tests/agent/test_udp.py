"""One question and its answer over real UDP on loopback, among garbage, strangers and losses."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyasn1.codec.ber import decoder, encoder
from pysnmp.proto.api import v1, v2c

from agent.snmp import ber
from agent.snmp import pysnmp_packets as packets
from agent.snmp.engine import Answer, Codec, Missing, Oid, oid
from agent.snmp.target import Target
from agent.snmp.udp import UdpEngine, UdpLink

SYS_NAME = oid("1.3.6.1.2.1.1.5.0")
NAME = b"sw-01"


def answer_to(request: bytes, *, shift: int = 0, values: Any = None) -> bytes:
    """The answer of an agent to a request, as bytes; ``shift`` moves the request id."""
    message, _rest = decoder.decode(request, asn1Spec=v2c.Message())
    pdu = v2c.apiMessage.get_pdu(message)
    response = v2c.apiPDU.get_response(pdu)
    v2c.apiPDU.set_request_id(response, v2c.apiPDU.get_request_id(pdu) + shift)
    names = [name for name, _value in v2c.apiPDU.get_varbinds(pdu)]
    given_values = values or [v2c.OctetString(NAME)] * len(names)
    v2c.apiPDU.set_varbinds(response, list(zip(names, given_values, strict=True)))
    out = v2c.Message()
    v2c.apiMessage.set_defaults(out)
    v2c.apiMessage.set_pdu(out, response)
    return bytes(encoder.encode(out))


class Agent(asyncio.DatagramProtocol):
    """Calls ``behave`` with itself, the request and its sender, counting requests from 1."""

    def __init__(self, behave: Callable[[Agent, bytes, Any], None]) -> None:
        self.behave = behave
        self.requests = 0
        self.transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.requests += 1
        self.behave(self, data, addr)


def with_agent(
    behave: Callable[[Agent, bytes, Any], None],
    work: Callable[[UdpLink, Agent], Awaitable[Any]],
    host: str = "127.0.0.1",
    name: str = "",
    codec: Codec = ber,
) -> Any:
    """Run ``work`` against an agent on loopback."""

    async def run() -> Any:
        loop = asyncio.get_running_loop()
        transport, agent = await loop.create_datagram_endpoint(lambda: Agent(behave), local_addr=(host, 0))
        port = transport.get_extra_info("sockname")[1]
        link = await UdpEngine(codec).connect(Target(name or host, community="c", port=port))
        try:
            return await work(link, agent)
        finally:
            link.close()
            transport.close()
            await asyncio.sleep(0)

    return asyncio.run(run())


async def ask_name(link: UdpLink, _agent: Agent) -> Answer:
    return await link.ask("get", [SYS_NAME], [0.4, 0.4, 0.4])


def honest(agent: Agent, data: bytes, addr: Any) -> None:
    agent.transport.sendto(answer_to(data), addr)


GOOD = Answer(0, 0, [(SYS_NAME, NAME)])


@pytest.mark.parametrize("codec", [ber, packets])
def test_an_answer_comes_back_as_plain_values(codec: Codec) -> None:
    assert with_agent(honest, ask_name, codec=codec) == GOOD


def test_ipv6_and_host_names_are_reached() -> None:
    assert with_agent(honest, ask_name, host="::1") == GOOD
    assert with_agent(honest, ask_name, name="localhost", host="127.0.0.1") == GOOD


def test_garbage_before_the_answer_is_ignored() -> None:
    def behave(agent: Agent, data: bytes, addr: Any) -> None:
        for noise in (b"", b"\x30", b"\x30\x82\xff\xff", data[:20], data, b"GET / HTTP/1.1"):
            agent.transport.sendto(noise, addr)
        honest(agent, data, addr)

    assert with_agent(behave, ask_name) == GOOD


def test_an_answer_to_an_earlier_question_is_ignored() -> None:
    def behave(agent: Agent, data: bytes, addr: Any) -> None:
        agent.transport.sendto(answer_to(data, shift=-1, values=[v2c.OctetString(b"old")]), addr)
        honest(agent, data, addr)

    assert with_agent(behave, ask_name) == GOOD


def test_an_answer_from_another_address_is_refused() -> None:
    async def work(link: UdpLink, agent: Agent) -> Answer:
        loop = asyncio.get_running_loop()
        liar, _protocol = await loop.create_datagram_endpoint(
            asyncio.DatagramProtocol, local_addr=("127.0.0.2", 0)
        )

        def behave(agent: Agent, data: bytes, addr: Any) -> None:
            liar.sendto(answer_to(data, values=[v2c.OctetString(b"lie")]), addr)
            loop.call_later(0.05, honest, agent, data, addr)

        agent.behave = behave
        try:
            return await ask_name(link, agent)
        finally:
            liar.close()

    assert with_agent(honest, work) == GOOD


def test_a_lost_question_is_sent_again() -> None:
    def behave(agent: Agent, data: bytes, addr: Any) -> None:
        if agent.requests == 2:
            honest(agent, data, addr)

    assert with_agent(behave, ask_name) == GOOD


def test_a_late_answer_to_the_first_sending_still_counts() -> None:
    kept: list[tuple[bytes, Any]] = []

    def behave(agent: Agent, data: bytes, addr: Any) -> None:
        kept.append((data, addr))
        if agent.requests == 2:
            honest(agent, *kept[0])

    assert with_agent(behave, ask_name) == GOOD


def test_silence_is_a_timeout_after_every_try() -> None:
    async def work(link: UdpLink, agent: Agent) -> int:
        with pytest.raises(TimeoutError):
            await link.ask("get", [SYS_NAME], [0.05, 0.05, 0.05])
        return agent.requests

    assert with_agent(lambda *_arguments: None, work) == 3


def test_a_closed_port_is_known_without_waiting() -> None:
    async def work(link: UdpLink, agent: Agent) -> None:
        agent.transport.close()
        await asyncio.sleep(0)
        with pytest.raises(ConnectionRefusedError):
            await link.ask("get", [SYS_NAME], [600.0])

    with_agent(honest, work)


def test_the_reasons_for_missing_values_survive() -> None:
    values = [v2c.NoSuchObject(""), v2c.NoSuchInstance(""), v2c.EndOfMibView("")]
    names: list[Oid] = [(1, 3, 6, 1, 1), (1, 3, 6, 1, 2), (1, 3, 6, 1, 3)]

    def behave(agent: Agent, data: bytes, addr: Any) -> None:
        agent.transport.sendto(answer_to(data, values=values), addr)

    async def work(link: UdpLink, _agent: Agent) -> Answer:
        return await link.ask("get", names, [1.0])

    found = with_agent(behave, work)

    assert [value for _oid, value in found.varbinds] == list(Missing)


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
    datagram = bytearray(answer_to(packets.encode("2c", "c", 7, "get", [SYS_NAME, SYS_NAME], 0)))
    for _hit in range(data.draw(st.integers(1, 4))):
        datagram[data.draw(st.integers(0, len(datagram) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(datagram)))

    try:
        _request_id, found = packets.decode("2c", bytes(datagram[:cut]))
    except ValueError:
        return

    assert isinstance(found, Answer)
