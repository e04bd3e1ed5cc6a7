"""What NetBox and the register call the same things: columns of its bulk import, statuses, roles.

NetBox (4.x) has sites, devices and interfaces; what else the register knows of them goes into custom fields,
all text, whose names begin with ``wanzhao_``. Adding a column or a word is adding an entry here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from inventory.load_cells import code, mac, one_of, school_code, text
from inventory.load_table import Column, Table
from inventory.load_words import MEDIUM_WORDS, ROLE_WORDS, UPLINK_ROLE_WORDS
from inventory.register import Register

UNKNOWN = "Unknown"
"""The manufacturer of every device type, and the model of a device whose model nobody wrote down."""
ASSET_TAG_LENGTH, FACILITY_LENGTH, NAME_LENGTH = 50, 50, 100
"""NetBox's own limits; the last is that of the names of sites, groups and device types."""
STATUS_OUT = {"in_service": "active", "spare": "inventory", "retired": "decommissioning"}
STATUS_IN = {
    "active": "in_service",
    # It is meant to work: that it does not is for the agent to find.
    "failed": "in_service",
    "offline": "spare",
    "planned": "spare",
    "staged": "spare",
    "inventory": "spare",
    "decommissioning": "retired",
}
ROLES_IN = {
    **ROLE_WORDS,
    "router": "gateway",
    "edge router": "gateway",
    "core switch": "core",
    "distribution switch": "distribution",
    "aggregation switch": "distribution",
    "access switch": "access",
    "switch": "access",
    "access point": "ap",
    "wireless ap": "ap",
    "wireless access point": "ap",
    "wireless controller": "wlan_controller",
    "wireless lan controller": "wlan_controller",
    "WLC": "wlan_controller",
}
CUSTOM_FIELDS = (
    ("wanzhao_school", "dcim.site", "学校标识码 / school code"),
    ("wanzhao_name", "dcim.device", "设备名称 / name in the register"),
    ("wanzhao_mac", "dcim.device", "MAC"),
    ("wanzhao_controller", "dcim.device", "无线控制器 / wireless controller"),
    ("wanzhao_campus", "dcim.interface", "校区编号 / campus of the uplink"),
    ("wanzhao_medium", "dcim.interface", "介质 / medium"),
    ("wanzhao_carrier", "dcim.interface", "运营商 / carrier"),
)
"""Name, what it belongs to, label."""


def _custom(name: str) -> tuple[str, ...]:
    """How a file names a custom field: in bulk import, and in a table that NetBox wrote."""
    labels = {field: label for field, _owner, label in CUSTOM_FIELDS}
    return (f"cf_{name}", name, labels[name])


SITES = Table(
    "sites.csv",
    "site",
    ("netbox_sites.csv",),
    (
        Column("id", code, ("facility",)),
        Column("school", school_code, _custom("wanzhao_school")),
        Column("group", text, ("group",)),
        Column("name", text, ("name",), required=True),
        Column("address", text, ("physical_address",)),
    ),
    key=("name",),
)
DEVICES = Table(
    "devices.csv",
    "device",
    ("netbox_devices.csv",),
    (
        Column("id", code, ("asset_tag",)),
        Column("netbox_name", text, ("name",)),
        Column("site", text, ("site",), required=True),
        Column("netbox_role", text, ("role", "device_role"), required=True),
        Column("model", text, ("device_type", "type")),
        Column("serial", text, ("serial", "serial_number")),
        Column("status", one_of(STATUS_IN), ("status",)),
        Column("name", text, _custom("wanzhao_name")),
        Column("mac", mac, _custom("wanzhao_mac")),
        Column("controller", code, _custom("wanzhao_controller")),
    ),
    key=("site", "netbox_name"),
)
INTERFACES = Table(
    "interfaces.csv",
    "interface",
    ("netbox_interfaces.csv",),
    (
        Column("netbox_device", text, ("device",), required=True),
        Column("port", text, ("name",), required=True),
        Column("label", text, ("label",)),
        Column("campus", code, _custom("wanzhao_campus")),
        Column("medium", one_of(MEDIUM_WORDS), _custom("wanzhao_medium")),
        Column("carrier", text, _custom("wanzhao_carrier")),
    ),
    key=("netbox_device", "port"),
)
NETBOX_TABLES = (SITES, DEVICES, INTERFACES)
ROLE_OF = one_of(ROLES_IN)
UPLINK_ROLE_OF = one_of(UPLINK_ROLE_WORDS)


def group_names(register: Register) -> dict[str, str]:
    """School -> the name of its site group; the code is added where two schools have one name."""
    return _unique({school.id: school.name for school in register.schools})


def site_names(register: Register) -> dict[str, str]:
    """Campus -> the name of its site; the id is added where two campuses have one name."""
    return _unique(
        {
            campus.id: f"{school.name} {campus.name}".strip()
            for school in register.schools
            for campus in school.campuses
        }
    )


def _unique(names: Mapping[str, str]) -> dict[str, str]:
    """Id -> name, with the id behind it where the name stands twice; no longer than NetBox takes."""
    counts = Counter(names.values())
    return {
        key: name
        if counts[name] == 1 and len(name) <= NAME_LENGTH
        else f"{name[: NAME_LENGTH - 70]} {key}".strip()
        for key, name in names.items()
    }
