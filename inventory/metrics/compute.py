"""Every metric by its function, and the composites A4, C11 and D9."""

from __future__ import annotations

from msgspec.structs import replace

from inventory.metrics import (
    access,
    access_flow,
    access_service,
    classrooms,
    county_core,
    facilities,
    ipv6,
    ipv6_clients,
    ipv6_web,
    lan,
    lan_health,
    optics,
    platforms,
    probes,
    quality,
    reality,
    security,
    video,
    wireless,
    wireless_radio,
    wireless_service,
    wireless_survey,
    wireless_uplink,
)
from inventory.metrics.access import A1, A2
from inventory.metrics.access_flow import A3, tested_throughput
from inventory.metrics.catalogue import catalogue
from inventory.metrics.kinds import CampusMetrics, CountyMetrics, SchoolMetrics
from inventory.metrics.look import Look
from inventory.metrics.once import once
from inventory.metrics.params import DEFAULTS, Params
from inventory.metrics.truth import unknown
from inventory.register import Campus
from inventory.rules import composite
from inventory.verdict import State, Verdict

CAMPUS: CampusMetrics = {
    **access.CAMPUS,
    **access_flow.CAMPUS,
    **access_service.CAMPUS,
    **optics.CAMPUS,
    **lan.CAMPUS,
    **lan_health.CAMPUS,
    **ipv6.CAMPUS,
    **ipv6_clients.CAMPUS,
    **ipv6_web.CAMPUS,
    **probes.CAMPUS,
    **wireless.CAMPUS,
    **wireless_radio.CAMPUS,
    **wireless_service.CAMPUS,
    **wireless_survey.CAMPUS,
    **wireless_uplink.CAMPUS,
    **quality.CAMPUS,
    **reality.CAMPUS,
}
SCHOOL: SchoolMetrics = {
    **ipv6_web.SCHOOL,
    **facilities.SCHOOL,
    **classrooms.SCHOOL,
    **video.SCHOOL,
    **security.SCHOOL,
    **reality.SCHOOL,
}
COUNTY: CountyMetrics = {
    **county_core.COUNTY,
    **facilities.COUNTY,
    **platforms.COUNTY,
    **quality.COUNTY,
}

A4 = "access_10g_composite"
BASIS = {"port": A1, "contract": A2, "throughput": A3}
COMPOSITES: dict[str, tuple[str, tuple[str, ...]]] = {
    # metric -> the parameter that names the legs, and the legs without it
    A4: ("basis", ("port", "contract")),
    "ipv6_deployed_composite": (
        "legs",
        (
            "ipv6_wan_address",
            "ipv6_default_route",
            "ipv6_lan_prefix_coverage",
            "ipv6_active_reachability",
        ),
    ),
    "wifi_coverage_composite": ("legs", ("wifi_area_coverage", "wifi_ap_online_ratio")),
}
ADDED_LEGS = {
    # metric -> the flag that adds a leg
    "ipv6_deployed_composite": ("require_use", "ipv6_dual_stack_client_ratio"),
    "wifi_coverage_composite": ("require_survey", "wifi_signal_survey"),
}


def compute(metric: str, look: Look, campus: Campus, params: Params) -> Verdict:
    """One metric of one campus; a metric of schools is the same at each of their campuses. What the target
    wants printed beside it comes in ``also``."""
    verdict = _computed(metric, look, campus, params)
    also = _beside(metric, look, campus, params)
    return replace(verdict, also=also) if also else verdict


def _computed(metric: str, look: Look, campus: Campus, params: Params) -> Verdict:
    if metric in SCHOOL:
        return of_school(metric, look, params)
    return once(look, metric, campus.id, params, lambda: _compute(metric, look, campus, params))


def of_school(metric: str, look: Look, params: Params) -> Verdict:
    """One metric that is judged for the school as a whole."""
    return once(look, metric, "", params, lambda: SCHOOL[metric](look, params))


def _compute(metric: str, look: Look, campus: Campus, params: Params) -> Verdict:
    if metric in COMPOSITES:
        return _composite(metric, look, campus, params)
    if metric in CAMPUS:
        return CAMPUS[metric](look, campus, params)
    return unknown(metric, campus.id, _why_not(metric))


def is_computed(metric: str, params: Params) -> bool:
    """Whether a metric can come out as pass in this version, with a target's parameters."""
    if metric in COMPOSITES:
        return all(is_computed(leg, params) for leg in legs_of(metric, params))
    return metric in CAMPUS or metric in SCHOOL or metric in COUNTY or metric == quality.G6


def legs_of(metric: str, params: Params) -> tuple[str, ...]:
    """The metrics that a composite is made of, for a target's parameters."""
    name, default = COMPOSITES[metric]
    legs = tuple(BASIS.get(leg, leg) for leg in params.words(name, default))
    flag, added = ADDED_LEGS.get(metric, ("", ""))
    if flag and params.flag(flag, default=False) and added not in legs:
        legs += (added,)
    return legs


def _composite(metric: str, look: Look, campus: Campus, params: Params) -> Verdict:
    legs = tuple(
        _computed(leg, look, campus, _leg_params(metric, leg, params)) for leg in legs_of(metric, params)
    )
    ruling = composite(legs)
    verdict = Verdict(
        metric=metric,
        subject=campus.id,
        state=ruling.state,
        reason=ruling.reason,
        origin=params.origin(COMPOSITES[metric][0]),
        unit="state",
        level=min((leg.level for leg in legs if leg.state is not State.NA), default="E0"),
        window=next((leg.window for leg in legs if leg.window), None),
        legs=legs,
    )
    if len(legs) == 1:
        # A composite of one leg is that leg under another name: its figures are the figures.
        return replace(legs[0], metric=metric, legs=legs)
    return verdict


def _leg_params(metric: str, leg: str, params: Params) -> Params:
    """What a composite's parameters mean for a leg: how many polls and which of them count is said of ports;
    throughput has a threshold of its own, and its tests are months apart."""
    if (metric, leg) != (A4, A3):
        return params
    values = {name: value for name, value in params.values.items() if name not in ("thr", "window", "clock")}
    origins = {name: origin for name, origin in params.origins.items() if name != "thr"}
    if "throughput_thr" in values:
        values["thr"] = values["throughput_thr"]
        origins["thr"] = params.origin("throughput_thr")
    return Params(values, origins)


def _beside(metric: str, look: Look, campus: Campus, params: Params) -> tuple[Verdict, ...]:
    """What is printed beside a verdict and decides nothing: of A4 the values of all three legs, and the
    metrics that the target names."""
    named = params.words("also", ())
    if metric != A4 and not named:
        return ()
    legs = {metric, *(legs_of(metric, params) if metric in COMPOSITES else ())}
    wanted = dict.fromkeys((*(BASIS.values() if metric == A4 else ()), *named))
    found = []
    for other in wanted:
        if other not in legs and catalogue()[other].level == "C":
            own = _leg_params(metric, other, params) if metric == A4 and other in BASIS.values() else DEFAULTS
            is_a3 = other == A3
            found.append(
                tested_throughput(look, campus, own) if is_a3 else _computed(other, look, campus, own)
            )
    return tuple(found)


def _why_not(metric: str) -> str:
    """Why a metric without a function is unknown: nobody tests it, or nobody computes it yet."""
    return "no_probe" if catalogue()[metric].evidence.startswith("E4") else "not_computed"
