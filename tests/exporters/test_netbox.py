"""NetBox's CSV: what is written is what its bulk import takes, and what comes back changes what it should."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from pathlib import Path

import pytest

from exporters.netbox import left_out, netbox_files
from inventory.errors import RegisterError
from inventory.load import compose, register_tables
from inventory.load_netbox import read_netbox
from inventory.register import DEVICE_ROLES, Campus, Contract, Device, Register, School, Uplink

IMPORT_COLUMNS = {
    # netbox/dcim/forms/bulk_import.py and netbox/extras/forms/bulk_import.py of NetBox 4
    "1-custom-fields.csv": {"name", "label", "type", "object_types"},
    "2-manufacturers.csv": {"name", "slug"},
    "3-device-types.csv": {"manufacturer", "model", "slug"},
    "4-device-roles.csv": {"name", "slug", "color"},
    "5-site-groups.csv": {"name", "slug"},
    "6-sites.csv": {"name", "slug", "status", "group", "facility", "physical_address"},
    "7-devices.csv": {
        "name",
        "role",
        "manufacturer",
        "device_type",
        "serial",
        "asset_tag",
        "status",
        "site",
    },
    "8-interfaces.csv": {"device", "name", "label", "type"},
}
DEVICE_STATUSES = {"offline", "active", "planned", "staged", "failed", "inventory", "decommissioning"}


def school(number: int, name: str, *campuses: Campus) -> School:
    return School(
        id=f"2133{number:06d}",
        name=name,
        kind="primary",
        stages=("primary",),
        students=900,
        campuses=campuses,
    )


REGISTER = Register(
    county="长兴县",
    schools=(
        school(
            1,
            "第一小学",
            Campus(
                id="2133000001-01",
                name="本部",
                address="人民路1号",
                areas_confirmed=True,
                devices=(
                    Device(id="gw", role="gateway", name="出口", model="AR 650/X", serial="S1"),
                    Device(id="ac", role="wlan_controller"),
                    Device(id="ap", role="ap", mac="02:00:00:00:00:01", controller="ac", status="spare"),
                ),
                uplinks=(
                    Uplink(device="gw", port="XGE0/0/1", medium="dark_fibre", carrier="电信"),
                    Uplink(device="gw", port="XGE0/0/2", role="wan_internet"),
                ),
                contracts=(Contract(circuit="C1"),),
            ),
            Campus(id="2133000001-02", name="本部"),
        ),
        school(
            2, "第一小学", Campus(id="校区乙", devices=(Device(id="x" * 60, role="core", model="ar 650/x"),))
        ),
    ),
)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def written(folder: Path, register: Register = REGISTER, only: str = "") -> Path:
    for name, content in netbox_files(register).items():
        if only in name:
            (folder / name).write_text(content, encoding="utf-8")
    return folder


def taken(folder: Path, base: Register = REGISTER) -> tuple[Register, dict[str, int]]:
    tables, found, left = read_netbox(folder, base, register_tables(base))
    return compose(tables, found, folder), dict(left)


def save(folder: Path, name: str, *lines: str) -> Path:
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


# Written


def test_every_column_is_one_that_the_bulk_import_takes() -> None:
    files = netbox_files(REGISTER)
    fields = {(row["name"], row["object_types"]) for row in rows(files["1-custom-fields.csv"])}
    owners = {
        "6-sites.csv": "dcim.site",
        "7-devices.csv": "dcim.device",
        "8-interfaces.csv": "dcim.interface",
    }

    assert list(files) == list(IMPORT_COLUMNS)
    for name, content in files.items():
        columns = set(rows(content)[0])
        custom = {column for column in columns if column.startswith("cf_")}
        assert columns - custom == IMPORT_COLUMNS[name], name
        assert {(column.removeprefix("cf_"), owners.get(name)) for column in custom} <= fields


def test_what_a_row_names_stands_in_a_file_before_it() -> None:
    files = {name.split("-", 1)[1]: rows(content) for name, content in netbox_files(REGISTER).items()}
    names = {file: {row.get("name") for row in content} for file, content in files.items()}

    assert {row["group"] for row in files["sites.csv"]} <= names["site-groups.csv"]
    assert {row["site"] for row in files["devices.csv"]} <= names["sites.csv"]
    assert {row["role"] for row in files["devices.csv"]} <= names["device-roles.csv"] == set(DEVICE_ROLES)
    assert {row["device_type"] for row in files["devices.csv"]} <= {
        r["model"] for r in files["device-types.csv"]
    }
    assert {row["device"] for row in files["interfaces.csv"]} <= names["devices.csv"]
    assert {row["status"] for row in files["devices.csv"]} <= DEVICE_STATUSES


@pytest.mark.parametrize("key", ["name", "slug", "model", "asset_tag"])
def test_what_netbox_wants_unique_is_unique_and_no_longer_than_it_takes(key: str) -> None:
    for name, content in netbox_files(REGISTER).items():
        values = [row[key] for row in rows(content) if row.get(key)]
        if "interfaces" not in name:
            assert len(set(values)) == len(values), name
        assert all(len(value) <= (50 if key == "asset_tag" else 100) for value in values)
        if key == "slug":
            assert all(re.fullmatch(r"[-a-zA-Z0-9_]+", value) for value in values), values


def test_what_netbox_has_no_place_for_is_said() -> None:
    assert left_out(REGISTER) == {"contracts": 1}


# Read


def test_what_was_written_changes_nothing_when_it_comes_back(tmp_path: Path) -> None:
    assert taken(written(tmp_path)) == (REGISTER, {})


@pytest.mark.parametrize("name", ["sites.csv", "6-sites.csv", "netbox_sites.csv"])
def test_a_site_changes_its_campus_and_nothing_else(tmp_path: Path, name: str) -> None:
    save(tmp_path, name, "Name,Facility,Physical address", "第一小学 新校区,2133000001-02,太湖路8号")

    register, left = taken(tmp_path)

    campus = register.schools[0].campuses[1]
    assert (campus.id, campus.name, campus.address, left) == ("2133000001-02", "新校区", "太湖路8号", {})
    assert register.schools[0].campuses[0] == REGISTER.schools[0].campuses[0]


@pytest.mark.parametrize(
    ("heads", "cells"),
    [
        ("name,facility,cf_wanzhao_school", "东校区,east,2133000002"),
        ("name,facility,group", "东校区,east,第一小学 2133000002"),
        ("name,facility", "东校区,2133000002-09"),
    ],
)
def test_a_new_site_is_a_campus_of_the_school_that_it_names(tmp_path: Path, heads: str, cells: str) -> None:
    register, _left = taken(save(tmp_path, "sites.csv", heads, cells))

    assert [campus.name for campus in register.schools[1].campuses] == ["", "东校区"]


def test_a_site_of_no_school_is_left_alone_with_its_devices(tmp_path: Path) -> None:
    save(tmp_path, "sites.csv", "name,facility", "数据中心,dc1")
    save(tmp_path, "devices.csv", "name,role,site,status", "dc-sw,core,数据中心,active")

    register, left = taken(tmp_path)

    assert register == REGISTER
    assert sorted(left.values()) == [1, 1]


@pytest.mark.parametrize(
    ("role", "status", "expected"),
    [
        ("Access Switch", "Active", ("access", "in_service")),
        ("接入交换机", "failed", ("access", "in_service")),
        ("access", "decommissioning", ("access", "retired")),
        ("Wireless AP", "planned", ("ap", "spare")),
    ],
)
def test_roles_and_statuses_are_understood_as_netbox_people_write_them(
    tmp_path: Path, role: str, status: str, expected: tuple[str, str]
) -> None:
    save(tmp_path, "devices.csv", "name,role,site,status", f"sw9,{role},第一小学 本部 2133000001-01,{status}")

    register, _left = taken(tmp_path)

    (device,) = [d for d in register.schools[0].campuses[0].devices if d.id == "sw9"]
    assert (device.role, device.status) == expected


def test_an_asset_tag_is_the_id_and_the_name_is_the_name(tmp_path: Path) -> None:
    heads = "name,asset_tag,role,device_type,site,status,serial"
    save(tmp_path, "devices.csv", heads, "School router,gw,Router,AR6120,第一小学 本部 2133000001-01,active,")
    save(tmp_path, "interfaces.csv", "device,name,label,type", "School router,XGE0/0/3,教育网,10gbase-x-sfpp")

    register, _left = taken(tmp_path)

    campus = register.schools[0].campuses[0]
    # An empty serial number says nothing, so that what was known stays.
    assert campus.devices[0] == Device(
        id="gw", role="gateway", name="School router", model="AR6120", serial="S1"
    )
    assert campus.uplinks[2] == Uplink(device="gw", port="XGE0/0/3")


def test_ports_that_are_no_uplinks_and_roles_without_a_word_are_counted(tmp_path: Path) -> None:
    site = "第一小学 本部 2133000001-01"
    save(tmp_path, "devices.csv", "name,role,site,status", f"p1,Patch panel,{site},active")
    save(
        tmp_path,
        "interfaces.csv",
        "device,name,label,type",
        "gw,GE0/0/1,,1000base-t",
        "gw,GE0/0/2,mgmt,other",
    )

    register, left = taken(tmp_path)

    assert register == REGISTER
    assert sorted(left.values()) == [1, 2]


def test_a_fault_is_told_with_its_place_in_netbox_s_file(tmp_path: Path) -> None:
    save(
        tmp_path,
        "devices.csv",
        "name,role,site,status,cf_wanzhao_mac",
        "ap7,ap,第一小学 本部 2133000001-01,active,02:00",
        "ap8,ap,第一小学 本部 2133000001-01,broken,",
    )

    with pytest.raises(RegisterError) as caught:
        taken(tmp_path)

    assert [str(problem.where) for problem in caught.value.problems] == [
        "devices.csv row 2, column E (cf_wanzhao_mac)",
        "devices.csv row 3, column D (status)",
    ]


def test_a_folder_without_netbox_s_files_says_which_are_wanted(tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match=r"sites\.csv, devices\.csv, interfaces\.csv"):
        taken(tmp_path)


def test_a_register_of_many_devices_is_written_and_read_in_one_go(tmp_path: Path) -> None:
    many = Campus(id="2133000001-01", devices=tuple(Device(id=f"d{n}", role="ap") for n in range(20_000)))
    register = replace(REGISTER, schools=(school(1, "一小", many),))

    assert taken(written(tmp_path, register), register) == (register, {})


def test_the_register_folder_is_not_mistaken_for_netbox_s(tmp_path: Path) -> None:
    """Both have a devices.csv; that of the register has no column that NetBox requires."""
    save(tmp_path, "devices.csv", "id,campus,role", "gw,2133000001-01,gateway")

    with pytest.raises(RegisterError, match="the column site"):
        taken(tmp_path)
