"""IPv6 on each interface: enabled, forwarding, router advertisements.

IP-MIB ipv6InterfaceTable and ipv6RouterAdvertTable (RFC 4293), IPV6-MIB ipv6IfTable (RFC 2465) where the
first is missing, and makers' tables that tell whether IPv6 is on.
"""

from __future__ import annotations

from collections.abc import Mapping

from agent.mibs.text import number
from agent.snmp.engine import Oid, Value, oid
from agent.snmp.walk import Row, Rows, TableSpec
from inventory.reading import Ipv6Interface, Reading

IPV6_INTERFACE_TABLE = TableSpec(
    name="ipv6InterfaceTable",
    entry=oid("1.3.6.1.2.1.4.30.1"),
    columns={"ipv6InterfaceEnableStatus": 5, "ipv6InterfaceForwarding": 8},
)
ROUTER_ADVERT_TABLE = TableSpec(
    name="ipv6RouterAdvertTable",
    entry=oid("1.3.6.1.2.1.4.39.1"),
    columns={
        "ipv6RouterAdvertSendAdverts": 2,
        "ipv6RouterAdvertManagedFlag": 5,
        "ipv6RouterAdvertOtherConfigFlag": 6,
    },
)
IPV6_IF_TABLE = TableSpec(
    name="ipv6IfTable", entry=oid("1.3.6.1.2.1.55.1.5.1"), columns={"ipv6IfAdminStatus": 8}
)
FORWARDING: Mapping[str, Oid] = {
    "ipv6IpForwarding": oid("1.3.6.1.2.1.4.25.0"),
    "ipv6Forwarding": oid("1.3.6.1.2.1.55.1.1.0"),
}
_YES_NO = {1: True, 2: False}
"""TruthValue, and up(1) and down(2), forwarding(1) and notForwarding(2), enabled(1) and disabled(2)"""


def forwarding(scalars: Mapping[str, Value]) -> bool | None:
    """Whether the device forwards IPv6 at all: ipv6IpForwarding, else ipv6Forwarding of RFC 2465, else the
    maker's own object."""
    own = [name for name in scalars if name not in FORWARDING]
    said = [_YES_NO.get(number(scalars.get(name)) or 0) for name in (*FORWARDING, *own)]
    return next((word for word in said if word is not None), None)


def advertising(rows: Rows) -> list[int]:
    """ifIndex of the interfaces that send router advertisements (ipv6RouterAdvertSendAdverts true)."""
    return sorted(
        index[0] for index, row in rows.items() if len(index) == 1 and yes(row, "ipv6RouterAdvertSendAdverts")
    )


def ipv6_interfaces(standard: Rows, advert: Rows, older: Rows, of_maker: Rows) -> list[Ipv6Interface]:
    """One row for each interface that any of the tables names; the first table that tells a thing counts."""
    enabled = {**_words(of_maker, "enabled"), **_words(older, "ipv6IfAdminStatus")}
    enabled |= _words(standard, "ipv6InterfaceEnableStatus")
    indexes = {index[0] for rows in (standard, advert) for index in rows if len(index) == 1}
    return [
        _interface(
            if_index, enabled.get(if_index), standard.get((if_index,), {}), advert.get((if_index,), {})
        )
        for if_index in sorted(indexes | enabled.keys())
    ]


def yes(row: Row, column: str) -> bool | None:
    """A TruthValue, or another pair of 1 and 2; None for a missing cell or any other number."""
    return _YES_NO.get(number(row.get(column)) or 0)


def _interface(if_index: int, enabled: bool | None, standard: Row, advert: Row) -> Ipv6Interface:
    return Ipv6Interface(
        if_index=if_index,
        enabled=enabled,
        forwarding=yes(standard, "ipv6InterfaceForwarding"),
        sends_ra=yes(advert, "ipv6RouterAdvertSendAdverts"),
        managed=yes(advert, "ipv6RouterAdvertManagedFlag"),
        other_config=yes(advert, "ipv6RouterAdvertOtherConfigFlag"),
    )


def _words(rows: Rows, column: str) -> dict[int, bool]:
    told = {index[0]: yes(row, column) for index, row in rows.items() if len(index) == 1}
    return {if_index: word for if_index, word in told.items() if word is not None}


def is_off(reading: Reading) -> bool:
    """Whether the device lists its interfaces and says of each that IPv6 is off. That it does not forward is
    not enough: a switch may have an address to be managed by."""
    told = [item.enabled for item in reading.ipv6_interfaces]
    return bool(told) and all(word is False for word in told)
