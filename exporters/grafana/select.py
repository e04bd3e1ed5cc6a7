"""Pieces of PromQL that the dashboards share: selectors, names of schools, variables, annotations.

A county that has two plans has two pages, and what is not of a plan (agents, links, regressions) is on
both: every such series is taken once with ``max by``. All in a variable is ``.*``: the names of ten thousand
schools would be an expression of a hundred kilobytes.
"""

from __future__ import annotations

from exporters.grafana import words as w
from exporters.grafana.model import Text, Variable

COUNTY = 'job=~"$job", county=~"$county"'
PLAN = f'{COUNTY}, profile=~"$profile"'
SCHOOL = f'{COUNTY}, school=~"$school"'
SCHOOL_PLAN = f'{PLAN}, school=~"$school"'
CAMPUS = f'{SCHOOL}, campus=~"$campus"'

_IN_SCOPE = f'and on (campus) wanzhao_campus_info{{{COUNTY}, school=~"$school"}}'
DEVICE = 'job=~"$device_job", campus=~"$campus", instance=~"$device"'
IF = f'{DEVICE}, ifName=~"$ifName"'
AGENT = 'job=~"$agent_job", campus=~"$campus"'


def once(by: str, metric: str, selector: str, how: str = "max") -> str:
    """A metric taken once for what ``by`` names."""
    return f"{how} by ({by}) ({metric}{{{selector}}})"


def but(selector: str, **labels: str) -> str:
    """The selector with more labels."""
    return ", ".join([selector, *(f'{name}="{value}"' for name, value in labels.items())])


def named(expr: str) -> str:
    """Series of schools with the school's name."""
    return f"({expr}) * on (school) group_left (name) topk by (school) (1, wanzhao_school_info{{{COUNTY}}})"


def in_scope(expr: str) -> str:
    """Series of campuses, only of the county and the schools that are chosen."""
    return f"(({expr}) {_IN_SCOPE})"


def with_campus(expr: str) -> str:
    """Series of campuses with the campus' name; those outside the chosen county and schools are left out."""
    info = f'topk by (campus) (1, wanzhao_campus_info{{{COUNTY}, school=~"$school"}})'
    return f"({expr}) * on (campus) group_left (school, name) {info}"


def coded(metric: str, selector: str, by: str, states: tuple[str, ...]) -> str:
    """The state as a number, the first of ``states`` greatest, the last 1 (words.STATES)."""
    parts = " or ".join(
        f'({metric}{{{selector}, state="{state}"}} == 1) * {number}'
        for number, state in zip(range(len(states), 0, -1), states, strict=True)
    )
    return f"max by ({by}) ({parts})"


SCHOOL_STATES = ("pass", "unknown", "fail", "na")
TARGET_STATES = ("met", "undetermined", "not_met", "report")

JOB = Variable("job", w.JOB, "label_values(wanzhao_county_target_state, job)")
COUNTY_OF = Variable(
    "county",
    w.COUNTY,
    'query_result(count by (county, county_name) (wanzhao_school_info{job=~"$job"}))',
    # The page's own label gives the name where service discovery gave the code.
    r'/(?:^|[{,])county="(?<value>[^"]+)"(?:[\s\S]*?county_name="(?<text>[^"]+)")?/',
)
PROFILE = Variable("profile", w.PROFILE, f"label_values(wanzhao_county_target_state{{{COUNTY}}}, profile)")
_SCHOOLS = f"query_result(count by (name, school) (wanzhao_school_info{{{COUNTY}}}))"
# The order of the labels does not matter: the code is found by looking ahead.
_NAMES = r'/(?=[\s\S]*?[{,]school="(?<value>[^"]+)")[\s\S]*?[{,]name="(?<text>[^"]+)"/'
SCHOOLS = Variable("school", w.SCHOOL, _SCHOOLS, _NAMES)
ONE_SCHOOL = Variable("school", w.SCHOOL, _SCHOOLS, _NAMES, is_many=False)
CAMPUSES = Variable(
    "campus", w.CAMPUS, f'label_values(wanzhao_campus_info{{{COUNTY}, school=~"$school"}}, campus)'
)
TARGETS = Variable("target", w.TARGET, f"label_values(wanzhao_county_target_ratio{{{PLAN}}}, target)")
DEVICE_JOB = Variable("device_job", w.JOB, "label_values(ifOperStatus, job)")
DEVICES = Variable(
    "device", w.DEVICE, 'label_values(ifOperStatus{job=~"$device_job", campus=~"$campus"}, instance)'
)
IF_NAMES = Variable("ifName", w.PORT, f"label_values(ifOperStatus{{{DEVICE}}}, ifName)")
AGENT_JOB = Variable("agent_job", w.JOB, "label_values(wanzhao_agent_build_info, job)")
COLLECTOR_JOB = Variable(
    "collector_job", w.JOB, "label_values(wanzhao_collector_judged_timestamp_seconds, job)"
)


def _firing(severity: str) -> str:
    alerts = f'ALERTS{{alertstate="firing", severity="{severity}", county=~"$county|"}}'
    return f"max by (alertname, school, campus) ({alerts})"


# (name, text, query, colour, whether the value is the time, variables that it needs)
ANNOTATIONS: tuple[tuple[Text, str, str, str, bool, frozenset[str]], ...] = (
    (
        ("认定基线", "baseline accepted"),
        "{{profile}}",
        once("county, profile", "wanzhao_county_baseline_accepted_timestamp_seconds", COUNTY) + " * 1000",
        "good",
        True,
        frozenset({"job", "county"}),
    ),
    (
        ("规划换版", "plan profile changed"),
        "{{profile}} {{version}}",
        once("county, profile, version", "wanzhao_profile_first_used_timestamp_seconds", COUNTY) + " * 1000",
        "plain",
        True,
        frozenset({"job", "county"}),
    ),
    (
        ("紧急告警", "critical alerts"),
        "{{alertname}} {{school}} {{campus}}",
        _firing("critical"),
        "bad",
        False,
        frozenset({"county"}),
    ),
    (
        ("警告", "warning alerts"),
        "{{alertname}} {{school}} {{campus}}",
        _firing("warning"),
        "doubt",
        False,
        frozenset({"county"}),
    ),
)
