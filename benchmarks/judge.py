"""How fast schools are judged from the store: reading a snapshot, and judging it, for a county of 300.

A typical school: a gateway, a switch, a controller with 60 access points, 30 rooms, a week of polls every
five minutes. The figure to watch is the ratio of judging to reading: judging must not be what takes the time.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from figures import report
from msgspec.structs import replace

from agent.changes import Columns
from collector.store.engine import open_store
from collector.store.read import read_snapshot
from collector.store.write import Arrival, Sender, store_batch
from inventory.facts import Batch, FactValue
from inventory.judge import judge_county, judge_school
from inventory.plan import builtin_profiles, load_profile
from inventory.register import Area, Campus, Contract, Device, Register, School, Uplink, UserVlan

INTERVAL_S = 300
END = 1_790_320_500 // INTERVAL_S * INTERVAL_S
SLOTS = 7 * 86400 // INTERVAL_S
SCHOOLS = 30
PORT = "XGigabitEthernet0/0/1"


def school(number: int) -> School:
    """A school with one campus."""
    name = f"21339{number:05d}"
    aps = tuple(
        Device(id=f"{name}-ap{n}", role="ap", mac=f"02:00:00:00:00:{n:02x}", controller=f"{name}-ac")
        for n in range(60)
    )
    devices = (
        Device(id=f"{name}-gw", role="gateway"),
        Device(id=f"{name}-sw", role="access"),
        Device(id=f"{name}-ac", role="wlan_controller"),
        *aps,
    )
    areas = tuple(
        Area(id=f"{name}-r{n}", name=f"{n}", kind="classroom", main=True, aps=(aps[n].id, aps[n + 30].id))
        for n in range(30)
    )
    campus = Campus(
        id=f"{name}-01",
        areas_confirmed=True,
        uplinks=(Uplink(device=f"{name}-gw", port=PORT, medium="p2p_ethernet"),),
        contracts=(Contract(down_mbps=10000, up_mbps=10000, evidence="accepted"),),
        devices=devices,
        areas=areas,
        user_vlans=(UserVlan(name="教学", kind="teaching", device=f"{name}-gw", port="Vlanif10"),),
    )
    return School(id=name, name=f"学校{number}", kind="primary", stages=("primary",), campuses=(campus,))


def facts(device: str) -> dict[tuple[str, str], FactValue]:
    """The state of a device."""
    port = f"port:{PORT}"
    if device.endswith("-gw"):
        return {
            ("", "ipv6_default_route"): ["fe80::1"],
            ("", "tables"): {
                "interfaces": "ok",
                "ipv6_addresses": "ok",
                "ipv6_routes": "ok",
                "ipv6_ra": "ok",
            },
            (port, "oper"): "up",
            (port, "speed_mbps"): 10000,
            (port, "type"): 6,
            (port, "ipv6"): ["2001:db8::2/64"],
            ("port:Vlanif10", "ipv6"): ["2001:db8:1::1/64"],
            ("port:Vlanif10", "ipv6_ra"): True,
        }
    if device.endswith("-ac"):
        state: dict[tuple[str, str], FactValue] = {("", "tables"): {"wireless": "ok"}}
        for n in range(60):
            state[(f"ap:02:00:00:00:00:{n:02x}", "mac")] = f"02:00:00:00:00:{n:02x}"
            state[(f"ap:02:00:00:00:00:{n:02x}", "state")] = "online"
        return state
    return {}


def fill(engine: object, one: School) -> None:
    """A week of polls: a frame at the beginning, then outcomes only."""
    campus = one.campuses[0]
    devices = [d.id for d in campus.devices if d.role != "ap"]
    slots = [END - (SLOTS - n) * INTERVAL_S for n in range(SLOTS)]
    columns = Columns(slots[0])
    for device in devices:
        columns.add_frame(device, facts(device))
        for slot in slots:
            columns.slot = slot
            columns.add_poll(device, "ok")
        columns.slot = slots[0]
    batch = Batch(
        agent=campus.id,
        campus=campus.id,
        epoch="e",
        seq=1,
        made_at=float(END),
        interval_s=INTERVAL_S,
        polls=columns.polls,
        frames=columns.frames,
        facts=columns.facts,
    )
    with engine.begin() as connection:  # type: ignore[attr-defined]
        store_batch(connection, Arrival(Sender(one.id, campus.id, campus.id), batch, "sha", float(END)))


def main() -> None:
    profile = load_profile(builtin_profiles()["changxing-145"])
    register = Register(county="县", poll_interval_s=INTERVAL_S)
    schools = tuple(school(n) for n in range(SCHOOLS))
    with tempfile.TemporaryDirectory() as name:
        engine = open_store(f"sqlite:///{Path(name) / 'judge.db'}")
        for one in schools:
            fill(engine, one)
        reading, judging, views = [], [], []
        with engine.connect().execution_options(reads_only=True) as connection:
            for one in schools:
                t0 = time.process_time()
                snapshot = read_snapshot(connection, one, register, float(END + INTERVAL_S))
                t1 = time.process_time()
                views.append(judge_school(snapshot, profile))
                t2 = time.process_time()
                reading.append(t1 - t0)
                judging.append(t2 - t1)
        engine.dispose()
    started = time.process_time()
    register = Register(county="试验县", schools=schools)
    many = [replace(view) for _n in range(10) for view in views]
    judge_county(register, profile, many, (), float(END))
    county_s = time.process_time() - started
    read_ms, judge_ms = (statistics.median(times) * 1000 for times in (reading, judging))
    print(
        f"one school: read {read_ms:.2f} ms, judge {judge_ms:.2f} ms; "
        f"county of {len(many)}: {county_s * 1000:.1f} ms"
    )
    report(
        "judge",
        {
            "read_ms_per_school": round(read_ms, 3),
            "judge_ms_per_school": round(judge_ms, 3),
            "judge_ratio_vs_read": round(judge_ms / read_ms, 2),
            "county_ms_300": round(county_s * 1000, 2),
            "schools_per_cpu_s": round(1000 / (read_ms + judge_ms)),
        },
    )


if __name__ == "__main__":
    main()
