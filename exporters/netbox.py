"""The register as CSV files for NetBox's bulk import, in the order in which NetBox wants them.

A school is a site group, a campus a site, a device a device, an uplink an interface. NetBox finds objects by
name, so that names are made unique; our ids are ``facility``, ``asset_tag`` and the device's name.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import count

from inventory.load import register_tables
from inventory.load_tables import CAMPUSES, DEVICES, SCHOOLS, TABLES, UPLINKS
from inventory.netbox import (
    ASSET_TAG_LENGTH,
    CUSTOM_FIELDS,
    FACILITY_LENGTH,
    NAME_LENGTH,
    STATUS_OUT,
    UNKNOWN,
    group_names,
    site_names,
)
from inventory.register import DEVICE_ROLES, Campus, Register

GREY = "9e9e9e"
Row = dict[str, str]


def netbox_files(register: Register) -> dict[str, str]:
    """File name -> CSV. Numbers say the order; each file needs those before it."""
    groups, sites = group_names(register), site_names(register)
    models = _slugs(sorted({_model(device.model) for c in _campuses(register) for device in c.devices}))
    tables: dict[str, list[Row]] = {
        "1-custom-fields": [
            {"name": name, "label": label, "type": "text", "object_types": owner}
            for name, owner, label in CUSTOM_FIELDS
        ],
        "2-manufacturers": [{"name": UNKNOWN, "slug": UNKNOWN.casefold()}],
        "3-device-types": [
            {"manufacturer": UNKNOWN, "model": model, "slug": slug} for model, slug in models.items()
        ],
        "4-device-roles": [{"name": role, "slug": role, "color": GREY} for role in DEVICE_ROLES],
        "5-site-groups": [{"name": groups[school.id], "slug": school.id} for school in register.schools],
        "6-sites": list(_sites(register, groups, sites)),
        "7-devices": list(_devices(register, sites)),
        "8-interfaces": list(_interfaces(register)),
    }
    return {f"{name}.csv": _csv(rows) for name, rows in tables.items() if rows}


def left_out(register: Register) -> dict[str, int]:
    """Tables for which NetBox has no place -> how many rows stay in the register alone."""
    rows = register_tables(register)
    kept = (SCHOOLS, CAMPUSES, DEVICES, UPLINKS)
    return {t.name: len(rows[t.name]) for t in TABLES if t not in kept and rows[t.name]}


def _sites(register: Register, groups: Mapping[str, str], sites: Mapping[str, str]) -> Iterator[Row]:
    slugs = _slugs(campus.id for campus in _campuses(register))
    for school in register.schools:
        for campus in school.campuses:
            yield {
                "name": sites[campus.id],
                "slug": slugs[campus.id],
                "status": "active",
                "group": groups[school.id],
                "facility": campus.id if len(campus.id) <= FACILITY_LENGTH else "",
                "physical_address": campus.address,
                "cf_wanzhao_school": school.id,
            }


def _devices(register: Register, sites: Mapping[str, str]) -> Iterator[Row]:
    for campus in _campuses(register):
        for device in campus.devices:
            yield {
                "name": device.id,
                "role": device.role,
                "manufacturer": UNKNOWN,
                "device_type": _model(device.model),
                "serial": device.serial[:50],
                "asset_tag": device.id if len(device.id) <= ASSET_TAG_LENGTH else "",
                "status": STATUS_OUT[device.status],
                "site": sites[campus.id],
                "cf_wanzhao_name": device.name,
                "cf_wanzhao_mac": device.mac,
                "cf_wanzhao_controller": device.controller,
            }


def _interfaces(register: Register) -> Iterator[Row]:
    """Uplinks; NetBox has a port once, so that the second uplink on it is left out."""
    seen: set[tuple[str, str]] = set()
    for campus in _campuses(register):
        for uplink in campus.uplinks:
            if (uplink.device, uplink.port) in seen:
                continue
            seen.add((uplink.device, uplink.port))
            yield {
                "device": uplink.device,
                "name": uplink.port,
                "label": uplink.role,
                "type": "other",
                "cf_wanzhao_campus": campus.id,
                "cf_wanzhao_medium": uplink.medium,
                "cf_wanzhao_carrier": uplink.carrier,
            }


def _campuses(register: Register) -> Iterator[Campus]:
    for school in register.schools:
        yield from school.campuses


def _model(model: str) -> str:
    return model[:NAME_LENGTH] or UNKNOWN


def _slugs(names: Iterable[str]) -> dict[str, str]:
    """Each name in small letters, digits and marks; a number keeps apart what would be one."""
    found: dict[str, str] = {}
    seen: set[str] = set()
    for name in names:
        plain = re.sub(r"[^a-z0-9_-]+", "-", name.casefold()).strip("-")[: NAME_LENGTH - 10]
        slug = next(s for n in count() if (s := f"{plain}-{n}" if n else plain) and s not in seen)
        seen.add(slug)
        found[name] = slug
    return found


def _csv(rows: Iterable[Row]) -> str:
    rows = list(rows)
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
