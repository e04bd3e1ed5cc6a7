"""Power over Ethernet: the standard's ports, the makers' watts, and which interface a port is."""

from __future__ import annotations

from agent.mibs import poe
from agent.snmp.walk import Rows
from agent.vendors.power import PoeTable
from inventory.hardware import PoePort
from inventory.reading import Interface

PORTS: Rows = {
    (1, 1): {
        "pethPsePortAdminEnable": 1,
        "pethPsePortDetectionStatus": 3,
        "pethPsePortPowerClassifications": 4,
    },
    (1, 2): {"pethPsePortAdminEnable": 2, "pethPsePortDetectionStatus": 1},
}


def ethernet(*names: str) -> list[Interface]:
    return [Interface(if_index=100 + n, name=name, type=6) for n, name in enumerate(names, 1)]


def test_a_port_is_read_in_the_standards_words() -> None:
    found = poe.ports(PORTS)

    # pethPsePortPowerClassifications counts class0 as 1
    assert found[1, 1] == PoePort(group=1, port=1, admin=True, status="deliveringPower", power_class=3)
    assert found[1, 2] == PoePort(group=1, port=2, admin=False, status="disabled")


def test_the_power_of_a_group_is_in_watts() -> None:
    rows: Rows = {
        (1,): {"pethMainPsePower": 370, "pethMainPseOperStatus": 3, "pethMainPseConsumptionPower": 115}
    }

    found = poe.supplies(rows)

    assert [(item.group, item.power_w, item.used_w, item.status) for item in found] == [
        (1, 370.0, 115.0, "faulty")
    ]


def test_milliwatts_of_a_maker_meet_the_standards_port() -> None:
    table = PoeTable(name="t", entry="1.3.6", columns={"watts": 9, "entity": 11}, scale=0.001)
    rows: Rows = {(1, 1): {"watts": 6952, "entity": 1010}}

    found = poe.with_maker(poe.ports(PORTS), table, rows, {1010: 10101})

    assert (found[1, 1].watts, found[1, 1].if_index, found[1, 1].status) == (6.952, 10101, "deliveringPower")
    assert found[1, 2].watts is None


def test_a_table_by_ifindex_stands_for_itself_where_the_standard_is_absent() -> None:
    table = PoeTable(
        name="t",
        entry="1.3.6",
        columns={},
        index="ifIndex",
        scale=0.001,
        statuses={"powered": "deliveringPower"},
    )
    rows: Rows = {(7,): {"admin": 1, "status": b"Powered", "class": 3, "watts": 4240}}

    found = poe.with_maker({}, table, rows, {})

    assert list(found.values()) == [
        PoePort(group=0, port=7, if_index=7, admin=True, status="deliveringPower", power_class=3, watts=4.24)
    ]


def test_watts_in_the_wrong_unit_are_no_watts() -> None:
    table = PoeTable(name="t", entry="1.3.6", columns={"watts": 9})

    assert poe.with_maker({}, table, {(1, 1): {"watts": 6952}}, {})[1, 1].watts is None


def test_a_name_proves_the_interface_of_a_port() -> None:
    ports = list(poe.ports(PORTS).values())

    found = poe.with_interfaces(ports, ethernet("GE1/0/1", "GE1/0/2", "Vlan-interface1"))

    assert [port.if_index for port in found] == [101, 102]


def test_two_interfaces_of_one_number_prove_nothing() -> None:
    ports = list(poe.ports(PORTS).values())

    found = poe.with_interfaces(ports, ethernet("Gi1/0/1", "Te1/0/1", "Gi1/0/2"))

    assert [port.if_index for port in found] == [None, 103]


def test_a_stacks_group_is_its_unit() -> None:
    ports = [PoePort(group=group, port=1) for group in (1, 2)]

    found = poe.with_interfaces(ports, ethernet("gi1/0/1", "gi2/0/1"))

    assert [port.if_index for port in found] == [101, 102]


def test_a_group_that_is_no_unit_proves_nothing_on_a_stack() -> None:
    """H3C numbers its power sources 4, 7, 10 ... on a stack of members 1, 2, 3."""
    ports = [PoePort(group=4, port=1)]

    assert poe.with_interfaces(ports, ethernet("GE1/0/1", "GE2/0/1"))[0].if_index is None
    assert poe.with_interfaces(ports, ethernet("GE1/0/1", "GE1/0/2"))[0].if_index == 101
