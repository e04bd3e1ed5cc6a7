"""B1 to B4 and A10: the buildings' backbone, sockets, clean ports, power, and the county's own links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from snapshots import AS_OF, CAMPUS, INTERVAL_S, WEEK, Scene

from inventory.clock import slots
from inventory.facts import FactValue
from inventory.judge import judge_county, judge_look
from inventory.metrics.compute import COUNTY, compute
from inventory.metrics.county_core import link_verdicts
from inventory.metrics.kinds import CountyLook
from inventory.metrics.look import Look
from inventory.metrics.params import DEFAULTS, Params, ParamValue
from inventory.papers import Document, Facility
from inventory.plan import builtin_profiles, load_profile
from inventory.register import Building, Calendar, Campus, CountyLink, Device, Port, Register, School
from inventory.verdict import SchoolView, State, Verdict

B1, B2 = "backbone_10g_ratio", "classroom_port_gigabit_ratio"
B3, B4 = "lan_port_clean_ratio", "core_power_protected"
ROUND_THE_CLOCK = list(slots("7d", "always", AS_OF, INTERVAL_S, Calendar()))


def judge(metric: str, scene: Scene, **params: ParamValue) -> Verdict:
    return compute(metric, Look(scene.snapshot()), scene.campus, Params(params))


def told(verdict: Verdict) -> tuple[State, str]:
    return verdict.state, verdict.reason


# B1


def buildings(*speeds: int | None, declared: bool = True, lldp: bool = False) -> Scene:
    """A building a speed, each with one access switch whose backbone port ran at it (None: no port)."""
    devices = [Device(id="core", role="core")]
    ports = []
    scene = Scene()
    for n, mbps in enumerate(speeds):
        devices.append(Device(id=f"sw{n}", role="access", building=f"b{n}"))
        scene.polled(f"sw{n}", (600, "ok"))
        if mbps is not None:
            facts: dict[str, FactValue] = {"lldp": ["core XGE0/0/1"]} if lldp else {}
            scene.port(f"sw{n}", "XGE0/0/1", speed_mbps=mbps, **facts)
            ports.append(Port(device=f"sw{n}", port="XGE0/0/1", role="backbone", building=f"b{n}"))
    scene.campus = replace(
        CAMPUS,
        devices=tuple(devices),
        buildings=tuple(Building(id=f"b{n}") for n in range(len(speeds))),
        ports=tuple(ports) if declared else (),
    )
    return scene


@pytest.mark.parametrize(
    ("scene", "params", "state", "reason", "counts"),
    [
        (buildings(10_000, 10_000), {"unit_ratio": 1.0}, State.PASS, "", (2, 0, 0)),
        (buildings(10_000, 1_000), {"unit_ratio": 1.0}, State.FAIL, "negotiated_1000", (1, 1, 0)),
        (buildings(10_000, 1_000), {"unit_ratio": 0.5}, State.PASS, "", (1, 1, 0)),
        (buildings(1_000, 1_000), {"unit_ratio": 1.0, "min_port_mbps": 1000}, State.PASS, "", (2, 0, 0)),
        (buildings(10_000, None), {"unit_ratio": 1.0}, State.UNKNOWN, "no_mapping", (1, 0, 1)),
        (buildings(10_000, 0), {"unit_ratio": 1.0}, State.UNKNOWN, "speed_not_reported", (1, 0, 1)),
        (buildings(10_000, 40_000), {}, State.NA, "info_only", (2, 0, 0)),
        (buildings(10_000, declared=False, lldp=True), {"unit_ratio": 1.0}, State.PASS, "", (1, 0, 0)),
        (buildings(10_000, declared=False), {"unit_ratio": 1.0}, State.UNKNOWN, "no_mapping", (0, 0, 1)),
        (buildings(10_000), {"unit_ratio": 1.0, "min_links": 2}, State.FAIL, "too_few", (0, 1, 0)),
        (buildings(), {"unit_ratio": 1.0}, State.UNKNOWN, "no_mapping", (0, 0, 0)),
    ],
)
def test_every_building_with_a_switch_needs_its_10g_link(
    scene: Scene, params: dict[str, ParamValue], state: State, reason: str, counts: tuple[int, int, int]
) -> None:
    verdict = judge(B1, scene, **params)

    assert verdict.state is state
    assert verdict.units is not None
    assert (verdict.units.p, verdict.units.f, verdict.units.u) == counts
    assert verdict.reason == reason


def test_a_building_without_a_switch_in_service_does_not_count() -> None:
    scene = buildings(10_000, None)
    spare = replace(scene.campus.devices[2], status="spare")
    scene.campus = replace(scene.campus, devices=(*scene.campus.devices[:2], spare))
    assert judge(B1, scene, unit_ratio=1.0).state is State.PASS


# B2


def sockets(*ports: Mapping[str, FactValue]) -> Scene:
    """A room a port; its facts all the week."""
    scene = Scene().polled("sw", (600, "ok"))
    scene.campus = replace(
        CAMPUS,
        ports=tuple(
            Port(device="sw", port=f"GE0/0/{n}", role="desktop", room=f"r{n}") for n in range(len(ports))
        ),
    )
    for n, facts in enumerate(ports):
        scene.port("sw", f"GE0/0/{n}", **{"speed_mbps": 1000, "duplex": "full", **facts})
    return scene


OK: Mapping[str, FactValue] = {}
SLOW: Mapping[str, FactValue] = {"speed_mbps": 100}
HALF: Mapping[str, FactValue] = {"duplex": "half"}
DOWN: Mapping[str, FactValue] = {"oper": "down"}
SILENT: Mapping[str, FactValue] = {"speed_mbps": None}


@pytest.mark.parametrize(
    ("scene", "params", "state", "reason", "counts"),
    [
        (sockets(OK, OK), {}, State.PASS, "", (2, 0, 0)),
        (sockets(*[OK] * 19, SLOW), {}, State.PASS, "", (19, 1, 0)),
        (sockets(*[OK] * 18, SLOW), {}, State.FAIL, "port_slow", (18, 1, 0)),
        (sockets(OK, HALF), {}, State.FAIL, "port_slow", (1, 1, 0)),
        (sockets(SLOW, SLOW), {"min_port_mbps": 100}, State.PASS, "", (2, 0, 0)),
        (sockets(OK, DOWN), {}, State.PASS, "", (1, 0, 0)),
        (sockets(DOWN, DOWN), {}, State.UNKNOWN, "no_ports_used", (0, 0, 0)),
        (sockets(OK, SILENT), {}, State.UNKNOWN, "speed_not_reported", (1, 0, 1)),
        (sockets(OK, SLOW), {"unit_ratio": 0.5}, State.PASS, "", (1, 1, 0)),
        (sockets(OK, SLOW), {"thr": 0.0}, State.PASS, "", (2, 0, 0)),
        (sockets(), {}, State.UNKNOWN, "no_mapping", (0, 0, 0)),
    ],
)
def test_sockets_in_use_run_at_a_gigabit(
    scene: Scene, params: dict[str, ParamValue], state: State, reason: str, counts: tuple[int, int, int]
) -> None:
    verdict = judge(B2, scene, **params)

    assert (verdict.state, verdict.reason) == (state, reason)
    assert verdict.units is not None
    assert (verdict.units.p, verdict.units.f, verdict.units.u) == counts


@pytest.mark.parametrize(("slow", "state"), [(30, State.PASS), (31, State.FAIL)])
def test_a_socket_may_be_slow_in_one_poll_of_twenty(slow: int, state: State) -> None:
    scene = sockets(OK)
    scene.changed("sw", "port:GE0/0/0", "speed_mbps", (600 - slow, 1000), (slow, 100))
    assert judge(B2, scene).state is state


def test_only_polls_in_which_the_socket_was_up_count() -> None:
    scene = sockets(OK)
    scene.changed("sw", "port:GE0/0/0", "oper", (500, "down"), (100, "up"))
    assert judge(B2, scene).state is State.PASS


def test_a_port_that_the_agent_does_not_tell_of_is_unknown() -> None:
    scene = sockets(OK)
    del scene.facts["sw", "port:GE0/0/0", "oper"]
    scene.facts = {name: spans for name, spans in scene.facts.items() if name[1] != "port:GE0/0/0"}
    assert told(judge(B2, scene)) == (State.UNKNOWN, "port_unknown")


# B3


def counting(packets: int, errors: int, **facts: FactValue) -> Scene:
    """A port that moved so many packets in the week, so many of them broken, in even steps."""
    scene = Scene().polled("sw", (600, "ok")).port("sw", "GE0/0/1", **{"duplex": "full", **facts})
    steps = 1_000
    for key, total in (("in_packets", packets), ("out_packets", 0), ("in_errors", errors), ("out_errors", 0)):
        scene.samples["sw", "port:GE0/0/1", key] = [
            (slot, 7_000 + total * n // steps) for n, slot in enumerate(ROUND_THE_CLOCK[1 : steps + 2])
        ]
    return scene


@pytest.mark.parametrize(
    ("scene", "params", "state", "reason"),
    [
        (counting(10_000_000, 0), {"limit": 0.98}, State.PASS, ""),
        (counting(10_000_000, 100), {"limit": 0.98}, State.PASS, ""),
        (counting(10_000_000, 101), {"limit": 0.98}, State.FAIL, "port_errors"),
        (counting(1_000_000, 10), {"limit": 0.98}, State.PASS, ""),
        (counting(1_000_000, 11), {"limit": 0.98}, State.FAIL, "port_errors"),
        (counting(999_999, 500_000), {"limit": 0.98}, State.UNKNOWN, "too_few_samples"),
        (counting(500_000, 0), {"limit": 0.98, "min_packets": 100_000}, State.PASS, ""),
        (counting(10_000_000, 5_000), {"limit": 0.98, "max_error_ratio": 0.001}, State.PASS, ""),
        (counting(10_000_000, 0, duplex="half"), {"limit": 0.98}, State.FAIL, "port_errors"),
        (counting(10_000_000, 0), {}, State.NA, "info_only"),
        (Scene().polled("sw", (600, "ok")), {"limit": 0.98}, State.UNKNOWN, "too_few_samples"),
    ],
)
def test_one_broken_packet_in_a_hundred_thousand_is_the_limit(
    scene: Scene, params: dict[str, ParamValue], state: State, reason: str
) -> None:
    assert told(judge(B3, scene, **params)) == (state, reason)


def test_a_counter_that_begins_anew_adds_nothing_and_takes_nothing_away() -> None:
    scene = counting(10_000_000, 100)
    errors = scene.samples["sw", "port:GE0/0/1", "in_errors"]
    scene.samples["sw", "port:GE0/0/1", "in_errors"] = [
        (slot, value if n < 500 else value - errors[500][1]) for n, (slot, value) in enumerate(errors)
    ]
    assert judge(B3, scene, limit=0.98).state is State.PASS


# B4


UPS = Device(id="ups", role="ups")


def powered(**facts: FactValue) -> Scene:
    """Gateway and core on one UPS that says so of itself."""
    core = tuple(replace(device, ups="ups") for device in CAMPUS.devices)
    scene = Scene(replace(CAMPUS, devices=(*core, UPS)))
    scene.polled("ups", (600, "ok"))
    for key, value in {
        "ups_battery": "normal",
        "ups_output": "normal",
        "ups_test": "passed",
        **facts,
    }.items():
        scene.fact("ups", "", key, value)
    return scene


@pytest.mark.parametrize(
    ("scene", "state", "reason"),
    [
        (powered(), State.PASS, ""),
        (powered(ups_test="none"), State.PASS, ""),
        (powered(ups_test="in progress"), State.PASS, ""),
        (powered(ups_output="battery"), State.PASS, ""),
        (powered(ups_test="failed"), State.FAIL, "ups_fault"),
        (powered(ups_test="warning"), State.FAIL, "ups_fault"),
        (powered(ups_battery="low"), State.FAIL, "ups_fault"),
        (powered(ups_battery="depleted"), State.FAIL, "ups_fault"),
        (powered(ups_output="bypass"), State.FAIL, "ups_fault"),
        (powered(ups_battery=None, ups_output=None, ups_test=None), State.UNKNOWN, "not_supported_by_device"),
        (powered().polled("ups"), State.UNKNOWN, "ups_silent"),
        (Scene(), State.UNKNOWN, "ups_not_declared"),
    ],
)
def test_the_core_hangs_on_a_ups_that_is_well(scene: Scene, state: State, reason: str) -> None:
    assert told(judge(B4, scene)) == (state, reason)


@pytest.mark.parametrize(
    ("completed", "evidence", "state"),
    [
        (date(2026, 3, 1), "accepted", State.PASS),
        (date(2025, 3, 1), "accepted", State.UNKNOWN),
        (date(2026, 3, 1), "claimed", State.UNKNOWN),
    ],
)
def test_a_record_of_a_test_stands_for_a_year(completed: date, evidence: str, state: State) -> None:
    scene = Scene()
    row = Facility(kind="power_protection", completed_on=completed, evidence=evidence)
    verdict = compute(B4, Look(scene.snapshot(facilities=(row,))), scene.campus, DEFAULTS)
    assert verdict.state is state


# A10

CENTRE = Campus(id="2133000001-01", devices=(Device(id="core", role="core"),))


def links(
    *rows: CountyLink, speeds: Mapping[str, int] | None = None, documents: tuple[Document, ...] = ()
) -> Verdict:
    """The county's verdict over these links; ports of the centre's core ran at these speeds."""
    scene = Scene(CENTRE).polled("core", (len(ROUND_THE_CLOCK), "ok"), grid=ROUND_THE_CLOCK)
    for port, mbps in (speeds or {}).items():
        scene.port("core", port, speed_mbps=mbps)
    return _county(scene, rows, documents)


def _county(scene: Scene, rows: tuple[CountyLink, ...], documents: tuple[Document, ...]) -> Verdict:
    snapshot = replace(scene.snapshot(), links=tuple(row for row in rows if row.school))
    register = Register(county="县", links=rows, documents=documents, schools=(snapshot.school,))
    view = SchoolView(school=snapshot.school, links=link_verdicts(Look(snapshot), [DEFAULTS]))
    look = CountyLook(register=register, schools=register.schools, views=(view,), agents=(), as_of=AS_OF)
    return COUNTY["county_core_10g"](look, DEFAULTS)


def read(port: str, name: str = "", **fields: str) -> CountyLink:
    return CountyLink(id=name or port, school="2133000001", device="core", port=port, **fields)  # type: ignore[arg-type]


def rented(mbps: int | None, document: str = "d") -> CountyLink:
    return CountyLink(id="rented", kind="upstream", mbps=mbps, document=document)


PAPER = Document(id="d", review="accepted")
REFUSED = replace(PAPER, review="rejected")


@pytest.mark.parametrize(
    ("verdict", "state", "reason"),
    [
        (links(read("X1"), speeds={"X1": 10_000}), State.PASS, ""),
        (links(read("X1"), read("X2"), speeds={"X1": 10_000, "X2": 40_000}), State.PASS, ""),
        (links(read("X1"), read("X2"), speeds={"X1": 10_000, "X2": 1_000}), State.FAIL, "negotiated_1000"),
        (links(read("X1"), read("X2"), speeds={"X1": 10_000}), State.UNKNOWN, "uplink_port_not_found"),
        (links(rented(10_000), documents=(PAPER,)), State.PASS, ""),
        (links(rented(1_000), documents=(PAPER,)), State.FAIL, "link_below"),
        (links(rented(None), documents=(PAPER,)), State.UNKNOWN, "speed_not_reported"),
        (links(rented(10_000)), State.UNKNOWN, "evidence_missing"),
        (
            links(rented(10_000), documents=(replace(PAPER, review="rejected"),)),
            State.UNKNOWN,
            "evidence_rejected",
        ),
        (links(read("X1"), rented(10_000), speeds={"X1": 10_000}, documents=(PAPER,)), State.PASS, ""),
        (links(), State.UNKNOWN, "links_not_declared"),
    ],
)
def test_every_link_of_the_county_runs_at_10g(verdict: Verdict, state: State, reason: str) -> None:
    assert told(verdict) == (state, reason)


def test_the_evidence_names_every_link_and_what_it_ran_at() -> None:
    verdict = links(read("X1", "到南片"), rented(10_000), speeds={"X1": 10_000}, documents=(PAPER,))
    assert [(e.level, e.subject, e.value, e.document) for e in verdict.evidence] == [
        ("E3", "到南片 port:X1", "10000", ""),
        ("E2", "rented", "10000 Mbit/s", "d"),
    ]


def test_a_link_is_judged_round_the_clock_as_the_plan_asks() -> None:
    profile = load_profile(builtin_profiles()["national-2021"])
    scene = Scene(CENTRE).polled("core", (len(WEEK), "ok"), grid=WEEK).port("core", "X1")
    snapshot = replace(scene.snapshot(), links=(read("X1"),))
    view = judge_look(Look(snapshot), profile)
    (verdict,) = view.links
    assert told(verdict) == (State.UNKNOWN, "low_coverage"), "school hours alone are a third of the week"
    register = Register(county="县", links=(read("X1"),), schools=(School(**_fields(snapshot.school)),))
    county = judge_county(register, profile, (view,), (), AS_OF)
    target = next(each for each in county.targets if each.target == "nat-county-10g")
    assert target.verdict is not None
    assert target.verdict.reason == "low_coverage"


def _fields(school: School) -> dict[str, object]:
    return {name: getattr(school, name) for name in school.__slots__}


# Properties


@given(st.lists(st.sampled_from([10_000, 1_000, None]), max_size=6), st.integers(0, 100))
@settings(max_examples=60, deadline=None)
def test_the_bounds_hold_and_unknown_is_never_a_pass(speeds: list[int | None], percent: int) -> None:
    verdict = judge(B1, buildings(*speeds), unit_ratio=percent / 100)
    if not speeds:
        assert verdict.state is State.UNKNOWN
        return
    assert verdict.low_bp is not None
    assert verdict.high_bp is not None
    assert verdict.low_bp <= verdict.high_bp
    good = speeds.count(10_000)
    assert (verdict.state is State.PASS) == (good * 100 >= percent * len(speeds))
