"""The list of what is computed, and the composites A4, C11 and D9."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from inventory.metrics.access import A1, A2, contract_bandwidth, port_speed
from inventory.metrics.catalogue import catalogue
from inventory.metrics.ipv6 import C1, C2, C3, default_route, lan_prefix_coverage, wan_address
from inventory.metrics.look import Look
from inventory.metrics.params import Params
from inventory.metrics.probes import C7, C8, active_reachability, dns_aaaa
from inventory.metrics.quality import G1, G3, campus_completeness
from inventory.metrics.truth import unknown
from inventory.metrics.wireless import D1, D3, ap_online_ratio, area_coverage
from inventory.register import Campus
from inventory.rules import composite
from inventory.verdict import State, Verdict

CampusMetric: TypeAlias = Callable[[Look, Campus, Params], Verdict]

COMPUTED: dict[str, CampusMetric] = {
    A1: port_speed,
    A2: contract_bandwidth,
    C1: wan_address,
    C2: default_route,
    C3: lan_prefix_coverage,
    C7: dns_aaaa,
    C8: active_reachability,
    D1: area_coverage,
    D3: ap_online_ratio,
    G3: campus_completeness,
}
COUNTY_METRICS = (G1,)
"""Computed once per county, by judge.py."""

BASIS = {"port": A1, "contract": A2, "throughput": "access_throughput_ratio"}
COMPOSITES: dict[str, tuple[str, tuple[str, ...]]] = {
    # metric -> the parameter that names the legs, and the legs without it
    "access_10g_composite": ("basis", ("port", "contract")),
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
    """One metric of one campus."""
    if metric in COMPOSITES:
        return _composite(metric, look, campus, params)
    if metric in COMPUTED:
        return COMPUTED[metric](look, campus, params)
    return unknown(metric, campus.id, _why_not(metric))


def is_computed(metric: str, params: Params) -> bool:
    """Whether a metric can come out as pass in this version, with a target's parameters."""
    if metric in COMPOSITES:
        return all(leg in COMPUTED for leg in legs_of(metric, params))
    return metric in COMPUTED or metric in COUNTY_METRICS


def legs_of(metric: str, params: Params) -> tuple[str, ...]:
    """The metrics that a composite is made of, for a target's parameters."""
    name, default = COMPOSITES[metric]
    legs = tuple(BASIS.get(leg, leg) for leg in params.words(name, default))
    flag, added = ADDED_LEGS.get(metric, ("", ""))
    if flag and params.flag(flag, default=False) and added not in legs:
        legs += (added,)
    return legs


def _composite(metric: str, look: Look, campus: Campus, params: Params) -> Verdict:
    legs = tuple(compute(leg, look, campus, params) for leg in legs_of(metric, params))
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


def _why_not(metric: str) -> str:
    """Why a metric without a function is unknown: nobody tests it, or nobody computes it yet."""
    return "no_probe" if catalogue()[metric].evidence.startswith("E4") else "not_computed"
