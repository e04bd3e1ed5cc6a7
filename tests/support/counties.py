"""Small registers and plans written into a folder, for tests of the whole line."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PLAN_TEXT = "全县学校万兆到校,出口具备IPv6地址,无线AP在线。"


@dataclass(frozen=True, slots=True)
class OneSchool:
    """A school with one campus, one gateway and its uplink port."""

    id: str
    device: str
    port: str
    role: str = "gateway"

    @property
    def campus(self) -> str:
        return f"{self.id}-01"


def write_register(folder: Path, schools: Sequence[OneSchool], interval_s: int) -> Path:
    """A register folder; gives back its path."""
    folder.mkdir(parents=True)
    (folder / "county.toml").write_text(
        f'[county]\nname = "试验县"\nadcode = "339998"\npoll_interval_s = {interval_s}\n', encoding="utf-8"
    )
    tables = {
        "schools": [
            {
                "id": s.id,
                "name": f"{s.device}学校",
                "kind": "primary",
                "stages": "primary",
                "urban_rural": "urban",
            }
            for s in schools
        ],
        "campuses": [{"id": s.campus, "school": s.id, "name": "主校区"} for s in schools],
        "devices": [{"id": s.device, "campus": s.campus, "role": s.role} for s in schools],
        "uplinks": [
            {
                "campus": s.campus,
                "device": s.device,
                "port": s.port,
                "role": "wan_edu",
                "medium": "p2p_ethernet",
            }
            for s in schools
        ],
    }
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return folder


def write_plan(folder: Path, window: str) -> Path:
    """A plan with one target for the port, one for its IPv6 address; decides within ``window``."""
    (folder / "plan.txt").write_text(PLAN_TEXT, encoding="utf-8")
    sha256 = hashlib.sha256(PLAN_TEXT.encode()).hexdigest()
    params = f'window = "{window}", clock = "always", min_coverage = 0.6'
    (folder / "plan.toml").write_text(
        f"""
[profile]
id = "line"
version = "1"
title = "试验规划"
county = "试验县"
[source]
file = "plan.txt"
sha256 = "{sha256}"
[period]
start = 2026-01-01
end = 2030-12-31
[defaults]
due = 2030-12-31
scope = "all"
[scope.all]
unit = "school"
stages_any = ["primary"]
[[target]]
id = "access"
plan_ids = ["1"]
class = "a"
quote = "全县学校万兆到校"
metric = "access_10g_composite"
params = {{ basis = ["port"], {params} }}
aggregate = "school_rate"
value = 100.0
unit = "percent"
[[target]]
id = "ipv6"
plan_ids = ["2"]
class = "a"
quote = "出口具备IPv6地址"
metric = "ipv6_wan_address"
params = {{ {params} }}
aggregate = "school_rate"
value = 100.0
unit = "percent"
""",
        encoding="utf-8",
    )
    return folder / "plan.toml"
