"""D7: whether the wireless network is managed, and its controller is well."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from snapshots import AS_OF, CAMPUS, GATEWAY, INTERVAL_S, LONG_AGO, Scene

from inventory.clock import slots
from inventory.facts import FactValue
from inventory.metrics.compute import compute
from inventory.metrics.look import Look
from inventory.metrics.params import DEFAULTS, Params, ParamValue, param_fault
from inventory.reading import Outcome
from inventory.register import Calendar, Campus, Device, Maintenance
from inventory.snapshot import Span
from inventory.verdict import PollCounts, State, Verdict

D7 = "wifi_controller_health"
AC = Device(id="ac", role="wlan_controller")
DAYS = list(slots("7d", "always", AS_OF, INTERVAL_S, Calendar()))
"""2,016 polls: seven whole days."""
CPU = ("ac", "sensor:slot 0", "cpu_percent")


def aps(n: int, controller: str = "ac") -> tuple[Device, ...]:
    return tuple(Device(id=f"{controller}ap{i}", role="ap", controller=controller) for i in range(n))


def scene(*runs: tuple[int, Outcome], licensed: FactValue = 32, n: int = 20, cpu: float = 35) -> Scene:
    """A controller of 20 access points with 32 licences, whose processor is read four times an hour."""
    made = Scene(replace(CAMPUS, devices=(GATEWAY, AC, *aps(n))))
    made.polled("ac", *(runs or ((2016, "ok"),)), grid=DAYS).polled("gw", (2016, "ok"), grid=DAYS)
    if licensed is not None:
        made.fact("ac", "", "aps_licensed", licensed)
    made.samples[CPU] = [(slot, cpu) for slot in DAYS[::3]]
    return made


def judge(made: Scene, campus: Campus | None = None, **values: ParamValue) -> Verdict:
    params = Params(values) if values else DEFAULTS
    return compute(D7, Look(made.snapshot()), campus or made.campus, params)


def test_a_controller_that_answers_is_idle_and_licensed_passes() -> None:
    verdict = judge(scene())

    assert (verdict.state, verdict.value, verdict.threshold) == (State.PASS, 1.0, 0.99)
    assert verdict.polls == PollCounts(a=2016, d=0, m=0)
    assert verdict.thr_bp == 9900
    assert [(e.what, e.value) for e in verdict.evidence] == [
        ("sysUpTime", ""),
        ("cpu_percent", "35 %"),
        ("aps_licensed", "32/20"),
    ]


@pytest.mark.parametrize(("down", "state"), [(20, State.PASS), (21, State.FAIL), (2016, State.FAIL)])
def test_a_controller_may_be_down_for_a_hundredth_of_the_week(down: int, state: State) -> None:
    verdict = judge(scene((2016 - down, "ok"), (down, "down")))

    assert verdict.state is state
    assert verdict.reason == ("device_down" if state is State.FAIL else "")


def test_nights_and_weekends_count() -> None:
    saturday = next(at for at, slot in enumerate(DAYS) if (slot + 8 * 3600) // 86400 % 7 == 2)
    made = scene((saturday, "ok"), (40, "down"), (2016 - saturday - 40, "ok"))

    assert judge(made).state is State.FAIL
    assert judge(made, clock="school").state is State.PASS


@pytest.mark.parametrize(
    ("licensed", "state", "reason"),
    [
        (20, State.PASS, ""),
        (19, State.FAIL, "controller_unhealthy"),
        (0, State.FAIL, "controller_unhealthy"),
        (None, State.UNKNOWN, "not_supported_by_device"),
    ],
)
def test_there_have_to_be_licences_for_the_access_points_in_service(
    licensed: FactValue, state: State, reason: str
) -> None:
    verdict = judge(scene(licensed=licensed))

    assert (verdict.state, verdict.reason) == (state, reason)


def test_a_spare_access_point_needs_no_licence() -> None:
    made = scene(licensed=20)
    spare = Device(id="spare", role="ap", status="spare", controller="ac")
    made.campus = replace(made.campus, devices=(*made.campus.devices, spare))

    assert judge(made).state is State.PASS


def test_access_points_of_the_schools_other_campus_need_licences_too() -> None:
    made = scene(licensed=20)
    other = replace(CAMPUS, id="2133000001-02", devices=(Device(id="far", role="ap", controller="ac"),))
    snapshot = made.snapshot()
    both = replace(snapshot, school=replace(snapshot.school, campuses=(made.campus, other)))

    for campus in (made.campus, other):
        assert compute(D7, Look(both), campus, DEFAULTS).reason == "controller_unhealthy"


@pytest.mark.parametrize(("cpu", "state"), [(79.9, State.PASS), (80, State.FAIL), (100, State.FAIL)])
def test_a_processor_has_to_be_below_four_fifths(cpu: float, state: State) -> None:
    verdict = judge(scene(cpu=cpu))

    assert verdict.state is state
    assert verdict.reason == ("controller_unhealthy" if state is State.FAIL else "")


def test_the_busiest_processor_counts_for_as_long_as_its_reading_stands() -> None:
    made = scene()
    made.samples["ac", "sensor:slot 1", "cpu_percent"] = [
        (slot, 95 if 100 <= at < 108 else 10) for at, slot in enumerate(DAYS[::3])
    ]

    verdict = judge(made)

    assert verdict.polls == PollCounts(a=2016 - 24, d=24, m=0)
    assert verdict.state is State.FAIL


def test_a_reading_of_a_processor_stands_for_an_hour_and_no_longer() -> None:
    made = scene()
    made.samples[CPU] = [(slot, 35) for slot in DAYS[:1008]]

    verdict = judge(made)

    assert verdict.polls == PollCounts(a=1008 + 11, d=0, m=2016 - 1008 - 11)
    assert (verdict.state, verdict.reason) == (State.UNKNOWN, "too_few_samples")


def test_a_controller_that_never_tells_of_its_processor_is_unknown() -> None:
    made = scene()
    made.samples.clear()

    assert (judge(made).state, judge(made).reason) == (State.UNKNOWN, "not_supported_by_device")


def test_a_county_may_leave_out_what_a_maker_does_not_tell() -> None:
    made = scene(licensed=None)

    assert judge(made, legs=("cpu",)).state is State.PASS
    assert judge(made, legs=("cpu", "licences")).state is State.UNKNOWN
    assert param_fault(D7, "legs", "legs", ("standby", "cpu")) == ""
    assert param_fault(D7, "legs", "legs", ("fans",)) != ""


def paired(*, declared: bool = True) -> Scene:
    made = scene()
    devices = (GATEWAY, replace(AC, standby=declared), *aps(20))
    made.campus = replace(made.campus, devices=devices)
    return made


@pytest.mark.parametrize(
    ("told", "state", "reason"),
    [
        ("ready", State.PASS, ""),
        ("not_ready", State.FAIL, "standby_not_ready"),
        ("absent", State.FAIL, "standby_not_ready"),
        (None, State.UNKNOWN, "not_supported_by_device"),
    ],
)
def test_a_standby_that_is_declared_has_to_be_ready(told: FactValue, state: State, reason: str) -> None:
    verdict = judge(paired().fact("ac", "", "standby", told))

    assert (verdict.state, verdict.reason) == (state, reason)
    assert [(e.what, e.value) for e in verdict.evidence][-1][0] == "standby"


@pytest.mark.parametrize("told", ["ready", "not_ready", "absent", None])
def test_nobody_asks_for_a_standby_that_is_not_declared(told: FactValue) -> None:
    assert judge(paired(declared=False).fact("ac", "", "standby", told)).state is State.PASS


def test_a_standby_that_was_lost_for_two_polls_in_a_hundred_is_too_much() -> None:
    made = paired()
    lost = DAYS[1976]
    made.facts["ac", "", "standby"] = (Span(DAYS[0], lost, "ready"), Span(lost, None, "not_ready"))
    verdict = judge(made)

    assert (verdict.state, verdict.polls) == (State.FAIL, PollCounts(a=1976, d=40, m=0))


def test_a_county_may_leave_the_standby_out() -> None:
    assert judge(paired(), legs=("cpu", "licences")).state is State.PASS


def test_a_controller_that_nobody_reads_is_unknown() -> None:
    made = scene()
    made.polls.pop("ac")
    made.samples.clear()

    verdict = judge(made)

    assert (verdict.state, verdict.reason, verdict.level) == (State.UNKNOWN, "controller_unreadable", "E0")


def test_half_a_week_without_polls_decides_nothing() -> None:
    verdict = judge(scene((1008, "ok")))

    assert (verdict.state, verdict.reason) == (State.UNKNOWN, "low_coverage")


def test_every_controller_of_a_campus_has_to_be_well() -> None:
    made = scene()
    made.campus = replace(
        made.campus, devices=(*made.campus.devices, Device(id="ac2", role="wlan_controller"))
    )
    made.polled("ac2", (1000, "ok"), (1016, "down"), grid=DAYS).fact("ac2", "", "aps_licensed", 0)
    made.samples["ac2", "sensor:cpu", "cpu_percent"] = [(slot, 5) for slot in DAYS]

    verdict = judge(made)

    assert (verdict.state, verdict.reason) == (State.FAIL, "device_down")
    assert verdict.polls == PollCounts(a=1000, d=1016, m=0)


def test_announced_work_at_the_controller_does_not_count() -> None:
    made = scene((1916, "ok"), (100, "down"))
    work = Maintenance(start=DAYS[1916], end=DAYS[-1] + INTERVAL_S, device="ac")
    made.campus = replace(made.campus, maintenance=(work,))

    assert judge(made).polls == PollCounts(a=1916, d=0, m=0)


@pytest.mark.parametrize(
    ("n", "state", "reason"),
    [
        (0, State.UNKNOWN, "ap_register_empty"),
        (1, State.NA, "no_controller_needed"),
        (5, State.NA, "no_controller_needed"),
        (6, State.FAIL, "unmanaged_wifi"),
    ],
)
def test_more_than_five_access_points_need_a_controller(n: int, state: State, reason: str) -> None:
    made = Scene(replace(CAMPUS, devices=(GATEWAY, *aps(n, controller=""))))

    assert (judge(made).state, judge(made).reason) == (state, reason)


def test_a_county_may_allow_more_access_points_without_a_controller() -> None:
    made = Scene(replace(CAMPUS, devices=(GATEWAY, *aps(8, controller=""))))

    assert judge(made, max_unmanaged_aps=8).state is State.NA


def test_a_retired_controller_manages_nothing() -> None:
    made = scene()
    retired = replace(AC, status="retired")
    made.campus = replace(made.campus, devices=(GATEWAY, retired, *aps(6, controller="")))

    assert judge(made).reason == "unmanaged_wifi"


def test_licences_that_ran_out_show_from_that_day_on() -> None:
    made = scene()
    made.facts["ac", "", "aps_licensed"] = (Span(LONG_AGO, DAYS[1900], 32), Span(DAYS[1900], None, 8))

    assert judge(made).polls == PollCounts(a=1900, d=116, m=0)


PARTS = st.tuples(st.integers(0, 2016), st.integers(0, 2016), st.sampled_from([None, 8, 20, 32]))


@given(PARTS, st.sampled_from([None, 10.0, 80.0]))
@settings(max_examples=40, deadline=None)
def test_what_is_not_known_of_a_controller_never_helps_it_to_pass(
    row: tuple[int, int, int | None], cpu: float | None
) -> None:
    ok, down, licensed = row[0], min(row[1], 2016 - row[0]), row[2]
    made = scene((ok, "ok"), (down, "down"), licensed=licensed, cpu=cpu or 0)
    if cpu is None:
        made.samples.clear()

    verdict = judge(made)

    assert verdict.polls is not None
    counts = verdict.polls
    assert counts.n == 2016
    is_well = licensed in (20, 32) and cpu == 10.0
    is_ill = licensed == 8 or cpu == 80.0
    assert counts.a == (ok if is_well else 0)
    assert counts.d == down + (ok if is_ill else 0)
    if verdict.state is State.PASS:
        assert counts.a * 100 >= 99 * (counts.a + counts.d)
        assert (counts.a + counts.d) * 10 >= 9 * 2016
    if verdict.state is State.FAIL:
        assert counts.d > 0
