"""The records of a vendor file that say how power over Ethernet and the objects of a UPS are read."""

from __future__ import annotations

from typing import Literal

import msgspec


class PoeTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Power per port in a maker's own table. ``scale`` turns it into watts.

    ``index``: "port" is group and port of RFC 3621 (a single number is a port of group 1), "ifIndex" the
    interface's number. Columns: watts; admin and status (``admin_on`` are the numbers that mean on,
    ``statuses`` put the device's words, in small letters, into those of pethPsePortDetectionStatus); class;
    entity, the entPhysicalIndex of the port.
    """

    name: str
    entry: str
    columns: dict[str, int]
    index: Literal["port", "ifIndex"] = "port"
    scale: float = 1.0
    families: list[str] = []
    admin_on: list[int] = msgspec.field(default_factory=lambda: [1])
    statuses: dict[str, str] = {}


class PoeSupplyObjects(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A maker's own objects for the whole switch: ``power`` and ``used``, watts after ``scale``."""

    name: str
    scalars: dict[str, str]
    scale: float = 1.0


class UpsObjects(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A maker's own objects of a UPS, by the fields of ``Ups``; of several objects for one field (field,
    field_2) the first that answers counts. ``scale`` turns numbers into our units, by field or object name;
    ``battery``, ``output`` and ``test_result`` put the device's numbers into words."""

    name: str
    scalars: dict[str, str]
    scale: dict[str, float] = {}
    battery: dict[str, str] = {}
    output: dict[str, str] = {}
    test_result: dict[str, str] = {}
