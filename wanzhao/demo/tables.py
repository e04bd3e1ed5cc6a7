"""The demo county's register as the tables that a county fills in, and the files they make.

The files under register/ are made by ``write_register``; a test keeps them equal to what it writes.
Run this file to write them anew.
"""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

from wanzhao.demo.county import (
    ADCODE,
    COUNTY,
    POLL_INTERVAL_S,
    VLANS,
    access_points_of,
    all_campuses,
    boxes,
    campus_id,
    uplink_port,
)
from wanzhao.demo.devices import models, vlan_name
from wanzhao.demo.schools import SCHOOLS, DemoCampus

REGISTER = Path(__file__).parent / "register"
ROLES = {"gw": "gateway", "ac": "wlan_controller", "sw1": "access", "sw2": "access", "fw": "firewall"}
ROOMS = (
    ("教学楼", "101教室", "classroom"),
    ("教学楼", "102教室", "classroom"),
    ("教学楼", "103教室", "classroom"),
    ("综合楼", "教师办公室", "teacher_office"),
    ("综合楼", "会议室", "meeting_room"),
    ("综合楼", "计算机教室", "computer_room"),
    ("综合楼", "图书馆", "library"),
    ("教学楼", "201教室", "classroom"),
    ("教学楼", "202教室", "classroom"),
    ("教学楼", "203教室", "classroom"),
    ("综合楼", "科学实验室", "laboratory"),
    ("综合楼", "行政办公室", "admin_office"),
    ("综合楼", "报告厅", "lecture_hall"),
    ("教学楼", "301教室", "classroom"),
    ("教学楼", "302教室", "classroom"),
    ("综合楼", "音乐教室", "subject_room"),
    ("综合楼", "美术教室", "subject_room"),
    ("综合楼", "阅览室", "reading_room"),
)
"""(building, name, kind) of the room that each access point serves, in their order."""

COUNTY_TOML = f"""\
# The demo county: fictitious. A real county polls every 300 s.
[county]
name = "{COUNTY}"
adcode = "{ADCODE}"
poll_interval_s = {POLL_INTERVAL_S}

[calendar]
timezone = "Asia/Shanghai"
holidays = [2026-10-01, 2026-10-02, 2026-10-05, 2026-10-06, 2026-10-07]
workdays = [2026-10-10]
opens = 07:30:00
closes = 17:30:00
"""

Row = dict[str, str | int | bool | None]


def register_files() -> dict[str, str]:
    """Every file of the register: name to content."""
    return {"county.toml": COUNTY_TOML} | {f"{name}.csv": _csv(rows) for name, rows in tables().items()}


def write_register(folder: Path) -> None:
    """Write the register's files into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in register_files().items():
        (folder / name).write_text(content, encoding="utf-8", newline="")


def tables() -> dict[str, list[Row]]:
    """The rows of each CSV file."""
    per_campus = [
        (campus_id(school, campus), campus, number)
        for number, (school, campus) in enumerate(all_campuses(), 1)
    ]
    return {
        "schools": _schools(),
        "campuses": [
            {
                "id": campus_id(school, campus),
                "school": school.id,
                "name": campus.name,
                "address": campus.address,
                "areas_confirmed": True,
            }
            for school, campus in all_campuses()
        ],
        "devices": [row for at, campus, n in per_campus for row in _devices(at, campus, n)],
        "uplinks": [
            {
                "campus": at,
                "device": f"{campus.key}-gw",
                "port": uplink_port(campus),
                "role": "wan_edu",
                "medium": campus.medium,
                "carrier": campus.carrier,
            }
            for at, campus, _ in per_campus
        ],
        "contracts": [_contract(at, campus) for at, campus, _ in per_campus],
        "areas": [row for at, campus, _ in per_campus for row in _areas(at, campus)],
        "user_vlans": [
            {
                "campus": at,
                "name": name,
                "kind": kind,
                "device": f"{campus.key}-gw",
                "port": vlan_name(campus.gateway, vlan),
            }
            for at, campus, _ in per_campus
            for vlan, (name, kind) in VLANS.items()
        ],
    }


def _schools() -> list[Row]:
    return [
        {
            "id": school.id,
            "name": school.name,
            "kind": school.kind,
            "stages": ";".join(school.stages),
            "township": school.township,
            "urban_rural": school.urban_rural,
            "ownership": school.ownership,
            "boarding": school.boarding,
            "students": school.students,
            "staff": school.staff,
            "classes": school.classes,
            "contact": "信息中心",
        }
        for school in SCHOOLS
    ]


def _devices(at: str, campus: DemoCampus, number: int) -> list[Row]:
    managed: list[Row] = [
        {
            "id": device,
            "campus": at,
            "role": ROLES[device.removeprefix(f"{campus.key}-")],
            "name": box.name,
            "status": "in_service",
            "model": models()[box.model]["model"],
            "mac": "",
            "serial": "",
            "controller": "",
        }
        for device, box in boxes(campus, number).items()
    ]
    aps: list[Row] = [
        {
            "id": _ap_id(campus, n),
            "campus": at,
            "role": "ap",
            "name": ap.name,
            "status": "in_service",
            "model": ap.model,
            "mac": ap.mac.hex(":"),
            "serial": ap.serial,
            "controller": f"{campus.key}-ac",
        }
        for n, ap in enumerate(access_points_of(campus, number), 1)
    ]
    return managed + aps


def _contract(at: str, campus: DemoCampus) -> Row:
    contract = campus.contract
    return {
        "campus": at,
        "kind": contract.kind,
        "network": "edu",
        "down_mbps": contract.mbps,
        "up_mbps": contract.mbps,
        "start": contract.start.isoformat(),
        "end": contract.end.isoformat(),
        "carrier": campus.carrier,
        "circuit": f"DEMO-{campus.key.upper()}-1",
        "evidence": contract.evidence,
    }


def _areas(at: str, campus: DemoCampus) -> list[Row]:
    """A main room for each access point, a playground without, and the room that somebody forgot."""
    rooms: list[Row] = [_area(at, n, *ROOMS[n - 1], aps=_ap_id(campus, n)) for n in range(1, campus.aps + 1)]
    rooms.append(_area(at, campus.aps + 1, "", "操场", "playground", no_ap=True))
    if campus.room_without_ap:
        rooms.append(_area(at, campus.aps + 2, "综合楼", campus.room_without_ap, "subject_room", no_ap=True))
    return rooms


def _area(at: str, n: int, building: str, name: str, kind: str, aps: str = "", no_ap: bool = False) -> Row:
    return {
        "id": f"{at}-{n:03d}",
        "campus": at,
        "building": building,
        "name": name,
        "kind": kind,
        "main": None,  # by kind
        "aps": aps,
        "no_ap": no_ap,
    }


def _ap_id(campus: DemoCampus, n: int) -> str:
    return f"{campus.key}-ap{n:02d}"


def _csv(rows: list[Row]) -> str:
    out = StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({key: _cell(value) for key, value in row.items()})
    return out.getvalue()


def _cell(value: str | int | bool | None) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


if __name__ == "__main__":
    write_register(REGISTER)
