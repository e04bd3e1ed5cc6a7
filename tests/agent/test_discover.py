"""Looking through declared ranges: who is asked, how gently, and what is proposed."""

from __future__ import annotations

import asyncio
import random
import socket
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from snmpd import program as snmpd_program
from snmpd import snmpd
from snmprec_device import FakeDevice, table

from agent.discover.find import Proposal, discover, not_found
from agent.discover.known import Known, compare
from agent.discover.pace import Pace
from agent.discover.ranges import declared
from agent.discover.snippet import agent_toml, register_toml
from agent.discover.sweep import Credential, sweep
from agent.snmp.engine import Answer, Kind, Link, Oid, Value, oid
from agent.snmp.target import Target, User
from inventory.errors import InputError
from wanzhao.demo.county import simulated_devices
from wanzhao.demo.responder import Responder, UdpAgent

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
PUBLIC = Credential("public", community="public", reference='community = "file:/etc/wanzhao/community"')
SECRET = Credential("sch00l", community="sch00l", reference='community = "env:SECOND"')
IF_ENTRY = oid("1.3.6.1.2.1.2.2.1")


async def no_sleep(_seconds: float) -> None:
    await asyncio.sleep(0)


def quick(**more: int) -> Pace:
    return Pace(random.Random(1), sleep=no_sleep, **more)


def box(
    name: str, *, mac: str = "", engine: str = "", addresses: Sequence[str] = (), **more: Mapping[Oid, Value]
) -> dict[Oid, Value]:
    """A small switch. Its chassis' MAC address and engine id as given."""
    objects: dict[Oid, Value] = {
        oid("1.3.6.1.2.1.1.1.0"): b"Some switch",
        oid("1.3.6.1.2.1.1.2.0"): oid("1.3.6.1.4.1.99999.1"),
        oid("1.3.6.1.2.1.1.3.0"): 4200,
        oid("1.3.6.1.2.1.1.5.0"): name.encode(),
        **table(IF_ENTRY, {2: {(n,): b"ge%d" % n for n in range(1, 9)}, 3: {(n,): 6 for n in range(1, 9)}}),
    }
    if mac:
        objects[oid("1.3.6.1.2.1.17.1.1.0")] = bytes.fromhex(mac)
    if engine:
        objects[oid("1.3.6.1.6.3.10.2.1.1.0")] = bytes.fromhex(engine)
    for part in more.values():
        objects |= part
    return objects


@dataclass
class Network:
    """An engine with a device behind some addresses and nobody behind the others."""

    devices: Mapping[str, Mapping[Oid, Value]]
    communities: Mapping[str, str] = field(default_factory=dict)
    closed: frozenset[str] = frozenset()
    asked: list[tuple[str, str]] = field(default_factory=list)
    open: int = 0
    most: int = 0

    async def connect(self, target: Target) -> Link:
        return _Line(self, target)


@dataclass
class _Line:
    network: Network
    target: Target

    def close(self) -> None:
        """Nothing to close."""

    async def ask(
        self, kind: Kind, oids: Sequence[Oid], waits_s: Sequence[float], repetitions: int = 0
    ) -> Answer:
        network, at = self.network, self.target.address
        network.asked.append((at, self.target.community))
        network.open += 1
        network.most = max(network.most, network.open)
        await asyncio.sleep(0)
        network.open -= 1
        if at in network.closed:
            raise ConnectionRefusedError
        wanted = network.communities.get(at, "public")
        if at not in network.devices or self.target.community != wanted:
            assert len(waits_s) == 1, "one try in a sweep"
            raise TimeoutError
        return FakeDevice(network.devices[at]).obey(
            type("Q", (), {"kind": kind, "oids": tuple(oids), "repetitions": repetitions})()
        )


def look(
    network: Network, ranges: Sequence[str], credentials: Sequence[Credential] = (PUBLIC,), **more: object
) -> list[Proposal]:
    return asyncio.run(
        discover(ranges, credentials, engine=network, pace=quick(), now=NOW, **more)  # type: ignore[arg-type]
    )


# ---- ranges


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0.0.0.0/0", "far more than a school"),
        ("::/0", "far more than a school"),
        ("10.0.0.0/8", "wider than /16"),
        ("2001:db8::/32", "wider than /48"),
        ("224.0.0.0/24", "multicast"),
        ("ff02::/64", "multicast"),
        ("127.0.0.0/24", "this computer itself"),
        ("::1/128", "this computer itself"),
        ("169.254.0.0/24", "no addresses that devices"),
        ("fe80::/64", "no addresses that devices"),
        ("240.0.0.0/24", "no addresses that devices"),
        ("0.0.0.0/24", "no addresses that devices"),
        ("10.1.0.1/24", "is no range"),
        ("school", "is no range"),
    ],
)
def test_ranges_that_nobody_means_are_refused(text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        declared([text, "10.1.0.0/24"])


def test_every_wrong_range_is_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        declared(["0.0.0.0/0", "224.0.0.0/4", "x"])

    assert len(caught.value.problems) == 3


def test_no_range_is_refused() -> None:
    with pytest.raises(InputError, match="no range"):
        declared([])


def test_force_takes_a_wide_range_but_not_everything() -> None:
    assert len(declared(["10.0.0.0/12"], force=True)) == 1 << 20
    with pytest.raises(InputError):
        declared(["0.0.0.0/0"], force=True)


def test_overlapping_ranges_are_asked_once_and_nobody_is_left_out() -> None:
    ranges = declared(["10.1.0.0/29", "10.1.0.0/30", "10.1.0.9", "2001:db8::/126"])

    found = list(ranges.addresses())

    assert found[:6] == [f"10.1.0.{n}" for n in range(1, 7)]
    assert "10.1.0.9" in found
    assert len(found) == len(set(found)) == 10


def test_a_wide_ipv6_range_bounds_but_is_not_swept() -> None:
    ranges = declared(["2001:db8:1::/64"])

    assert (list(ranges.addresses()), "2001:db8:1::5" in ranges, "2001:db8:2::5" in ranges) == (
        [],
        True,
        False,
    )


# ---- gentleness


def test_no_more_questions_are_open_at_once_than_allowed() -> None:
    network = Network({})

    asyncio.run(sweep(declared(["10.1.0.0/22"]).addresses(), [PUBLIC], quick(at_once=7), network))

    assert network.most <= 7
    assert len(network.asked) == 1022


def test_a_dead_address_costs_one_question_for_each_credential() -> None:
    network = Network({})

    look(network, ["10.1.0.0/28"], [PUBLIC, SECRET])

    assert set(Counter(at for at, _community in network.asked).values()) == {2}


def test_an_address_that_refuses_is_not_asked_again_with_other_credentials() -> None:
    network = Network({}, closed=frozenset({"10.1.0.1"}))

    look(network, ["10.1.0.1"], [PUBLIC, SECRET])

    assert len(network.asked) == 1


def test_questions_go_at_the_given_rate_at_uneven_moments() -> None:
    gaps: list[float] = []

    async def sleep(seconds: float) -> None:
        gaps.append(seconds)

    pace = Pace(random.Random(1), rate_per_s=20, sleep=sleep)
    asyncio.run(sweep(declared(["10.1.0.0/24"]).addresses(), [PUBLIC], pace, Network({})))

    assert len(gaps) == 254
    assert sum(gaps) / len(gaps) == pytest.approx(1 / 20, rel=0.05)
    assert min(gaps) >= 0.025
    assert len(set(gaps)) > 200


def test_nothing_outside_the_ranges_is_asked() -> None:
    lldp = lldp_neighbour("10.9.9.9") | lldp_neighbour("2001:db8:1::7", port=2)
    network = Network({"10.1.0.1": box("core", lldp=lldp)})

    look(network, ["10.1.0.0/29", "2001:db8:2::/64"])

    assert {at for at, _community in network.asked} <= {f"10.1.0.{n}" for n in range(1, 7)}


# ---- what is found


def lldp_neighbour(address: str, port: int = 1) -> dict[Oid, Value]:
    """A row of lldpRemTable and its management address."""
    packed = socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)
    family = 2 if ":" in address else 1
    rem, man = oid("1.0.8802.1.1.2.1.4.1.1"), oid("1.0.8802.1.1.2.1.4.2.1")
    index = (0, port, 1)
    return {
        **table(rem, {4: {index: 4}, 5: {index: b"\x02\0\0\0\0" + bytes([port])}, 9: {index: b"peer"}}),
        **table(man, {3: {(*index, family, len(packed), *packed): 2}}),
    }


def neighbours(*addresses: str) -> dict[Oid, Value]:
    """ipNetToPhysicalTable with living entries."""
    entry = oid("1.3.6.1.2.1.4.35.1")
    objects: dict[Oid, Value] = {}
    for number, address in enumerate(addresses, 1):
        packed = socket.inet_pton(socket.AF_INET6, address)
        index = (1, 2, 16, *packed)
        objects |= table(entry, {4: {index: b"\x02\0\0\0\1" + bytes([number])}, 6: {index: 3}, 7: {index: 1}})
    return objects


def test_a_device_is_found_by_the_credential_that_it_answers_to() -> None:
    network = Network({"10.1.0.2": box("sw1"), "10.1.0.3": box("sw2")}, {"10.1.0.3": "sch00l"})

    found = look(network, ["10.1.0.0/29"], [PUBLIC, SECRET])

    assert [(item.address, item.sys_name, item.credential, item.state) for item in found] == [
        ("10.1.0.2", "sw1", "public", "new"),
        ("10.1.0.3", "sw2", "sch00l", "new"),
    ]


def test_a_router_with_many_addresses_is_one_device_and_polled_once() -> None:
    one = box("core", mac="02005e000a01")
    network = Network({f"10.1.0.{n}": one for n in range(1, 6)})

    (found,) = look(network, ["10.1.0.0/29"])

    assert found.addresses == [f"10.1.0.{n}" for n in range(1, 6)]
    asked = Counter(at for at, _community in network.asked)
    assert asked["10.1.0.1"] > 10
    assert {asked[f"10.1.0.{n}"] for n in range(2, 6)} == {2}  # who are you, and which box


def test_a_cloned_engine_id_does_not_make_two_servers_one() -> None:
    network = Network(
        {
            "10.1.0.1": box("srv1", engine="80001f8880aabbcc"),
            "10.1.0.2": box("srv2", engine="80001f8880aabbcc"),
            "10.1.0.3": box("srv2", engine="80001f8880aabbcc"),
        }
    )

    found = look(network, ["10.1.0.0/29"])

    assert [item.addresses for item in found] == [["10.1.0.1"], ["10.1.0.2", "10.1.0.3"]]


def test_virtual_router_addresses_do_not_join_two_routers() -> None:
    network = Network({"10.1.0.1": box("r1", mac="00005e00010a"), "10.1.0.2": box("r2", mac="00005e00010a")})

    assert len(look(network, ["10.1.0.0/29"])) == 2


def test_ipv6_neighbours_within_a_declared_range_are_found() -> None:
    """A /64 cannot be swept; what a device has heard there can be asked, and theirs in turn."""
    network = Network(
        {
            "10.1.0.1": box("core", heard=neighbours("2001:db8:1::2", "2001:db8:9::9")),
            "2001:db8:1::2": box("sw2", heard=neighbours("2001:db8:1::3")),
            "2001:db8:1::3": box("sw3"),
        }
    )

    found = look(network, ["10.1.0.0/30", "2001:db8:1::/64"])

    assert [item.address for item in found] == ["10.1.0.1", "2001:db8:1::2", "2001:db8:1::3"]
    assert ("2001:db8:9::9", "public") not in network.asked


def test_lldp_neighbours_within_a_declared_range_are_found() -> None:
    network = Network(
        {"10.1.0.1": box("core", lldp=lldp_neighbour("2001:db8:1::2")), "2001:db8:1::2": box("sw2")}
    )

    found = look(network, ["10.1.0.0/30", "2001:db8:1::/64"])

    assert [item.sys_name for item in found] == ["core", "sw2"]


def test_neighbours_only_starts_from_known_devices_and_sweeps_nothing() -> None:
    network = Network({"10.1.0.1": box("core", lldp=lldp_neighbour("10.1.0.200")), "10.1.0.200": box("sw2")})

    found = look(network, ["10.1.0.0/24"], known=[Known("gw", "10.1.0.1")], neighbors_only=True)

    assert [(item.sys_name, item.state) for item in found] == [("core", "known"), ("sw2", "new")]
    assert {at for at, _community in network.asked} == {"10.1.0.1", "10.1.0.200"}


def test_a_known_address_stays_the_address_of_its_device() -> None:
    network = Network({f"10.1.0.{n}": box("core", mac="02005e000a01") for n in range(1, 4)})

    (found,) = look(network, ["10.1.0.0/29"], known=[Known("gw", "10.1.0.3")])

    assert (found.address, found.state, found.known_id) == ("10.1.0.3", "known", "gw")


def test_a_device_that_dies_before_its_poll_is_still_proposed() -> None:
    network = Network({"10.1.0.1": box("sw1")})
    swept = 0

    class Dying(Network):
        async def connect(self, target: Target) -> Link:
            nonlocal swept
            swept += 1
            if swept > 1:
                raise OSError(113, "No route to host")
            return await network.connect(target)

    (found,) = look(Dying({}), ["10.1.0.1"])

    assert (found.sys_name, found.role) == ("sw1", "other")
    assert found.notes


def test_no_credential_is_told() -> None:
    with pytest.raises(InputError, match="no credential"):
        look(Network({}), ["10.1.0.0/30"], [])


# ---- the register

GW = Known("gw", "10.1.0.1", serial="SN-12345", mac="02:00:5e:00:0a:01")


@pytest.mark.parametrize(
    ("addresses", "serial", "mac", "state", "changes"),
    [
        (["10.1.0.1"], "SN-12345", None, "known", 0),
        (["10.1.0.1"], None, None, "known", 0),
        (["10.1.0.7"], "sn-12345 ", None, "changed", 1),  # it moved
        (["10.1.0.7"], None, "02:00:5E:00:0A:01", "changed", 1),
        (["10.1.0.1"], "SN-99999", None, "changed", 1),  # another box took its address
        (["10.1.0.7"], "SN-99999", None, "new", 0),
        (["10.1.0.7"], "N/A", None, "new", 0),
    ],
)
def test_a_device_is_known_by_serial_then_mac_then_address(
    addresses: list[str], serial: str | None, mac: str | None, state: str, changes: int
) -> None:
    found = compare([GW, Known("other", "10.1.0.99", serial="N/A")], addresses, serial, mac)

    assert (found.state, len(found.changes)) == (state, changes)


def test_known_devices_that_did_not_answer_are_listed() -> None:
    found = look(Network({"10.1.0.1": box("core")}), ["10.1.0.0/29"], known=[GW, Known("sw", "10.1.0.5")])

    assert [one.id for one in not_found(found, [GW, Known("sw", "10.1.0.5"), Known("ap")])] == ["sw"]


# ---- the snippet


def proposal(**more: object) -> Proposal:
    fields = {
        "state": "new",
        "address": "10.1.0.2",
        "addresses": ["10.1.0.2"],
        "credential": "public",
        "role": "access",
        "reasons": ["8 Ethernet ports"],
        "sys_name": "教学楼 SW-1",
    }
    return Proposal(**(fields | more))  # type: ignore[arg-type]


def test_the_snippet_is_toml_with_references_and_no_secret() -> None:
    found = [proposal(), proposal(address="10.1.0.3", credential="sch00l"), proposal(state="known")]
    references = {item.name: item.reference for item in (PUBLIC, SECRET)}

    text = agent_toml(found, "2133-01", references)

    assert tomllib.loads(text)["agent"]["device"] == [
        {
            "id": "2133-01-SW-1",
            "address": "10.1.0.2",
            "role": "access",
            "community": "file:/etc/wanzhao/community",
        },
        {"id": "2133-01-SW-1-2", "address": "10.1.0.3", "role": "access", "community": "env:SECOND"},
    ]


def test_whatever_a_device_writes_stays_within_its_quotes_and_comments() -> None:
    evil = '"\n[[agent.device]]\nid = "x'

    found = [proposal(sys_name=evil, location=evil, model=evil, serial=evil, reasons=[evil])]

    assert len(tomllib.loads(agent_toml(found, "c", {}))["agent"]["device"]) == 1
    (device,) = tomllib.loads(register_toml(found, "c"))["device"]
    assert device["serial"] == evil


def test_a_guess_says_that_it_is_one() -> None:
    assert "the role is a guess" in agent_toml([proposal()], "c", {})
    assert "the role is a guess" not in agent_toml([proposal(sure=True)], "c", {})


def test_an_agent_reads_the_sections_that_were_pasted() -> None:
    from agent.config import DeviceSettings

    section = tomllib.loads(agent_toml([proposal()], "2133-01", {}))["agent"]["device"][0]

    assert DeviceSettings.model_validate(section).role == "access"


# ---- over real UDP


def test_the_demos_devices_are_found_on_loopback_addresses() -> None:
    """Three simulated devices at addresses of their own, one of them at two; the rest is dead."""
    devices = [item for item in simulated_devices() if not item.silent][:3]
    places = {"127.77.0.1": 0, "127.77.0.2": 1, "127.77.0.3": 2, "127.77.0.4": 0}

    async def run() -> list[Proposal]:
        loop = asyncio.get_running_loop()
        port, transports = free_port(), []
        for address, number in places.items():
            responder = Responder(devices[number].view, devices[number].community)
            transport, _protocol = await loop.create_datagram_endpoint(
                lambda responder=responder: UdpAgent(responder, lambda: 0.0),  # type: ignore[misc]
                local_addr=(address, port),
            )
            transports.append(transport)
        try:
            credential = Credential("demo", community=devices[0].community, port=port)
            return await discover(["127.77.0.0/28"], [credential], allow_loopback=True, now=NOW)
        finally:
            for transport in transports:
                transport.close()
            await asyncio.sleep(0)

    found = asyncio.run(run())

    assert [item.addresses for item in found] == [
        ["127.77.0.1", "127.77.0.4"],
        ["127.77.0.2"],
        ["127.77.0.3"],
    ]
    assert all(item.sys_name and item.state == "new" for item in found)
    assert found[0].role in ("gateway", "core", "firewall", "distribution")


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.77.0.1", 0))
        return int(sock.getsockname()[1])


@pytest.mark.snmpd
@pytest.mark.skipif(snmpd_program() is None, reason="no snmpd here; apt-get install snmpd")
def test_a_real_agent_is_found_by_the_snmpv3_user_that_it_knows(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A community that it does not take, a user that it does not know, then the right one."""
    keys = {"auth": "SHA256", "auth_key": "authpass-12", "priv": "AES128", "priv_key": "privpass-12"}
    right, wrong = (User(name, **keys) for name in ("county", "nobody"))  # type: ignore[arg-type]
    with snmpd(tmp_path, users=[right], lines=("sysName v3box",)) as port:
        credentials = [
            Credential("v2", community="not-this", port=port),
            Credential("wrong", user=wrong, version="3", port=port),
            Credential("right", user=right, version="3", port=port),
        ]
        (found,) = asyncio.run(discover(["127.0.0.1"], credentials, allow_loopback=True, now=NOW))

    assert (found.sys_name, found.credential, found.state) == ("v3box", "right", "new")
    assert "nobody" in caplog.text  # the refusal is told, with what to check
    assert "pass-12" not in caplog.text
