"""Interfaces and the system of one device, in the names of snmp_exporter's modules ``if_mib`` and ``system``:
dashboards that were made for those work unchanged.

Counters keep their names without ``_total``; states are the numbers of the MIB. The four labels are those of
``if_mib``; a name that the device does not give is empty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from exporters.exposition import Family, Sample
from inventory.reading import Interface, PortCounters, Reading

IF_LABELS = ("ifIndex", "ifName", "ifAlias", "ifDescr")
WRAP = 2**53
"""Where counters come round: beyond it a floating point number is no longer exact. As snmp_exporter does."""
LONGEST = 256
"""Characters of a label value; DisplayString (RFC 2579) ends at 255 octets, devices do not always."""

_ADMIN = {"up": 1, "down": 2, "testing": 3}
_OPER = _ADMIN | {"unknown": 4, "dormant": 5, "notPresent": 6, "lowerLayerDown": 7}

Samples = Callable[[Reading], Iterator[Sample]]


def labels_of(item: Interface) -> tuple[str, ...]:
    """The four labels of an interface."""
    return (str(item.if_index), *((text or "")[:LONGEST] for text in (item.name, item.alias, item.descr)))


def _of_interface(of: Callable[[Interface], int | None]) -> Samples:
    def samples(reading: Reading) -> Iterator[Sample]:
        for item in reading.interfaces:
            if (value := of(item)) is not None:
                yield labels_of(item), float(value)

    return samples


def _of_counters(of: Callable[[PortCounters], int | None]) -> Samples:
    def samples(reading: Reading) -> Iterator[Sample]:
        known = {item.if_index: item for item in reading.interfaces}
        for row in reading.counters:
            if (value := of(row)) is not None:
                item = known.get(row.if_index) or Interface(if_index=row.if_index)
                yield labels_of(item), float(value % WRAP)

    return samples


def _uptime(reading: Reading) -> Iterator[Sample]:
    if reading.system.uptime_s is not None:
        yield (), float(round(reading.system.uptime_s * 100))


def _text(of: Callable[[Reading], str | None]) -> Samples:
    def samples(reading: Reading) -> Iterator[Sample]:
        if text := of(reading):
            yield (text[:LONGEST],), 1.0

    return samples


# (name, source, type, samples). HELP says the object and its OID, as snmp_exporter's does.
_IF: tuple[tuple[str, str, str, Samples], ...] = (
    (
        "ifAdminStatus",
        "1 up, 2 down, 3 testing - 1.3.6.1.2.1.2.2.1.7",
        "gauge",
        _of_interface(lambda i: _ADMIN.get(i.admin_status or "")),
    ),
    (
        "ifOperStatus",
        "1 up, 2 down, 3 testing, 4 unknown, 5 dormant, 6 notPresent, 7 lowerLayerDown - 1.3.6.1.2.1.2.2.1.8",
        "gauge",
        _of_interface(lambda i: _OPER.get(i.oper_status or "")),
    ),
    (
        "ifSpeed",
        "Bit/s, at most 4294967295 - 1.3.6.1.2.1.2.2.1.5",
        "gauge",
        _of_interface(lambda i: i.if_speed),
    ),
    ("ifHighSpeed", "Mbit/s - 1.3.6.1.2.1.31.1.1.1.15", "gauge", _of_interface(lambda i: i.if_high_speed)),
    (
        "ifHCInOctets",
        "Octets received - 1.3.6.1.2.1.31.1.1.1.6",
        "counter",
        _of_counters(lambda c: c.in_octets),
    ),
    (
        "ifHCInUcastPkts",
        "Unicast packets received - 1.3.6.1.2.1.31.1.1.1.7",
        "counter",
        _of_counters(lambda c: c.in_unicast),
    ),
    (
        "ifHCInMulticastPkts",
        "Multicast packets received - 1.3.6.1.2.1.31.1.1.1.8",
        "counter",
        _of_counters(lambda c: c.in_multicast),
    ),
    (
        "ifHCInBroadcastPkts",
        "Broadcast packets received - 1.3.6.1.2.1.31.1.1.1.9",
        "counter",
        _of_counters(lambda c: c.in_broadcast),
    ),
    (
        "ifHCOutOctets",
        "Octets sent - 1.3.6.1.2.1.31.1.1.1.10",
        "counter",
        _of_counters(lambda c: c.out_octets),
    ),
    (
        "ifHCOutUcastPkts",
        "Unicast packets sent - 1.3.6.1.2.1.31.1.1.1.11",
        "counter",
        _of_counters(lambda c: c.out_unicast),
    ),
    (
        "ifHCOutMulticastPkts",
        "Multicast packets sent - 1.3.6.1.2.1.31.1.1.1.12",
        "counter",
        _of_counters(lambda c: c.out_multicast),
    ),
    (
        "ifHCOutBroadcastPkts",
        "Broadcast packets sent - 1.3.6.1.2.1.31.1.1.1.13",
        "counter",
        _of_counters(lambda c: c.out_broadcast),
    ),
    (
        "ifInDiscards",
        "Packets received and thrown away - 1.3.6.1.2.1.2.2.1.13",
        "counter",
        _of_counters(lambda c: c.in_discards),
    ),
    (
        "ifInErrors",
        "Packets received with errors - 1.3.6.1.2.1.2.2.1.14",
        "counter",
        _of_counters(lambda c: c.in_errors),
    ),
    (
        "ifOutDiscards",
        "Packets thrown away instead of sent - 1.3.6.1.2.1.2.2.1.19",
        "counter",
        _of_counters(lambda c: c.out_discards),
    ),
    (
        "ifOutErrors",
        "Packets not sent for errors - 1.3.6.1.2.1.2.2.1.20",
        "counter",
        _of_counters(lambda c: c.out_errors),
    ),
)

_SYSTEM: tuple[tuple[Family, Samples], ...] = (
    (
        Family("sysUpTime", (), "Hundredths of a second since the SNMP agent started - 1.3.6.1.2.1.1.3"),
        _uptime,
    ),
    (Family("sysName", ("sysName",), "Always 1 - 1.3.6.1.2.1.1.5"), _text(lambda r: r.system.sys_name)),
    (Family("sysDescr", ("sysDescr",), "Always 1 - 1.3.6.1.2.1.1.1"), _text(lambda r: r.system.sys_descr)),
    (
        Family("sysLocation", ("sysLocation",), "Always 1 - 1.3.6.1.2.1.1.6"),
        _text(lambda r: r.system.location),
    ),
)

IF_FAMILIES: tuple[tuple[Family, Samples], ...] = _SYSTEM + tuple(
    (Family(name, IF_LABELS, words, kind), samples) for name, words, kind, samples in _IF
)
