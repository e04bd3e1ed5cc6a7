"""The simulated agent, asked by pysnmp's packets and by net-snmp's programs."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from pyasn1.codec.ber import decoder, encoder
from pysnmp.proto import api, rfc1905

from wanzhao.demo.devices import Ports, SimDevice, serve
from wanzhao.demo.responder import MAX_BULK_BYTES, MAX_VARBINDS, Oid, Responder, Value, encoded

PRIVATE: Oid = (1, 3, 6, 1, 4, 1, 32473)  # the enterprise number for documentation (RFC 5612)
NAME: Oid = (1, 3, 6, 1, 2, 1, 1, 5, 0)
UPTIME: Oid = (1, 3, 6, 1, 2, 1, 1, 3, 0)
WIDE: Oid = (*PRIVATE, 1, 0)
VIEW: dict[Oid, Value] = {
    UPTIME: ("ticks", lambda at: int(at * 100)),
    NAME: ("octets", "示例".encode()),
    WIDE: ("counter64", 2**64 - 1),
    **{(*PRIVATE, 2, row): ("int", -row) for row in range(1, 301)},
    (*PRIVATE, 3, 0): ("ip", bytes((192, 0, 2, 1))),
    (*PRIVATE, 4, 0): ("oid", PRIVATE),
}
LAST = max(VIEW)
MODULES = {0: api.PROTOCOL_MODULES[api.SNMP_VERSION_1], 1: api.PROTOCOL_MODULES[api.SNMP_VERSION_2C]}
GET, NEXT, BULK = "GetRequestPDU", "GetNextRequestPDU", "GetBulkRequestPDU"


@pytest.fixture(scope="module")
def agent() -> Responder:
    return Responder(VIEW, "public")


def packet(
    kind: str, *names: Oid, version: int = 1, community: str = "public", bulk: tuple[int, int] = (0, 10)
) -> bytes:
    module = MODULES[version]
    pdu = getattr(module, kind)()
    face = module.apiBulkPDU if kind == BULK else module.apiPDU
    face.set_defaults(pdu)
    if kind == BULK:
        face.set_non_repeaters(pdu, bulk[0])
        face.set_max_repetitions(pdu, bulk[1])
    face.set_varbinds(pdu, [(name, module.null) for name in names])
    face.set_request_id(pdu, 77)
    message = module.Message()
    module.apiMessage.set_defaults(message)
    module.apiMessage.set_community(message, community)
    module.apiMessage.set_pdu(message, pdu)
    return bytes(encoder.encode(message))


def ask(agent: Responder, request: bytes, at: float = 0.0) -> tuple[int, int, list[tuple[Oid, Any]]]:
    """Status, index and variables of an answer, decoded by pysnmp; fails on silence and on a strange id."""
    reply = agent.answer(request, at)
    assert reply is not None
    module = MODULES[int(api.decodeMessageVersion(reply))]
    message, rest = decoder.decode(reply, asn1Spec=module.Message())
    pdu = module.apiMessage.get_pdu(message)
    assert not rest
    assert int(module.apiPDU.get_request_id(pdu)) == 77
    variables = [(tuple(name), value) for name, value in module.apiPDU.get_varbinds(pdu)]
    return int(module.apiPDU.get_error_status(pdu)), int(module.apiPDU.get_error_index(pdu)), variables


def names(variables: list[tuple[Oid, Any]]) -> list[Oid]:
    return [name for name, _ in variables]


def test_get_gives_the_value_and_its_type(agent: Responder) -> None:
    status, _, variables = ask(agent, packet(GET, NAME, WIDE, (*PRIVATE, 2, 5)))

    assert status == 0
    assert [bytes(variables[0][1]).decode(), int(variables[1][1]), int(variables[2][1])] == [
        "示例",
        2**64 - 1,
        -5,
    ]
    assert variables[1][1].tagSet == MODULES[1].Counter64.tagSet


def test_a_value_may_depend_on_the_time(agent: Responder) -> None:
    early, late = (int(ask(agent, packet(GET, UPTIME), at)[2][0][1]) for at in (1.0, 60.5))

    assert (early, late) == (100, 6050)


def test_sysuptime_wraps_at_32_bits(agent: Responder) -> None:
    _, _, variables = ask(agent, packet(GET, UPTIME), at=(2**32 + 700) / 100)

    assert int(variables[0][1]) == 700


def test_get_of_a_missing_row_is_no_such_instance_and_of_a_missing_object_no_such_object(
    agent: Responder,
) -> None:
    status, _, variables = ask(agent, packet(GET, (*PRIVATE, 2, 999), (*PRIVATE, 9, 9, 9)))

    assert status == 0
    assert variables[0][1].isSameTypeWith(rfc1905.noSuchInstance)
    assert variables[1][1].isSameTypeWith(rfc1905.noSuchObject)


def test_getnext_from_the_root_visits_every_variable_in_order(agent: Responder) -> None:
    name: Oid = (1, 3)
    seen: list[Oid] = []
    while not (variable := ask(agent, packet(NEXT, name))[2][0])[1].isSameTypeWith(rfc1905.endOfMibView):
        name = variable[0]
        seen.append(name)

    assert seen == sorted(VIEW)


def test_getnext_after_the_last_variable_is_the_end_under_the_name_that_was_asked_for(
    agent: Responder,
) -> None:
    _, _, variables = ask(agent, packet(NEXT, LAST))

    assert variables[0][0] == LAST
    assert variables[0][1].isSameTypeWith(rfc1905.endOfMibView)


def test_getbulk_gives_rows_of_all_repeaters_after_the_non_repeaters(agent: Responder) -> None:
    request = packet(BULK, UPTIME[:-1], (*PRIVATE, 2), (*PRIVATE, 2, 10), bulk=(1, 3))
    _, _, variables = ask(agent, request)

    rows = [(*PRIVATE, 2, n) for n in (1, 11, 2, 12, 3, 13)]
    assert names(variables) == [UPTIME, *rows]


def test_getbulk_stops_at_the_end_of_the_view(agent: Responder) -> None:
    _, _, variables = ask(agent, packet(BULK, (*PRIVATE, 3), bulk=(0, 20)))

    assert names(variables) == [(*PRIVATE, 3, 0), LAST, LAST]
    assert variables[-1][1].isSameTypeWith(rfc1905.endOfMibView)


def test_getbulk_beyond_the_view_ends_under_the_name_that_was_asked_for(agent: Responder) -> None:
    beyond = (2, 5)

    assert names(ask(agent, packet(BULK, beyond, bulk=(0, 5)))[2]) == [beyond]


def test_a_getbulk_answer_is_cut_at_a_frame_and_is_never_too_big(agent: Responder) -> None:
    request = packet(BULK, (*PRIVATE, 2), bulk=(0, 300))
    status, _, variables = ask(agent, request)

    assert status == 0
    assert names(variables) == [(*PRIVATE, 2, n) for n in range(1, len(variables) + 1)]
    assert 20 < len(variables) < 300
    assert len(agent.answer(request, 0.0) or b"") < MAX_BULK_BYTES + 60


def test_one_value_larger_than_a_frame_is_still_sent() -> None:
    large = Responder({(*PRIVATE, 1, 0): ("octets", b"x" * 4000)}, "public")

    assert len(ask(large, packet(BULK, PRIVATE, bulk=(0, 5)))[2][0][1]) == 4000


def test_a_getbulk_of_no_repetitions_is_empty(agent: Responder) -> None:
    assert ask(agent, packet(BULK, PRIVATE, bulk=(0, 0))) == (0, 0, [])


def test_more_names_than_the_agent_takes_are_too_big(agent: Responder) -> None:
    status, index, variables = ask(agent, packet(GET, *[NAME] * (MAX_VARBINDS + 1)))

    assert (status, index, variables) == (1, 0, [])


def test_version_1_says_no_such_name_for_the_first_name_that_is_missing(agent: Responder) -> None:
    asked = [NAME, (*PRIVATE, 9, 9), UPTIME]
    status, index, variables = ask(agent, packet(GET, *asked, version=0))

    assert (status, index, names(variables)) == (2, 2, asked)


def test_version_1_ends_a_walk_with_no_such_name(agent: Responder) -> None:
    assert ask(agent, packet(NEXT, LAST, version=0))[:2] == (2, 1)


def test_version_1_never_shows_a_counter64(agent: Responder) -> None:
    asked = ask(agent, packet(GET, WIDE, version=0))
    walked = ask(agent, packet(NEXT, WIDE[:-1], version=0))

    assert asked[:2] == (2, 1)
    assert names(walked[2]) == [(*PRIVATE, 2, 1)]


@pytest.mark.parametrize(
    "datagram",
    [
        packet(GET, NAME, community="private"),
        packet(GET, NAME)[:-3],
        b"",
        b"\x30\x82\xff\xff garbage",
        packet("SetRequestPDU", NAME),
        packet("GetResponsePDU" if hasattr(MODULES[1], "GetResponsePDU") else "ResponsePDU", NAME),
        packet(GET, NAME).replace(b"\x02\x01\x01\x04", b"\x02\x01\x03\x04", 1),
    ],
    ids=["wrong community", "truncated", "empty", "garbage", "set", "an answer", "version 3"],
)
def test_silence_meets_what_it_does_not_serve(agent: Responder, datagram: bytes) -> None:
    assert agent.answer(datagram, 0.0) is None


def test_a_value_that_does_not_fit_its_type_is_refused() -> None:
    with pytest.raises(ValueError, match="gauge32"):
        encoded("gauge32", -1)


# Over UDP


@dataclass
class Served:
    """Devices on sockets, and the loop in which they answer."""

    loop: asyncio.AbstractEventLoop
    ports: Ports


@pytest.fixture
def served() -> Iterator[Served]:
    """Two devices, the second one dead."""
    loop = asyncio.new_event_loop()
    devices = [
        SimDevice(campus="c", id="alive", view=VIEW),
        SimDevice(campus="c", id="dead", view=VIEW, silent=True),
    ]
    ports = loop.run_until_complete(serve(devices))
    yield Served(loop, ports)
    ports.close()
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()


class _Client(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.reply: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:  # noqa: ARG002
        if not self.reply.done():
            self.reply.set_result(data)

    def error_received(self, exc: Exception) -> None:
        self.reply.set_exception(exc)


async def _exchange(port: int, request: bytes, patience_s: float) -> bytes:
    loop = asyncio.get_running_loop()
    transport, client = await loop.create_datagram_endpoint(_Client, remote_addr=("127.0.0.1", port))
    try:
        transport.sendto(request)
        return await asyncio.wait_for(client.reply, patience_s)
    finally:
        transport.close()


def test_devices_answer_on_ports_of_their_own(served: Served) -> None:
    reply = served.loop.run_until_complete(_exchange(served.ports["alive"], packet(GET, NAME), 5.0))

    assert served.ports["alive"] != served.ports["dead"]
    assert "示例".encode() in reply


def test_a_dead_device_lets_the_question_time_out_instead_of_refusing_it(served: Served) -> None:
    with pytest.raises(TimeoutError):
        served.loop.run_until_complete(_exchange(served.ports["dead"], packet(GET, NAME), 0.2))


def test_a_device_answers_what_it_was_changed_to(served: Served) -> None:
    changed: dict[Oid, Value] = {**VIEW, NAME: ("octets", b"another")}
    served.ports.change(SimDevice(campus="c", id="alive", view=changed))
    reply = served.loop.run_until_complete(_exchange(served.ports["alive"], packet(GET, NAME), 5.0))

    assert b"another" in reply
    assert "示例".encode() not in reply


@pytest.mark.snmpd
@pytest.mark.skipif(not shutil.which("snmpbulkwalk"), reason="net-snmp's snmpbulkwalk is not installed")
@pytest.mark.parametrize(
    "command", [["snmpbulkwalk", "-v2c", "-Cr25"], ["snmpwalk", "-v2c"], ["snmpwalk", "-v1"]], ids=" ".join
)
def test_net_snmp_walks_the_whole_view(served: Served, command: list[str]) -> None:
    run = [*command, "-cpublic", "-t2", "-r1", "-On", "-Cc", f"127.0.0.1:{served.ports['alive']}", ".1"]
    done = served.loop.run_until_complete(
        asyncio.to_thread(subprocess.run, run, capture_output=True, text=True, check=True, timeout=60)
    )

    lines = [line for line in done.stdout.splitlines() if " = " in line and "No more variables" not in line]
    hidden = {WIDE} if "-v1" in command else set()
    assert [line.split(" = ")[0] for line in lines] == [
        "." + ".".join(map(str, oid)) for oid in sorted(set(VIEW) - hidden)
    ]
