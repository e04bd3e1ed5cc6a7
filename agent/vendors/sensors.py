"""The records of a vendor file that say how a device's own measurements are read."""

from __future__ import annotations

from typing import Literal

import msgspec

from inventory.hardware import SensorKind, SensorState


class Measure(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One sensor of each row: the columns (by the names of the table) that hold its value and state.

    ``name`` is a template: {entity} is the row's name in ENTITY-MIB, {index} the row's index, {i1}, {i2}, ...
    its parts, {text} the index read as text, any column by its own name; what the pattern ``trim`` finds is
    taken out (some names hold the state of the moment, and a name must not change with it). ``pattern``
    finds the number in a text that holds several (its first group). ``total`` with ``used`` or ``free`` (or
    those two) make a share in per cent. ``scale`` turns the device's number into our unit; ``idle`` says
    that the device tells the share that is *not* used. With ``zero = false`` 0 is no measurement; ``proof``
    lists columns of which one must be above 0 for a 0 to count.

    ``where`` and ``unless`` keep or leave out rows by the cells of a column, as text ("*": any cell, "":
    none), by ``class``, the row's PhysicalClass in words, and by parts of the index (i1, i2, ...); ``match``
    keeps rows where a pattern is found in the cell. A state that ``states`` does not know is "unknown" ("*"
    names another word for it); "-" leaves the row out.
    """

    kind: SensorKind
    name: str = "{entity}"
    trim: str = ""
    value: str = ""
    pattern: str = ""
    unit: str = ""
    scale: float = 1.0
    idle: bool = False
    zero: bool = True
    proof: list[str] = []
    total: str = ""
    used: str = ""
    free: str = ""
    state: str = ""
    states: dict[str, SensorState | Literal["-"]] = {}
    where: dict[str, list[str]] = {}
    match: dict[str, str] = {}
    unless: dict[str, list[str]] = {}


class SensorTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One table (``entry`` and ``columns``) or a set of single objects (``scalars``), and what it measures.

    ``roots``: the same tree under several numbers; the first that answers is taken, OIDs continue it.
    ``instead_of`` lists kinds: the table is asked only while no earlier one has told any of them.
    ``families``: only these families of the vendor are asked. ``entity`` is the place (from 1) of
    entPhysicalIndex in the index, 0 where the index is none, -1 for the last place; with ``entity_column``
    the column holds it.
    """

    name: str
    entry: str = ""
    columns: dict[str, int] = {}
    scalars: dict[str, str] = {}
    roots: list[str] = []
    instead_of: list[SensorKind] = []
    families: list[str] = []
    entity: int = 1
    entity_column: str = ""
    measure: list[Measure]


class EntitySensorTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A maker's own table in the columns of entPhySensorTable, asked where the standard one is empty."""

    name: str
    entry: str
