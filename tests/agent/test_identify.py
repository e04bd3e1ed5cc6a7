"""Makers by data, and no maker outside the data."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from shared import RECORDINGS, ROOT, need

from agent.identify import enterprise_of, identified, identity
from agent.snmp.engine import oid
from agent.vendors.load import vendor_files
from inventory.hardware import Entity
from inventory.reading import System


def test_a_prefix_is_of_whole_numbers() -> None:
    found = identity("1.3.6.1.4.1.20111.1", "anything")

    assert found is None


def test_the_longest_prefix_wins() -> None:
    found = identity("1.3.6.1.4.1.35047.2.12", "Linux Wac")

    assert found is not None
    assert (found.file.vendor, found.product.family) == ("Sundray", "WAC")


def test_a_pattern_in_the_description_decides_between_equals() -> None:
    maker = identity("1.3.6.1.4.1.2011.2.23.1097", "Huawei YunShan OS\nVersion 1.22.0.1")

    assert maker is not None
    assert maker.product.family == "YunShan OS"


def test_a_general_computers_number_alone_names_nobody() -> None:
    assert identity("1.3.6.1.4.1.8072.3.2.10", "something else") is None
    assert identity("1.3.6.1.4.1", "something else") is None
    assert identity(None, None) is None


def test_a_leading_dot_and_blanks_do_not_hide_a_maker() -> None:
    assert identity(" .1.3.6.1.4.1.28557.1.126", "") is not None


def test_a_device_without_system_group_is_known_by_its_first_private_object() -> None:
    assert enterprise_of(oid("1.3.6.1.4.1.39165.1.1.0")) == "1.3.6.1.4.1.39165"
    assert enterprise_of(oid("1.3.6.1.6.3.1")) is None
    assert enterprise_of(()) is None


def test_a_stranger_keeps_the_serial_number_of_its_chassis_and_nothing_else() -> None:
    chassis = Entity(index=1, class_="chassis", serial="SN1", model="M1")

    found = identified(System(sys_descr="x"), None, {}, [chassis])

    assert (found.vendor, found.model, found.serial) == (None, None, "SN1")


def test_a_stack_has_the_serial_number_of_its_first_chassis() -> None:
    stack = [Entity(index=1, class_="stack", serial="whole")]
    stack += [Entity(index=i, class_="chassis", serial=f"SN{i}") for i in (2, 3)]

    assert identified(System(), None, {}, stack).serial == "SN2"


def test_every_pattern_of_the_vendor_files_compiles_with_one_group() -> None:
    for file in vendor_files():
        for product in file.product:
            re.compile(product.sys_descr)
            for pattern in (*product.model, *product.software):
                assert re.compile(pattern).groups == 1, (file.vendor, pattern)


def test_no_vendor_file_names_an_object_twice_or_wrongly() -> None:
    for file in vendor_files():
        oids = [table.entry for table in (*file.address_table, *file.poe, *file.entity_sensor)]
        oids += [path.removesuffix(".*") for product in file.product for path in product.scalars.values()]
        oids += [root for controller in file.wireless for root in controller.roots]
        for table in file.sensor:
            paths = [table.entry] if table.entry else list(table.scalars.values())
            oids += [f"{root}.{path}" for path in paths for root in table.roots or [""]]
        oids += [path for objects in (*file.poe_supply, *file.ups) for path in objects.scalars.values()]
        assert all(len(oid(dotted)) > 6 for dotted in oids)


# Words that are makers' names as well as plain English or protocols are left out.
NOT_ONLY_NAMES = {"net-snmp", "extreme"}


@need(RECORDINGS)
@pytest.mark.recordings
def test_no_maker_is_named_in_the_agents_code() -> None:
    with (RECORDINGS / "CATALOGUE.csv").open(encoding="utf-8", newline="") as file:
        makers = {row["vendor"].lower() for row in csv.DictReader(file)}
    _no_code_names(makers | {file.vendor.lower() for file in vendor_files()})


def test_no_maker_of_the_vendor_files_is_named_in_the_agents_code() -> None:
    _no_code_names({file.vendor.lower() for file in vendor_files()})


def _no_code_names(makers: set[str]) -> None:
    words = re.compile(
        rf"\b({'|'.join(map(re.escape, sorted(makers - NOT_ONLY_NAMES - {'linux'})))})\b", re.I
    )
    guilty = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in _code()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if words.search(line)
    ]
    assert guilty == []


def _code() -> list[Path]:
    return [path for path in sorted((ROOT / "agent").rglob("*.py")) if path.name != "quirks.py"]
