"""The demo county: its devices agree with themselves, its files with the description they are made from."""

from __future__ import annotations

import hashlib
import tomllib
from collections import Counter
from ipaddress import IPv4Address, IPv6Address, ip_network
from pathlib import Path

import pytest

from inventory.load import load_register
from inventory.plan import load_profile
from inventory.register import Campus, Device, Register, Uplink, UserVlan
from inventory.verdict import State
from wanzhao.demo import county, ip, mib, tables
from wanzhao.demo.devices import SimDevice, models
from wanzhao.demo.responder import Oid, Value, View, encoded, value_at
from wanzhao.demo.schools import SCHOOLS, DemoCampus

FOLDER = Path(county.__file__).parent
DEVICES = county.simulated_devices()
BOXES = {
    device: box
    for number, (_, campus) in enumerate(county.all_campuses(), 1)
    for device, box in county.boxes(campus, number).items()
}
each_device = pytest.mark.parametrize("device", DEVICES, ids=lambda device: device.id)
DOCUMENTATION_6 = ip_network("2001:db8::/32")
PRIVATE_4 = ip_network("10.0.0.0/8")


def column(view: View, entry: Oid, number: int) -> dict[Oid, object]:
    """A column of a table: index to value."""
    head = (*entry, number)
    return {oid[len(head) :]: value for oid, (_, value) in view.items() if oid[: len(head)] == head}


def if_indexes(view: View) -> set[int]:
    return {index[0] for index in column(view, mib.IF_ENTRY, 1)}


# Each device


@each_device
def test_every_value_fits_its_type(device: SimDevice) -> None:
    for oid, (tag, value) in device.view.items():
        assert encoded(tag, value_at((tag, value), 3600.0)), oid


@each_device
def test_the_interface_tables_are_complete(device: SimDevice) -> None:
    indexes = if_indexes(device.view)

    assert device.view[(*mib.MIB2, 2, 1, 0)] == ("int", len(indexes))
    for entry, numbers in ((mib.IF_ENTRY, (2, 3, 5, 7, 8)), (mib.IF_X_ENTRY, (1, 15, 18))):
        for number in numbers:
            assert {index[0] for index in column(device.view, entry, number)} == indexes


@each_device
def test_every_table_knows_only_interfaces_that_exist(device: SimDevice) -> None:
    view, indexes = device.view, if_indexes(device.view)
    named = {
        *column(view, ip.IP_ADDR_ENTRY, 2).values(),
        *column(view, ip.IP_ADDRESS_ENTRY, 3).values(),
        *column(view, ip.INET_CIDR_ROUTE_ENTRY, 7).values(),
        *column(view, ip.IPV6_ROUTE_ENTRY, 4).values(),
        *(index[0] for index in column(view, ip.ROUTER_ADVERT_ENTRY, 2)),
        *(index[0] for index in column(view, ip.IPV6_ADDR_ENTRY, 2)),
        *(index[0] for index in column(view, ip.NET_TO_PHYSICAL_ENTRY, 4)),
    }

    assert named <= indexes


@each_device
def test_the_members_of_an_aggregate_exist_and_both_tables_agree(device: SimDevice) -> None:
    attached = {index[0]: lag for index, lag in column(device.view, mib.LAG_ATTACHED[:-1], 13).items() if lag}
    stack = {
        oid[-1]: oid[-2] for oid in device.view if oid[: len(mib.IF_STACK_STATUS)] == mib.IF_STACK_STATUS
    }

    assert attached == stack
    assert attached.keys() | set(attached.values()) <= if_indexes(device.view)


@each_device
def test_every_lldp_neighbour_is_on_a_port_of_the_local_table(device: SimDevice) -> None:
    local = {index[0] for index in column(device.view, (*mib.LLDP, 3, 7, 1), 3)}
    heard = {index[1] for index in column(device.view, (*mib.LLDP, 4, 1, 1), 5)}

    assert heard <= local


@each_device
def test_addresses_are_from_ranges_for_private_use_and_documentation(device: SimDevice) -> None:
    ipv4 = [IPv4Address(bytes(index)) for index in column(device.view, ip.IP_ADDR_ENTRY, 2)]
    ipv6 = [IPv6Address(bytes(index[-16:])) for index in column(device.view, ip.IPV6_ADDR_ENTRY, 2)]

    assert ipv4
    assert all(address in PRIVATE_4 for address in ipv4)
    assert all(address in DOCUMENTATION_6 or address.is_link_local for address in ipv6)


def test_mac_addresses_are_locally_administered_and_devices_share_none() -> None:
    seen: Counter[object] = Counter()
    for device in DEVICES:
        macs = set(column(device.view, mib.IF_ENTRY, 6).values()) - {b""}
        assert all(isinstance(mac, bytes) and mac[0] & 3 == 2 for mac in macs)
        seen.update(macs)

    assert max(seen.values()) == 1


def test_the_county_shows_every_model_that_is_described() -> None:
    assert {box.model for box in BOXES.values()} == set(models())


# The dialects of ipAddressTable, against indexes written out from real agents' walks


def addresses_of(model: str) -> tuple[Oid, ...]:
    device = next(d for d in DEVICES if BOXES[d.id].model == model)
    return tuple(column(device.view, ip.IP_ADDRESS_ENTRY, 3))


@pytest.mark.parametrize(
    ("model", "lengths"),
    [
        ("s5720", {(1, 6), (2, 18)}),  # type, length, octets; link-local as plain IPv6
        ("s5500", {(1, 6), (2, 18), (4, 22)}),  # link-local with a zone of four octets
        ("s5750", {(1, 6), (2, 18), (4, 22)}),
        ("asa5555", {(1, 5), (2, 17), (4, 18)}),  # no length; the zone as one number
        ("zxr9908", {(1, 5)}),  # IPv4 only
        ("crs317", set()),  # RFC 2465 only
        ("dcrs5980", set()),
    ],
)
def test_a_model_speaks_its_own_dialect(model: str, lengths: set[tuple[int, int]]) -> None:
    assert {(index[0], len(index)) for index in addresses_of(model)} == lengths


@pytest.mark.parametrize(("model", "length"), [("s5750", 18), ("s5500", 17), ("crs317", 17)])
def test_rfc_2465_indexes_come_with_and_without_a_length(model: str, length: int) -> None:
    device = next(d for d in DEVICES if BOXES[d.id].model == model)

    assert {len(index) for index in column(device.view, ip.IPV6_ADDR_ENTRY, 2)} == {length}


def test_a_zone_is_the_interface_of_the_address() -> None:
    device = next(d for d in DEVICES if BOXES[d.id].model == "s5500")
    zoned = {i: v for i, v in column(device.view, ip.IP_ADDRESS_ENTRY, 3).items() if i[0] == ip.IPV6_ZONED}

    assert zoned
    assert all(int.from_bytes(bytes(index[-4:]), "big") == if_index for index, if_index in zoned.items())


# The register


@pytest.fixture(scope="module")
def register() -> Register:
    return load_register(tables.REGISTER)


def campuses(register: Register) -> list[Campus]:
    return [campus for school in register.schools for campus in school.campuses]


def test_the_committed_register_is_what_the_description_makes() -> None:
    made = tables.register_files()

    assert {path.name for path in tables.REGISTER.iterdir() if path.is_file()} == set(made)
    for name, content in made.items():
        found = (tables.REGISTER / name).read_text(encoding="utf-8")
        assert found == content, f"{name}: run python -m wanzhao.demo.tables"


def test_the_register_loads_and_names_the_county(register: Register) -> None:
    assert (register.county, register.adcode) == (county.COUNTY, county.ADCODE)
    assert len(register.schools) == 8
    assert [campus.id for campus in campuses(register)] == [
        county.campus_id(school, campus) for school, campus in county.all_campuses()
    ]


def test_managed_devices_of_the_register_are_the_simulated_ones(register: Register) -> None:
    managed = {
        (campus.id, device.id)
        for campus in campuses(register)
        for device in campus.devices
        if device.role != "ap"
    }

    assert managed == {(device.campus, device.id) for device in DEVICES}


def test_declared_uplinks_and_user_networks_are_ports_of_their_gateways(register: Register) -> None:
    views = {device.id: device.view for device in DEVICES}
    for campus in campuses(register):
        declared: list[Uplink | UserVlan] = [*campus.uplinks, *campus.user_vlans]
        for port in declared:
            names = {
                *column(views[port.device], mib.IF_ENTRY, 2).values(),
                *column(views[port.device], mib.IF_X_ENTRY, 1).values(),
            }
            assert port.port.encode() in names


def test_controllers_list_the_registered_access_points_but_for_two_that_one_has_forgotten(
    register: Register,
) -> None:
    missing: Counter[str] = Counter()
    for campus in campuses(register):
        aps = [device for device in campus.devices if device.role == "ap"]
        (controller,) = {ap.controller for ap in aps}
        view = next(device.view for device in DEVICES if device.id == controller)
        assert 6 <= len(aps) <= 20
        missing[campus.name] += sum(not _is_listed(view, ap) for ap in aps)

    assert +missing == {"南校区": 2}


def test_the_controller_with_offline_access_points_counts_and_shows_them() -> None:
    view = next(device.view for device in DEVICES if device.id == "hekounan-ac")
    states = column(view, mib.parsed("1.3.6.1.4.1.2011.6.139.13.3.3.1"), 6)

    assert Counter(states.values()) == {8: 8, 4: 2}
    assert view[mib.parsed("1.3.6.1.4.1.2011.6.139.12.1.2.1.0")] == ("gauge32", 8)


def _is_listed(view: View, ap: Device) -> bool:
    return any(value in (ap.name.encode(), ap.serial.encode()) for _, value in view.values())


def test_every_access_point_serves_a_main_room(register: Register) -> None:
    for campus in campuses(register):
        served = {ap for area in campus.areas if area.main for ap in area.aps}
        assert served == {device.id for device in campus.devices if device.role == "ap"}


# The plan and the oracle


def test_the_plan_loads_and_its_text_is_the_archived_one() -> None:
    profile = load_profile(FOLDER / "plan.toml")
    text = (FOLDER / profile.source.file).read_bytes()

    assert profile.source.sha256 == hashlib.sha256(text).hexdigest()
    for target in profile.targets:
        assert all(quote in text.decode() for quote in target.quote), target.id


def test_a_minute_of_polling_fills_the_windows_of_the_plan() -> None:
    data = tomllib.loads((FOLDER / "plan.toml").read_text(encoding="utf-8"))
    windows = [
        target["params"]["window"] for target in data["target"] if "window" in target.get("params", {})
    ]

    assert len(windows) == 3
    assert all(int(window.removesuffix("s")) <= 60 for window in windows)


def test_the_oracle_covers_every_school_and_every_target_that_schools_are_judged_by() -> None:
    targets = {target.id for target in load_profile(FOLDER / "plan.toml").targets} - {"demo-agents"}

    assert set(county.EXPECTED) == {(target, school.id) for target in targets for school in SCHOOLS}


def test_the_oracle_agrees_with_how_the_uplinks_were_made() -> None:
    for school in SCHOOLS:
        state = county.EXPECTED["demo-access-10g", school.id]
        speeds = {_fastest_member(campus) for campus in school.campuses}
        if any(campus.agent_silent for campus in school.campuses):
            assert state is State.UNKNOWN
        elif any(campus.gateway_silent for campus in school.campuses):
            assert state is State.FAIL
        else:
            assert state is (State.PASS if min(speeds) >= 10000 else State.FAIL)


def _fastest_member(campus: DemoCampus) -> int:
    """The speed of the uplink's port, or of one member of it, as the device shows it; Mbit/s."""
    view = next(device.view for device in DEVICES if device.id == f"{campus.key}-gw")
    names = {value: index[0] for index, value in column(view, mib.IF_ENTRY, 2).items()}
    uplink = names[county.uplink_port(campus).encode()]
    members = [i[0] for i, lag in column(view, mib.LAG_ATTACHED[:-1], 13).items() if lag == uplink]
    speeds = column(view, mib.IF_X_ENTRY, 15)
    return max(int(str(speeds[(index,)])) for index in members or [uplink])


def test_a_school_without_ipv6_has_readable_address_tables_that_hold_ipv4_only() -> None:
    view = next(device.view for device in DEVICES if device.id == "baishi-gw")

    assert {index[0] for index in column(view, ip.IP_ADDRESS_ENTRY, 3)} == {ip.IPV4}
    assert not column(view, ip.IPV6_ADDR_ENTRY, 2)
    assert {index[0] for index in column(view, ip.INET_CIDR_ROUTE_ENTRY, 7)} == {ip.IPV4}


# What falls while the demo runs


def test_one_uplink_was_accepted_at_10g_and_runs_at_1g_now() -> None:
    (fall,) = county.falls()
    now = next(device for device in DEVICES if device.id == fall.device).view
    differing = {
        oid for oid in now.keys() | fall.before.keys() if not same(now.get(oid), fall.before.get(oid))
    }
    speeds = {oid[:-1] for oid in differing}

    assert speeds <= {(*mib.IF_X_ENTRY, 15), (*mib.IF_ENTRY, 5)}
    (index,) = [oid[-1] for oid in differing if oid[:-1] == (*mib.IF_X_ENTRY, 15)]
    assert fall.before[*mib.IF_X_ENTRY, 15, index][1] == 10_000
    assert now[*mib.IF_X_ENTRY, 15, index][1] == 1_000


def test_what_falls_is_an_uplink_of_the_register() -> None:
    (fall,) = county.falls()
    register = load_register(tables.REGISTER)
    school = next(school for school in register.schools if school.id == fall.school)
    uplinks = {
        f"uplink:{campus.id}:{uplink.device}:{uplink.port}"
        for campus in school.campuses
        for uplink in campus.uplinks
    }

    assert fall.item in uplinks
    assert county.EXPECTED["demo-access-10g", fall.school] is State.FAIL


def same(one: Value | None, other: Value | None) -> bool:
    """Counters are functions of the time: they are the same where they give the same."""
    return (one and value_at(one, 100.0)) == (other and value_at(other, 100.0))
