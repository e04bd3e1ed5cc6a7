"""A device on file: as it answered, without secrets and without anybody's machine."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
import recordings
from devices import answering
from hypothesis import given
from hypothesis import strategies as st
from shared import RECORDINGS, need

from agent.poll import poll_device
from agent.record.disguise import Disguise, machines_in
from agent.record.file import Recorded, write_recording
from agent.record.walk import ROOTS, RawCodec, Walked, removed_subtrees, walk_device
from agent.snmp.engine import Engine, Oid, Value, oid
from agent.snmp.replay import Recording, load_recording
from agent.snmp.session import Session
from agent.snmp.target import Target
from agent.snmp.udp import UdpEngine
from inventory.reading import Reading
from wanzhao.demo.devices import Box, SimDevice, view_of

NOW = datetime(2026, 9, 1, 8, tzinfo=UTC)
ARP = oid("1.3.6.1.2.1.4.22.1.2")
FDB = oid("1.3.6.1.2.1.17.7.1.2.2.1.2")
ND = oid("1.3.6.1.2.1.4.35.1.4")
MAC = bytes.fromhex("a4c3f0112233")
OWN = bytes.fromhex("00e0fc000001")


def recorded(engine: Engine, tmp_path: Path, **more: object) -> tuple[Recorded, Recording]:
    """The file that a device gives, and the device that the file gives."""
    target = Target("192.0.2.1", community="s3cret")
    path = tmp_path / "device.snmprec"

    async def walk() -> Walked:
        async with Session(engine, target, 60) as session:
            return await walk_device(session, lambda _count: None)

    walked = asyncio.run(walk())
    done = write_recording(
        path,
        walked,
        stations=(),
        hidden=["s3cret"],
        now=NOW,
        about="test",
        **more,  # type: ignore[arg-type]
    )
    return done, load_recording(path)


def device(**more: Value) -> Recording:
    objects: dict[Oid, Value] = {
        oid("1.3.6.1.2.1.1.1.0"): b"Huawei YunShan OS",
        oid("1.3.6.1.2.1.1.2.0"): oid("1.3.6.1.4.1.2011.2.23"),
        oid("1.3.6.1.2.1.1.4.0"): "张三 13800000000".encode(),
        oid("1.3.6.1.2.1.2.2.1.6.1"): OWN,
        (*ARP, 1, 10, 0, 0, 9): MAC,
        (*FDB, 10, *MAC): 5,
    }
    return Recording({**objects, **{oid(name): value for name, value in more.items()}})


def test_a_machine_gets_another_address_the_same_everywhere(tmp_path: Path) -> None:
    _done, again = recorded(device(), tmp_path)

    fake = again.objects[(*ARP, 1, 10, 0, 0, 9)]
    assert isinstance(fake, bytes)
    assert fake != MAC
    assert fake[0] == 2
    assert again.objects[(*FDB, 10, *fake)] == 5
    assert again.objects[oid("1.3.6.1.2.1.2.2.1.6.1")] == OWN


def test_addresses_made_from_a_mac_address_change_with_it(tmp_path: Path) -> None:
    identifier = bytes((MAC[0] ^ 2, MAC[1], MAC[2], 0xFF, 0xFE)) + MAC[3:]
    address = bytes.fromhex("20010db800010002") + identifier
    name = (*ND, 7, 2, 16, *address)

    _done, again = recorded(device(**{".".join(map(str, name)): MAC}), tmp_path)

    (found,) = [held for held in again.objects if held[: len(ND)] == ND]
    assert bytes(found[-16:-8]) == address[:8]
    assert found[-8:] != tuple(identifier)
    assert found[-5:-3] == (0xFF, 0xFE)


@pytest.mark.parametrize(
    "spelled",
    [b"a4:c3:f0:11:22:33", b"A4-C3-F0-11-22-33", b"a4c3-f011-2233", b"a4c3.f011.2233", b"A4C3F0112233"],
)
def test_a_mac_address_in_text_changes_in_its_own_spelling(tmp_path: Path, spelled: bytes) -> None:
    place = "1.3.6.1.4.1.2011.9.1.0"

    _done, again = recorded(device(**{place: b"user at " + spelled + b" left"}), tmp_path)

    text = again.objects[oid(place)]
    assert isinstance(text, bytes)
    assert spelled not in text
    assert len(text) == len(b"user at  left") + len(spelled)
    assert text.isupper() == (b"user at " + spelled).isupper()


def test_a_mac_address_spelled_in_an_index_changes(tmp_path: Path) -> None:
    index = tuple(b"a4:c3:f0:11:22:33")
    place = ".".join(map(str, (*oid("1.3.6.1.4.1.2011.9.2"), *index)))

    _done, again = recorded(device(**{place: 1}), tmp_path)

    assert not any(held[-17:] == index for held in again.objects)


def test_secrets_people_and_configurations_stay_at_the_school(tmp_path: Path) -> None:
    done, again = recorded(
        device(
            **{
                "1.3.6.1.6.3.18.1.1.1.2.1": b"s3cret",
                "1.3.6.1.6.3.15.1.2.2.1.3.1": b"user",
                "1.3.6.1.4.1.2011.6.139.18.1.2.1.2.1.2.3.4.5.6": b"20261234",
                "1.3.6.1.4.1.2011.9.3.0": b"snmp-agent community read s3cret",
            }
        ),
        tmp_path,
    )

    text = (tmp_path / "device.snmprec").read_bytes()
    assert done.secrets == 1
    assert b"s3cret" not in text
    assert b"20261234" not in text
    assert again.objects[oid("1.3.6.1.2.1.1.4.0")] == b"removed"
    assert not any(name[:8] == oid("1.3.6.1.6.3.15.1") for name in again.objects)


def test_what_is_removed_is_not_even_asked_for() -> None:
    asked: list[Oid] = []

    class Listening(Recording):
        async def ask(self, kind, oids, waits_s, repetitions=0):  # type: ignore[no-untyped-def]
            asked.extend(oids)
            return await super().ask(kind, oids, waits_s, repetitions)

    many = {(*oid("1.3.6.1.6.3.15.1.2"), number): number for number in range(1000)}

    async def walk() -> Walked:
        async with Session(Listening(dict(many)), Target("192.0.2.1", community="c"), 60) as session:
            return await walk_device(session, lambda _count: None)

    assert asyncio.run(walk()).objects == {}
    assert len(asked) < 2 * len(ROOTS) + 2


def test_every_root_and_removed_subtree_can_be_walked_over() -> None:
    removed = removed_subtrees()

    assert len(removed) == len(set(removed)) > 20
    assert all(any(name[: len(root)] == root for root in ROOTS) for name in removed)


LAN = (("Vlanif1", "10.1.0.1/24"),)


def school_gateway() -> SimDevice:
    """One of the demo county's boxes."""
    box = Box(
        model="s5735", number=1, name="gw", location="", addresses=(("Vlanif1", "10.1.0.1/24"),), vlans=(1,)
    )
    return SimDevice(campus="c", id="gw", view=view_of(box))


def test_types_survive_the_wire(tmp_path: Path) -> None:
    """The tags that a device sent stand in the file."""
    with answering([school_gateway()]) as ports:
        target = Target("127.0.0.1", community="public", port=ports["gw"])

        async def walk() -> Walked:
            async with Session(UdpEngine(RawCodec()), target, 60) as session:
                return await walk_device(session, lambda _count: None)

        walked = asyncio.run(walk())
    path = tmp_path / "device.snmprec"
    write_recording(path, walked, stations=(), hidden=[], now=NOW, about="test")

    lines = path.read_text(encoding="utf-8").splitlines()
    tags = {line.split("|")[0]: line.split("|")[1] for line in lines if not line.startswith("#")}
    assert tags["1.3.6.1.2.1.1.2.0"] == "6"
    assert tags["1.3.6.1.2.1.1.3.0"] == "67"
    assert tags["1.3.6.1.2.1.2.2.1.5.1"] == "66"
    assert any(name.startswith("1.3.6.1.2.1.4.20.1.3.") and tag == "64x" for name, tag in tags.items())


@given(
    st.lists(st.binary(min_size=6, max_size=6), min_size=1, max_size=5, unique=True),
    st.binary(max_size=20),
    st.sampled_from([":", "-"]),
)
def test_no_address_survives_in_any_value(macs: list[bytes], around: bytes, between: str) -> None:
    disguise = Disguise(macs)
    for mac in macs:
        spelled = b" " + mac.hex(between).encode()
        assert disguise.value(mac) != mac
        assert spelled not in disguise.value(around + spelled)


def test_the_devices_own_addresses_are_not_machines() -> None:
    found = machines_in({oid("1.3.6.1.2.1.2.2.1.6.1"): OWN, (*ARP, 1, 10, 0, 0, 1): OWN}, [])

    assert found == set()


def same(reading: Reading) -> tuple[object, ...]:
    """What does not depend on anybody's MAC address."""
    return (
        reading.system,
        [(port.if_index, port.name, port.speed_mbps, port.oper_status) for port in reading.interfaces],
        reading.ipv4_addresses,
        len(reading.ipv6_default_routes),  # the router's address may be made from its MAC address
        reading.neighbor_counts,
        {name: table.status for name, table in reading.tables.items()},
    )


@pytest.mark.recordings
@need(RECORDINGS)
@pytest.mark.parametrize(
    "name", ["huawei/s5735-yunshan", "ruijie/s5750-24gt12sfp", "h3c/vsr1000", "linux/net-snmp-el7"]
)
def test_a_recorded_device_reads_like_the_device(tmp_path: Path, name: str) -> None:
    original = recordings.replayed(name)
    _done, again = recorded(original, tmp_path)
    target = Target("192.0.2.1", community="c")

    before = asyncio.run(poll_device(target, now=NOW, engine=original))
    after = asyncio.run(poll_device(target, now=NOW, engine=again))

    assert same(after) == same(before)
    text = (tmp_path / "device.snmprec").read_bytes()
    arp = [value for held, value in original.objects.items() if held[: len(ARP)] == ARP]
    own = [value for held, value in original.objects.items() if held[:10] == oid("1.3.6.1.2.1.2.2.1.6")]
    for mac in set(arp) - set(own):
        assert isinstance(mac, bytes)
        assert mac.hex().encode() not in text or not any(mac)


def test_a_wireless_client_known_by_its_index_alone_is_disguised() -> None:
    entry = oid("1.3.6.1.4.1.2011.6.139.18.1.2.1")

    assert machines_in({}, [(*entry, 25, *MAC), (*entry, 25, 6, *OWN)], [entry]) == {MAC, OWN}
