"""Which switch port each access point hangs on, from what all switches of a campus have learnt.

Every switch on the way has learnt an access point's MAC address, on the port that leads to it. The last one
has it where the fewest machines are: on the others that port leads to a whole switch.
"""

from __future__ import annotations

from collections.abc import Mapping

from inventory.reading import Reading

Place = tuple[str, int]
"""A device and the ifIndex of its port."""


def wanted_macs(readings: Mapping[str, Reading]) -> frozenset[str]:
    """The MAC addresses of all access points that the controllers of a campus list."""
    return frozenset(
        ap.mac.lower()
        for reading in readings.values()
        if reading.wireless
        for ap in reading.wireless.aps
        if ap.mac
    )


def places(readings: Mapping[str, Reading]) -> dict[str, Place]:
    """MAC address -> where it hangs, for the access points that some switch has learnt.

    ``readings`` are those of the switches, by device. A port that leads to another switch known by LLDP is
    taken only where nothing better was seen.
    """
    best: dict[str, tuple[bool, int, Place]] = {}
    for device, reading in readings.items():
        stations = {row.if_index: row.stations for row in reading.fdb}
        links = _links(reading)
        for row in reading.ap_ports:
            rank = (row.if_index in links, stations.get(row.if_index, 0), (device, row.if_index))
            best[row.mac] = min(rank, best.get(row.mac, rank))
    return {mac: rank[2] for mac, rank in best.items()}


def _links(reading: Reading) -> frozenset[int | None]:
    """The ports with a bridge or router at the other end, and no access point."""
    return frozenset(
        link.local_if_index
        for link in reading.links
        if {"bridge", "router"} & set(link.capabilities) and "wlanAccessPoint" not in link.capabilities
    )
