"""Who made a device, which family, model, software and serial number: from the vendor files, never guessed.

sysObjectID decides, as a prefix of whole numbers; among files that fit, the longest prefix wins, then the
one that also asks for a pattern in sysDescr and found it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import msgspec

from agent.mibs.text import text
from agent.snmp.engine import Oid, Value, oid
from agent.vendors.load import Product, VendorFile, vendor_files
from inventory.hardware import Entity
from inventory.reading import System

ENTERPRISES = oid("1.3.6.1.4.1")


@dataclass(frozen=True, slots=True)
class Identity:
    """The vendor file and the product entry that fit a device."""

    file: VendorFile
    product: Product

    @property
    def scalars(self) -> dict[str, Oid]:
        """Objects that tell the model, software or serial number."""
        return {name: oid(path) for name, path in self.product.scalars.items() if not path.endswith(".*")}

    @property
    def columns(self) -> dict[str, Oid]:
        """Places whose first object tells the same."""
        return {name: oid(path[:-2]) for name, path in self.product.scalars.items() if path.endswith(".*")}


@lru_cache(maxsize=1024)
def identity(sys_object_id: str | None, sys_descr: str | None) -> Identity | None:
    """The vendor data for a device, or None for a stranger."""
    if not sys_object_id:
        return None
    numbers = sys_object_id.strip().strip(".").split(".")
    fitting = [
        (len(wanted), bool(product.sys_descr), Identity(file, product))
        for file in vendor_files()
        for product in file.product
        if numbers[: len(wanted := product.sys_object_id.split("."))] == wanted
        and (not product.sys_descr or re.search(product.sys_descr, sys_descr or ""))
    ]
    return max(fitting, key=lambda fit: fit[:2])[2] if fitting else None


def enterprise_of(first_private: Oid) -> str | None:
    """A stand-in for a missing sysObjectID: the enterprise of the first object under 1.3.6.1.4.1."""
    if first_private[:6] != ENTERPRISES or len(first_private) < 8:
        return None
    return ".".join(map(str, first_private[:7]))


def identified(
    system: System, found: Identity | None, scalars: Mapping[str, Value], entities: Sequence[Entity]
) -> System:
    """The system group, completed. What sysDescr tells comes first: it is read at every poll, ENTITY-MIB
    and the maker's scalars are not, and a fact must not flap between two spellings."""
    chassis = _chassis(entities)
    if found is None:
        return msgspec.structs.replace(system, serial=chassis.serial)
    product = found.product
    of_case = product.entity_model
    board = _board(product, entities)
    return msgspec.structs.replace(
        system,
        vendor=product.vendor or found.file.vendor,
        family=product.family,
        model=_first_group(product.model, system.sys_descr)
        or _told(product, "model", scalars, chassis.model if of_case else None)
        or (_first_group(product.chassis, chassis.descr) if of_case else None),
        software=_first_group(product.software, system.sys_descr)
        or _told(product, "software", scalars, chassis.software or board.software if of_case else None),
        serial=_first_group(product.serial, system.sys_descr)
        or (chassis.serial if of_case else None)
        or _told(product, "serial", scalars, None)
        or (board.serial if of_case else None),
    )


def _told(product: Product, name: str, scalars: Mapping[str, Value], of_chassis: str | None) -> str | None:
    """What the maker's objects say, else the chassis, cut to the words that matter."""
    names = [known for known in product.scalars if known == name or known.startswith(f"{name}_")]
    words = [(text(scalars.get(known)) or "").strip('" ') for known in names]
    told = next((word for word in words if word), None) or of_chassis
    told = _first_group(product.take.get(name, ()), told) or told
    for short, whole in product.rename if told and name == "model" else ():
        told = re.sub(short, whole, told or "")
    return told


def _board(product: Product, entities: Sequence[Entity]) -> Entity:
    """The main board, which speaks for a case that says nothing of itself: the first with a serial number."""
    boards = [item for item in entities if item.class_ == "module" and item.serial]
    named = (item for item in boards if re.search(product.board, f"{item.name or ''} {item.descr or ''}"))
    return next(named, Entity(index=0)) if product.board else Entity(index=0)


def _first_group(patterns: Sequence[str], where: str | None) -> str | None:
    for pattern in patterns:
        if where and (found := re.search(pattern, where)):
            return found.group(1)
    return None


def _chassis(entities: Sequence[Entity]) -> Entity:
    """The chassis that tells a serial number or model: the first of a stack."""
    cases = [item for item in entities if item.class_ == "chassis"]
    telling = [item for item in cases if item.serial or item.model]
    return next(iter(telling or cases), Entity(index=0))
