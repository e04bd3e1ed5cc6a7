"""C9, C10 and G2: IPv6 against IPv4, the school's websites, and how old the data are."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from snapshots import AS_OF, CAMPUS, INTERVAL_S, Scene

from inventory.clock import slots
from inventory.facts import FactValue
from inventory.metrics.compute import COUNTY, compute
from inventory.metrics.kinds import CountyLook
from inventory.metrics.look import Look
from inventory.metrics.params import Params, ParamValue
from inventory.papers import Website
from inventory.register import Calendar, Campus, Register, School
from inventory.snapshot import AgentSeen, Span
from inventory.verdict import State, Verdict

C9, C10, G2 = "ipv6_v4_parity", "ipv6_website_support", "data_freshness_p95"
AGENT = f"agent@{CAMPUS.id}"
WEEK = list(slots("7d", "always", AS_OF, INTERVAL_S, Calendar()))
HOUR = 3600 // INTERVAL_S


def told(verdict: Verdict) -> tuple[State, str]:
    return verdict.state, verdict.reason


def at_work(polls: int = len(WEEK)) -> Scene:
    return Scene().polled(AGENT, (polls, "ok"), grid=WEEK)


# C9


def compared(
    ms4: FactValue = 10.0,
    ms6: FactValue = 10.0,
    loss4: float = 0.0,
    loss6: float = 0.0,
    *,
    name: str = "a",
    scene: Scene | None = None,
) -> Scene:
    """A name whose two families took so long all the week."""
    scene = scene or at_work()
    facts = {"ipv4_ms": ms4, "ipv6_ms": ms6, "ipv4_loss": loss4, "ipv6_loss": loss6, "ok": True}
    for key, value in facts.items():
        scene.fact(AGENT, f"probe:parity:{name}:both", key, value)
    return scene


@pytest.mark.parametrize(
    ("scene", "params", "state", "reason", "value"),
    [
        (compared(), {}, State.PASS, "", 0.0),
        (compared(ms6=17.0), {}, State.PASS, "", 0.7),
        (compared(ms6=17.1), {}, State.FAIL, "ipv6_slower", 0.71),
        (compared(ms6=5.0), {}, State.PASS, "", -0.5),
        (compared(ms6=17.1), {"max_ratio": 1.3}, State.PASS, "", 0.71),
        (compared(ms6=17.1), {"max_extra_ms": 6}, State.PASS, "", 0.71),
        (compared(loss6=0.01), {}, State.PASS, "", 0.0),
        (compared(loss6=0.02), {}, State.FAIL, "ipv6_slower", 0.0),
        (compared(loss4=0.05, loss6=0.06), {}, State.PASS, "", 0.0),
        (compared(loss6=0.02), {"max_extra_loss": 0.05}, State.PASS, "", 0.0),
        (compared(ms6=None), {}, State.UNKNOWN, "no_data", None),
        (at_work(), {}, State.UNKNOWN, "no_probe", None),
    ],
)
def test_ipv6_is_as_good_as_ipv4_within_a_fifth_and_five_milliseconds(
    scene: Scene, params: dict[str, ParamValue], state: State, reason: str, value: float | None
) -> None:
    verdict = compute(C9, Look(scene.snapshot()), scene.campus, Params({"required": True, **params}))
    assert (*told(verdict), verdict.value) == (state, reason, value)


def test_without_a_plan_that_asks_it_is_for_information() -> None:
    verdict = compute(C9, Look(compared(ms6=50.0).snapshot()), CAMPUS, Params({}))
    assert (*told(verdict), verdict.value) == (State.NA, "info_only", 4.0)


def test_the_middle_of_all_names_decides() -> None:
    scene = compared(10.0, 200.0, name="a")
    compared(10.0, 11.0, name="b", scene=scene)
    compared(10.0, 12.0, name="c", scene=scene)
    verdict = compute(C9, Look(scene.snapshot()), CAMPUS, Params({"required": True}))
    assert (told(verdict), verdict.value) == ((State.PASS, ""), 0.2)
    assert len(verdict.evidence) == 3


def test_half_of_the_comparisons_have_to_be_there() -> None:
    scene = compared()
    keys = ("ipv4_ms", "ipv6_ms", "ipv4_loss", "ipv6_loss")
    for key in keys:
        scene.facts[AGENT, "probe:parity:a:both", key] = (Span(WEEK[len(WEEK) * 3 // 5], None, 10.0),)
    assert compute(C9, Look(scene.snapshot()), CAMPUS, Params({"required": True})).reason == "too_few_samples"


# C10


SITE = Website(host="www.school.edu.cn", name="school")
GOOD: dict[str, FactValue] = {
    "aaaa_global": 1,
    "ipv6_status": 200,
    "links2_share": 0.95,
    "links3_share": 0.85,
    "complete": 1,
    "similarity": 0.97,
    "zones_ok": 1,
}


def crawled(
    scene: Scene | None = None, *, name: str = "school", days_ago: float = 3, **facts: FactValue
) -> Scene:
    scene = scene or at_work()
    at = datetime.fromtimestamp(AS_OF - days_ago * 86400, UTC).isoformat().replace("+00:00", "Z")
    for key, value in {**GOOD, "tested_at": at, **facts}.items():
        scene.fact(AGENT, f"probe:crawl:{name}:ipv6", key, value)
    scene.fact(AGENT, f"probe:http:{name}:ipv6", "ok", True)
    return scene


def sites(scene: Scene, *rows: Website, **params: ParamValue) -> Verdict:
    return compute(C10, Look(scene.snapshot(websites=rows or (SITE,))), scene.campus, Params(params))


@pytest.mark.parametrize(
    ("facts", "params", "state", "reason"),
    [
        ({}, {}, State.PASS, ""),
        ({"links2_share": 0.9, "links3_share": 0.8}, {}, State.PASS, ""),
        ({"links2_share": 0.89}, {}, State.FAIL, "website_without_ipv6"),
        ({"links3_share": 0.79}, {}, State.FAIL, "website_without_ipv6"),
        ({"links2_share": 0.89}, {"second_level": 0.8}, State.PASS, ""),
        ({"links3_share": 0.79}, {"third_level": 0.7}, State.PASS, ""),
        ({"links2_share": None, "links3_share": None}, {}, State.PASS, ""),
        ({"aaaa_global": 0}, {}, State.FAIL, "website_without_ipv6"),
        ({"aaaa_global": None}, {}, State.FAIL, "website_without_ipv6"),
        ({"ipv6_status": 301}, {}, State.PASS, ""),
        ({"ipv6_status": 404}, {}, State.FAIL, "website_without_ipv6"),
        ({"ipv6_status": None}, {}, State.FAIL, "website_without_ipv6"),
        ({"complete": 0}, {}, State.UNKNOWN, "no_crawl"),
        ({"complete": 0, "links2_share": 0.1}, {}, State.FAIL, "website_without_ipv6"),
        ({"similarity": 0.2, "zones_ok": 0, "zones_without_ipv6": "edu.cn"}, {}, State.PASS, ""),
    ],
)
def test_a_site_answers_over_ipv6_and_so_do_its_links(
    facts: dict[str, FactValue], params: dict[str, ParamValue], state: State, reason: str
) -> None:
    assert told(sites(crawled(**facts), **params)) == (state, reason)


@pytest.mark.parametrize(
    ("failing_hours", "known_hours", "state", "reason"),
    [
        (8, 168, State.PASS, ""),
        (9, 168, State.FAIL, "website_without_ipv6"),
        (0, 24, State.PASS, ""),
        (0, 23, State.UNKNOWN, "too_few_samples"),
    ],
)
def test_the_home_page_answers_in_95_of_100_dial_tests(
    failing_hours: int, known_hours: int, state: State, reason: str
) -> None:
    scene = crawled()
    start, good = WEEK[-known_hours * HOUR], WEEK[-failing_hours * HOUR] if failing_hours else None
    spans = [Span(start, good, True)] + ([Span(good, None, False)] if good else [])
    scene.facts[AGENT, "probe:http:school:ipv6", "ok"] = tuple(spans)
    assert told(sites(scene)) == (state, reason)


def test_no_crawl_and_an_old_crawl_tell_nothing() -> None:
    assert told(sites(at_work())) == (State.UNKNOWN, "no_crawl")
    assert told(sites(crawled(days_ago=15))) == (State.UNKNOWN, "no_crawl")
    assert told(sites(crawled(days_ago=15), stale_after="30d")) == (State.PASS, "")


def test_a_school_without_a_site_need_not_have_one() -> None:
    verdict = compute(C10, Look(at_work().snapshot()), CAMPUS, Params({}))
    assert told(verdict) == (State.NA, "no_websites")


def test_every_site_counts_by_name_or_host() -> None:
    scene = crawled(name="www.second.edu.cn")
    second = Website(host="www.second.edu.cn")
    verdict = sites(scene, SITE, second)
    assert told(verdict) == (State.UNKNOWN, "no_crawl")
    assert verdict.units is not None
    assert (verdict.units.p, verdict.units.u) == (1, 1)
    assert told(sites(scene, SITE, second, unit_ratio=0.5)) == (State.PASS, "")


def test_the_evidence_names_what_the_crawl_found() -> None:
    (found,) = sites(crawled(private_links="http://10.0.0.1/")).evidence
    assert (found.device, found.subject) == (AGENT, "www.school.edu.cn")
    for part in ("AAAA 1", "HTTP 200", "dial ok", "links2 95 %", "links3 85 %", "private: http://10.0.0.1/"):
        assert part in found.value


# G2


def school(n: int) -> School:
    campus = Campus(id=f"c{n}")
    return School(id=f"21330000{n:02d}", name="", kind="primary", stages=("primary",), campuses=(campus,))


def county(*minutes_old: float | None, as_of: float = AS_OF, **params: ParamValue) -> Verdict:
    """A campus for each; its newest poll is so old, or it never sent any."""
    schools = tuple(school(n) for n in range(len(minutes_old)))
    agents = tuple(
        AgentSeen(agent=f"c{n}", campus=f"c{n}", newest_slot=int(as_of - age * 60))
        for n, age in enumerate(minutes_old)
        if age is not None
    )
    register = Register(county="县", poll_interval_s=INTERVAL_S, schools=schools)
    look = CountyLook(register=register, schools=schools, views=(), agents=agents, as_of=as_of)
    return COUNTY[G2](look, Params(params))


IN_SCHOOL = datetime(2026, 9, 18, 3, 0, tzinfo=UTC).timestamp()
"""Friday, 11:00 in Shanghai."""


@pytest.mark.parametrize(
    ("ages", "params", "state", "reason", "value"),
    [
        ((5.0, 10.0), {}, State.PASS, "", 10.0),
        ((5.0, 30.0), {}, State.PASS, "", 30.0),
        ((5.0, 31.0), {}, State.FAIL, "data_old", 31.0),
        ((5.0, 31.0), {"limit_minutes": 60}, State.PASS, "", 31.0),
        ((*[5.0] * 19, 500.0), {}, State.PASS, "", 5.0),
        ((*[5.0] * 18, 500.0), {}, State.FAIL, "data_old", 500.0),
        ((*[5.0] * 19, None), {}, State.PASS, "", 5.0),
        ((5.0, None), {}, State.FAIL, "data_old", None),
        ((None,), {}, State.FAIL, "data_old", None),
        ((), {}, State.UNKNOWN, "register_empty", None),
    ],
)
def test_the_data_are_at_most_half_an_hour_old_at_the_95th_percentile(
    ages: tuple[float | None, ...],
    params: dict[str, ParamValue],
    state: State,
    reason: str,
    value: float | None,
) -> None:
    verdict = county(*ages, as_of=IN_SCHOOL, **params)
    assert (*told(verdict), verdict.value) == (state, reason, value)


def test_at_night_the_data_are_as_old_as_when_school_ended() -> None:
    """20:00 in Shanghai: school ended at 17:30, two and a half hours ago."""
    assert county(150.0).value == 0.0
    assert county(180.0).state is State.PASS
    assert county(181.0 + 2).state is State.FAIL


def test_two_agents_of_a_campus_tell_as_the_newer_one() -> None:
    only = school(0)
    agents = tuple(
        AgentSeen(agent=f"a{n}", campus="c0", newest_slot=int(IN_SCHOOL - n * 6000)) for n in (1, 0)
    )
    register = Register(county="县", poll_interval_s=INTERVAL_S, schools=(only,))
    look = CountyLook(register=register, schools=(only,), views=(), agents=agents, as_of=IN_SCHOOL)
    assert COUNTY[G2](look, Params({})).value == 0.0


# Properties


@given(st.floats(1, 100), st.floats(0, 300))
@settings(max_examples=60, deadline=None)
def test_the_rule_of_parity_is_the_card_s(ms4: float, ms6: float) -> None:
    scene = compared(ms4, ms6)
    verdict = compute(C9, Look(scene.snapshot()), CAMPUS, Params({"required": True}))
    assert (verdict.state is State.PASS) == (ms6 <= 1.2 * ms4 + 5)


@given(st.lists(st.none() | st.floats(0, 100), min_size=1, max_size=30))
@settings(max_examples=60)
def test_older_data_never_turn_a_fail_into_a_pass(ages: list[float | None]) -> None:
    older = [None if age is None else age + 10 for age in ages]
    order = [State.FAIL, State.PASS]
    now, later = (order.index(county(*each, as_of=IN_SCHOOL).state) for each in (ages, older))
    assert later <= now
