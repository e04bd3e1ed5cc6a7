"""Tables full of nonsense: whatever a device puts into its cells and indexes, reading it never raises."""

from __future__ import annotations

import random

import msgspec
import pytest

from agent.privacy import Stations
from agent.snmp.engine import Missing, Oid, Value
from agent.snmp.walk import Rows
from agent.vendors.load import vendor_files
from agent.vendors.wireless import Controller, WirelessTable
from agent.wifi import stations
from agent.wifi.aps import Found, access_points, drafts
from agent.wifi.generation import with_generation
from inventory.wifi import Wireless

CONTROLLERS = [controller for file in vendor_files() for controller in file.wireless]
ODD: list[Value] = [
    0,
    -1,
    255,
    65535,
    2**31 - 1,
    2**64 - 1,
    b"",
    b"\x00" * 6,
    b"\xff" * 6,
    b"\x00" * 16,
    b"\xfe\x80" + b"\x01" * 14,
    b"2001:da8::1;fe80::1",
    b"::ffff:1.2.3.4",
    b"-",
    b"N/A",
    b"0.00%",
    b"20dBm",
    b"1:2:3:4",
    "三年级".encode("gb18030"),
    bytes(range(256)),
    (1, 3, 6, 1),
    (),
    None,
    Missing.NO_SUCH_INSTANCE,
]
INDEXES: list[Oid] = [
    (1,),
    (0, 0, 0, 0, 0, 1),
    (6, 0, 0, 0, 0, 0, 1),
    (0, 0, 0, 0, 0, 1, 1),
    (0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 2),
    (999, 2**32 - 1, 0, 0, 0, 1),
    (3, 65, 66, 67),
    (3, 65, 66, 67, 1),
    (1, 3, 65, 66, 67),
    (65, 66),
    (300,),
    (0,) * 20,
]


def nonsense(table: WirelessTable, chance: random.Random) -> Rows:
    """Rows of this table with odd cells; some cells are missing."""
    return {
        index: {name: chance.choice(ODD) for name in table.columns if chance.random() < 0.8}
        for index in INDEXES
    }


@pytest.mark.parametrize("controller", CONTROLLERS, ids=lambda controller: controller.name)
def test_nonsense_never_raises_and_can_be_written_down(controller: Controller) -> None:
    names = Stations(b"k" * 32)
    for seed in range(60):
        chance = random.Random(seed)
        found: Found = [(table, nonsense(table, chance)) for table in controller.tables]

        known = drafts(found)
        aps = with_generation(access_points(known), "Huawei")
        seen = stations.stations(found, known, names)
        networks = stations.with_stations(stations.ssids(found), seen)
        result = Wireless(aps=stations.with_ipv6_clients(aps, seen), ssids=networks, stations=seen)

        assert msgspec.json.decode(msgspec.json.encode(result), type=Wireless) == result
        assert all(0 <= (radio.utilisation_percent or 0) <= 100 for ap in aps for radio in ap.radios)
        assert all((ap.clients or 0) >= 0 for ap in aps)
