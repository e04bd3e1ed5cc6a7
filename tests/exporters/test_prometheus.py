from __future__ import annotations

import math
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import views
from msgspec.structs import replace as revised
from prometheus_client.parser import text_string_to_metric_families

from exporters.exposition import Family, Writer, render
from exporters.families import FAMILIES
from exporters.prometheus import county_page
from exporters.samples import base
from inventory.verdict import CountyView, State, Verdict

Series = dict[tuple[str, frozenset[tuple[str, str]]], float]
ROOT = Path(__file__).resolve().parents[2]


def read_back(page: bytes) -> Series:
    families = list(text_string_to_metric_families(page.decode()))
    assert len({family.name for family in families}) == len(families), "a family came in two pieces"
    found: Series = {}
    for family in families:
        for sample in family.samples:
            key = (sample.name, frozenset(sample.labels.items()))
            assert key not in found, f"series twice: {key}"
            found[key] = sample.value
    return found


def page_of(view: CountyView) -> Series:
    return read_back(county_page(view, rendered_at=views.AS_OF + 3))


def one(page: Series, name: str, **labels: str) -> float | None:
    return page.get(("wanzhao_" + name, frozenset(labels.items())))


def of(page: Series, name: str) -> list[dict[str, str]]:
    return [dict(labels) for found, labels in page if found == "wanzhao_" + name]


def leaves(verdict: Verdict) -> Iterator[Verdict]:
    yield verdict
    for leg in verdict.legs:
        yield from leaves(leg)


def test_every_school_target_state_reads_back_as_in_the_view() -> None:
    view = views.view()

    states = of(page_of(view), "school_target_state")

    expected = {(v.target, s.school.id, v.state.value) for s in view.schools for v in s.verdicts}
    assert {(s["target"], s["school"], s["state"]) for s in states} == expected


def test_every_campus_verdict_and_leg_reads_back_with_its_state_and_value() -> None:
    view = views.view()
    page = page_of(view)

    wanted = [
        (rolled.target, verdict)
        for school in view.schools
        for rolled in school.verdicts
        for campus in rolled.campuses
        for verdict in leaves(campus)
    ]

    assert len(of(page, "campus_metric_state")) == len(wanted)
    for target, verdict in wanted:
        school = verdict.subject.partition("-")[0]
        labels = {"target": target, "metric": verdict.metric, "school": school, "campus": verdict.subject}
        assert one(page, "campus_metric_state", **labels, state=verdict.state.value) == 1.0
        factor = {"Mbit/s": 1e6, "ratio": 1.0, "": 1.0}[verdict.unit]
        value = None if verdict.value is None else pytest.approx(verdict.value * factor)
        assert one(page, "campus_metric_value", **labels) == value


def test_the_county_bounds_counts_goal_and_state_read_back() -> None:
    page = page_of(views.view())
    speed = {"profile": "demo", "target": views.SPEED}

    assert one(page, "county_target_ratio", **speed, bound="lower") == 0.4
    assert one(page, "county_target_ratio", **speed, bound="upper") == 0.8
    assert one(page, "county_target_goal", **speed) == 1.0
    counts = {s: one(page, "county_target_schools", **speed, state=s) for s in State}
    assert counts == {State.PASS: 2, State.FAIL: 1, State.UNKNOWN: 2, State.NA: 1}
    states = {
        s: one(page, "county_target_state", **speed, state=s)
        for s in ("met", "not_met", "undetermined", "report")
    }
    assert states == {"met": 0, "not_met": 1, "undetermined": 0, "report": 0}


def silent_for(seconds: float) -> CountyView:
    """The county whose first school's agent was last heard so long ago."""
    view = views.view()
    first = view.schools[0]
    line = revised(first.campuses[0], last_report=views.AS_OF - seconds)
    return replace(view, schools=(revised(first, campuses=(line,)), *view.schools[1:]))


def test_figures_of_now_leave_the_page_when_the_agent_is_silent_and_its_age_stays() -> None:
    where = {"school": "2133990001", "campus": "2133990001-01"}

    fresh, old = page_of(silent_for(899)), page_of(silent_for(901))

    assert one(fresh, "campus_link_speed", **where, link="port") == 1e10
    assert one(fresh, "campus_aps_online", **where) == 12
    assert one(fresh, "campus_optics_margin_db", **where) == 4.5
    assert one(fresh, "campus_ipv6", **where, step="address") == 1
    assert one(fresh, "campus_ipv6", **where, step="default_route") == 0
    assert one(fresh, "campus_devices", **where, role="access", state="silent") == 1
    for name in ("campus_aps_online", "campus_optics_margin_db"):
        assert one(old, name, **where) is None
    assert one(old, "campus_link_speed", **where, link="port") is None
    assert not [labels for labels in of(old, "campus_devices") if labels["school"] == "2133990001"]
    assert one(old, "campus_link_speed", **where, link="contract") == 1e9
    assert one(old, "agent_last_report_timestamp_seconds", **where) == views.AS_OF - 901
    assert (
        one(
            old,
            "campus_metric_state",
            target=views.SPEED,
            metric="access_port_speed_10g",
            school="2133990001",
            campus="2133990001-01",
            state="pass",
        )
        == 1
    )  # a verdict stands until it is judged anew


def test_an_agent_that_polls_once_an_hour_is_live_for_three_hours() -> None:
    view = silent_for(3 * 3600)
    first = view.schools[0]
    line = revised(first.campuses[0], poll_interval_s=3600)
    view = replace(view, schools=(revised(first, campuses=(line,)), *view.schools[1:]))

    found = one(page_of(view), "campus_aps_online", school="2133990001", campus="2133990001-01")

    assert found == 12


def test_a_page_of_targets_has_no_legs_and_the_same_states() -> None:
    view = views.view()
    every, short = (
        read_back(county_page(view, rendered_at=0.0, detail=detail)) for detail in ("all", "targets")
    )

    assert short.items() < every.items()
    assert {labels["metric"] for labels in of(every, "campus_metric_state")} > {
        labels["metric"] for labels in of(short, "campus_metric_state")
    }
    assert of(short, "school_target_state") == of(every, "school_target_state")
    assert not of(short, "campus_metric_coverage_ratio")


def test_what_papers_and_agents_say_reads_back() -> None:
    page = page_of(views.view())
    agent = {"school": "2133990001", "campus": "2133990001-01", "agent": "2133990001-01"}

    ends = one(page, "school_paper_expiry_timestamp_seconds", school="2133990001", kind="contract")
    assert ends == 1_767_196_800  # the midnight that ends 2025-12-31 in Shanghai
    assert one(page, "agent_info", **agent, version="0.1.0") == 1
    assert one(page, "agent_clock_offset_seconds", **agent) == 0.25
    assert one(page, "agent_missing_batches", **agent) == 3
    assert one(page, "county_baselines", profile="demo") == 2
    assert one(page, "profile_first_used_timestamp_seconds", profile="demo", version="1") is not None


def test_a_writer_that_is_used_again_writes_what_a_new_one_would() -> None:
    writer = Writer()
    for schools in (40, 40, 7, 60):
        view = views.many(schools)
        again = county_page(view, rendered_at=1.0, writer=writer)
        assert again == county_page(view, rendered_at=1.0)


def test_a_writer_lets_labels_go_that_are_gone() -> None:
    writer, family = Writer(), Family("wanzhao_x", ("school",), "X.")
    for n in range(5):
        writer.write([(family, [((f"{n}-{school}",), 1.0) for school in range(20_000)])])

    assert len(writer._blocks[("school",)]) <= 60_000
    assert len(writer._escapes) <= 100_000


def test_a_due_day_ends_at_midnight_of_the_county_not_of_utc() -> None:
    due = one(
        page_of(views.view()), "county_target_due_timestamp_seconds", profile="demo", target=views.SPEED
    )

    assert due == 1_767_196_800  # 2025-12-31T16:00:00Z, 2026-01-01 00:00 in Shanghai


def test_what_is_not_known_has_no_value_series_but_an_unknown_state() -> None:
    page = page_of(views.view())
    silent = {
        "target": views.SPEED,
        "metric": "access_port_speed_10g",
        "school": "2133990003",
        "campus": "2133990003-01",
    }

    assert one(page, "campus_metric_value", **silent) is None
    assert one(page, "campus_metric_state", **silent, state="unknown") == 1.0
    assert one(page, "campus_metric_coverage_ratio", **silent) == 0.0
    campus = {"school": "2133990003", "campus": "2133990003-01"}
    assert one(page, "campus_aps_online", **campus) is None
    assert one(page, "campus_link_speed", **campus, link="port") is None


def test_the_last_value_of_a_stale_verdict_is_not_a_current_figure() -> None:
    view = views.view()
    school = view.schools[0]
    stale = revised(school.verdicts[0].campuses[0].legs[0], state=State.UNKNOWN, reason="stale")
    rolled = revised(school.verdicts[0], state=State.UNKNOWN, campuses=(stale,))
    view = replace(view, schools=(revised(school, verdicts=(rolled,)),))

    assert of(page_of(view), "campus_metric_value") == []


def test_a_metric_that_is_a_leg_twice_makes_one_series() -> None:
    view = views.view()
    school = view.schools[0]
    verdict = school.verdicts[0].campuses[0]
    twice = revised(verdict, legs=(*verdict.legs, *verdict.legs))
    rolled = revised(school.verdicts[0], campuses=(twice,))
    view = replace(view, schools=(revised(school, verdicts=(rolled,)),))

    assert len(of(page_of(view), "campus_metric_state")) == 2


@pytest.mark.parametrize(
    ("campus", "up", "last"),
    [
        ("2133990001-01", 1.0, views.AS_OF - 60),
        ("3133990004-02", 0.0, views.AS_OF - 7200),
        ("2133990003-01", 0.0, None),
    ],
)
def test_an_agent_is_up_when_its_last_report_is_fresh(campus: str, up: float, last: float | None) -> None:
    page = page_of(views.view())
    labels = {"school": campus[:10], "campus": campus}

    assert one(page, "agent_up", **labels) == up
    assert one(page, "agent_last_report_timestamp_seconds", **labels) == last


def test_the_caller_says_how_old_a_fresh_report_may_be() -> None:
    page = read_back(county_page(views.view(), rendered_at=views.AS_OF, fresh_s=30.0))

    assert one(page, "agent_up", school="2133990001", campus="2133990001-01") == 0.0


def test_hostile_names_read_back_letter_by_letter() -> None:
    names = {info["school"]: info["name"] for info in of(page_of(views.view()), "school_info")}

    assert names["2133990002"] == views.HOSTILE
    assert names["2133990003"] == views.HOSTILE_CELL


def test_names_stand_in_info_metrics_only() -> None:
    series = page_of(views.view())

    loud = {
        name for name, labels in series for _, value in labels if value in {views.HOSTILE, views.HOSTILE_CELL}
    }
    assert loud == {"wanzhao_school_info"}


def test_samples_carry_no_timestamp() -> None:
    page = county_page(views.view(), rendered_at=views.AS_OF).decode()

    for family in text_string_to_metric_families(page):
        assert all(sample.timestamp is None for sample in family.samples)


@pytest.mark.parametrize(
    ("value", "text"),
    [(math.nan, "NaN"), (math.inf, "+Inf"), (-math.inf, "-Inf"), (1e300, "1e+300"), (0.1, "0.1")],
)
def test_numbers_are_written_as_the_format_spells_them(value: float, text: str) -> None:
    plain, labelled = Family("x", (), "x"), Family("y", ("a",), "y")

    page = render([(plain, [((), value)]), (labelled, [(("b",), value)])]).decode()

    assert f"\nx {text}\n" in page
    assert f'\ny{{a="b"}} {text}\n' in page


def test_a_lone_surrogate_in_a_name_does_not_lose_the_page() -> None:
    page = render([(Family("x", ("a",), "x"), [(("\ud800校",), 1.0)])])

    assert "校" in page.decode()


def test_an_empty_county_still_gives_its_time() -> None:
    view = replace(views.view(), texts=(), targets=(), schools=(), quality=())

    assert one(page_of(view), "snapshot_timestamp_seconds") == views.AS_OF


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [(10000, "Mbit/s", 1e10), (60.0, "percent", 0.6), (95, "percent", 0.95), (3, "schools", 3.0)],
)
def test_units_become_base_units(value: float, unit: str, expected: float) -> None:
    assert base(value, unit) == expected


def test_every_metric_is_described_in_docs_metrics_md() -> None:
    text = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    page = text.partition("\n## 接入")[0]  # what follows is about scraping and the process itself
    rows = re.findall(r"^\| `(wanzhao_\w+)` \| ([^|]*) \|", page, re.MULTILINE)

    documented = [(name, tuple(re.findall(r"`(\w+)`", labels))) for name, labels in rows]

    assert documented == [(family.name, family.labels) for family, _ in FAMILIES]


@pytest.mark.prometheus
@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed (package prometheus)")
def test_promtool_has_nothing_to_say_about_the_page() -> None:
    page = county_page(views.view(), rendered_at=views.AS_OF)

    done = subprocess.run(["promtool", "check", "metrics"], input=page, capture_output=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


@pytest.mark.prometheus
@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed (package prometheus)")
def test_the_queries_of_the_manual_are_valid(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    block = re.search(r"```promql\n(.*?)```", text, re.DOTALL)
    assert block
    queries = [q for part in block[1].split("\n\n") if (q := re.sub(r"#.*\n", "", part).strip())]
    rules = ["groups:", "- name: manual", "  rules:"]
    for n, query in enumerate(queries):
        rules += [f"  - record: manual:query{n}", "    expr: |-"]
        rules += [f"      {line}" for line in query.splitlines()]
    path = tmp_path / "rules.yml"
    path.write_text("\n".join(rules) + "\n", encoding="utf-8")

    done = subprocess.run(["promtool", "check", "rules", path], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert f"{len(queries)} rules found" in done.stdout
