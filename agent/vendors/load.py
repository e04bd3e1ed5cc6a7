"""The vendor files as records. docs/facts.md says how a device is matched; the files give the evidence."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

import msgspec

from agent.vendors.network import (
    AddressTable,
    Ipv6SwitchTable,
    LldpTable,
    NeighborTable,
    RouteTable,
    TrunkTable,
)
from agent.vendors.optics import OpticsTable, SensorLimits
from agent.vendors.power import PoeSupplyObjects, PoeTable, UpsObjects
from agent.vendors.sensors import EntitySensorTable, SensorTable
from agent.vendors.wireless import Controller, Standby


class Product(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Devices with this sysObjectID (a prefix of whole numbers), and this pattern in sysDescr if given.

    ``model``, ``software`` and ``serial`` are patterns for sysDescr, tried in turn, the first group counts;
    where none fits, ``scalars`` and the chassis of ENTITY-MIB are asked. Scalars are OIDs by name (model,
    serial, software; model_2 where the first does not answer; an OID that ends in .* is the first object
    under it). ``take`` lists patterns by name that cut the words out of what scalars and chassis say;
    ``rename`` are pairs of a pattern and what a model is called instead.
    ``chassis`` are patterns for the description of a chassis without a model name, ``board`` one for the
    name of the module that tells serial number and software where the chassis does not.
    """

    sys_object_id: str
    sys_descr: str = ""
    vendor: str = ""
    family: str | None = None
    model: list[str] = []
    software: list[str] = []
    serial: list[str] = []
    scalars: dict[str, str] = {}
    take: dict[str, list[str]] = {}
    rename: list[tuple[str, str]] = []
    chassis: list[str] = []
    board: str = ""
    entity_model: bool = True


class VendorFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    vendor: str
    product: list[Product]
    address_table: list[AddressTable] = []
    neighbor_table: list[NeighborTable] = []
    ipv6_switch_table: list[Ipv6SwitchTable] = []
    ipv6_forwarding: list[str] = []
    route_table: list[RouteTable] = []
    trunk_table: list[TrunkTable] = []
    lldp_table: list[LldpTable] = []
    wireless: list[Controller] = []
    standby: list[Standby] = []
    sensor: list[SensorTable] = []
    entity_sensor: list[EntitySensorTable] = []
    poe: list[PoeTable] = []
    poe_supply: list[PoeSupplyObjects] = []
    ups: list[UpsObjects] = []
    optics: list[OpticsTable] = []
    optics_limits: list[SensorLimits] = []


@cache
def vendor_files() -> tuple[VendorFile, ...]:
    """All vendor files, in the order of their names."""
    folder = resources.files("agent.vendors")
    files = sorted((item for item in folder.iterdir() if item.name.endswith(".toml")), key=lambda f: f.name)
    return tuple(
        msgspec.convert(tomllib.loads(item.read_text(encoding="utf-8")), VendorFile) for item in files
    )
