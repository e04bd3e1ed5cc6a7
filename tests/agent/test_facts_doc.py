"""docs/facts.md names every field of a reading, every status, every scope."""

from __future__ import annotations

import re
import typing

import msgspec
import pytest
from shared import ROOT

from inventory import hardware, reading, wifi

DOC = (ROOT / "docs" / "facts.md").read_text(encoding="utf-8")
SECTIONS = {
    reading.Reading: "## 读数",
    reading.Table: "### `tables",
    reading.System: "### `system`",
    reading.Interface: "### `interfaces[]`",
    reading.PortCounters: "### `counters[]`",
    reading.Ipv4Address: "### `ipv4_addresses[]`",
    reading.Ipv6Address: "### `ipv4_addresses[]`",
    reading.Ipv6Route: "### `ipv6_default_routes[]`",
    reading.Ipv6Aggregate: "### `ipv6_aggregates[]`",
    reading.Ipv6Interface: "### `ipv6_interfaces[]`",
    reading.VersionCounters: "### `version_counters[]`",
    reading.NeighborCounts: "### `neighbor_counts`",
    reading.Neighbor: "### `neighbors[]`",
    reading.Rung: "### `ipv6_ladder[]`",
    reading.Vlan: "### `vlans[]`",
    reading.FdbCount: "### `vlans[]`",
    reading.ApPort: "### `ap_ports[]`",
    reading.LldpNeighbor: "### `lldp_neighbors[]`",
    hardware.Optic: "### `optics[]`",
    hardware.OpticLane: "### `optics[]`",
    hardware.Sensor: "### `sensors[]`",
    hardware.PoePort: "### `poe_ports[]`",
    hardware.PoeSupply: "### `poe_ports[]`",
    hardware.Ups: "### `ups`",
    hardware.Entity: "### `entities[]`",
    wifi.Wireless: "### `wireless`",
    wifi.AccessPoint: "### `wireless`",
    wifi.Radio: "### `wireless`",
    wifi.Ssid: "### `wireless`",
    wifi.Station: "### `wireless`",
}
FIELDS = [(struct, name) for struct in SECTIONS for name in struct.__struct_encode_fields__]


def section(heading: str) -> str:
    """The text under a heading, up to the next one of its level or above."""
    level = heading.split(" ")[0]
    start = DOC.index(heading)
    end = re.compile(rf"^#{{1,{len(level)}}} ", re.MULTILINE).search(DOC, DOC.index("\n", start))
    return DOC[start : end.start() if end else len(DOC)]


@pytest.mark.parametrize(
    ("struct", "name"), FIELDS, ids=[f"{struct.__name__}.{name}" for struct, name in FIELDS]
)
def test_every_field_is_documented_where_it_belongs(struct: type[msgspec.Struct], name: str) -> None:
    assert f"`{name}`" in section(SECTIONS[struct])


def test_every_struct_of_a_reading_has_its_section() -> None:
    seen: set[type] = set()
    todo: list[typing.Any] = [reading.Reading]
    while todo:
        kind = todo.pop()
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and kind not in seen:
            seen.add(kind)
            todo += typing.get_type_hints(kind).values()
        todo += typing.get_args(kind)

    assert seen == set(SECTIONS)


@pytest.mark.parametrize("status", typing.get_args(reading.TableStatus))
def test_every_status_is_explained(status: str) -> None:
    assert f"| `{status}` |" in section("### `tables")


@pytest.mark.parametrize("scope", typing.get_args(reading.Scope6))
def test_every_scope_is_explained(scope: str) -> None:
    assert f"`{scope}`" in section("### `ipv4_addresses[]`")
