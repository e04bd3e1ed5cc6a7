"""Whether metric, scope, aggregate, unit and value of a target fit together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from inventory.metrics.catalogue import catalogue
from inventory.metrics.compute import COUNTY
from inventory.plan_book import Finding
from inventory.profile import Profile, Scope, Target
from inventory.register import KINDS, STAGES
from inventory.toml_lines import Path as Place
from inventory.words import _

BOTH_LEVELS = frozenset({"facility_count", "ipv6_website_support"})
"""Metrics of schools that are also counted for the county as a whole."""
COUNTED = frozenset({"designated_school_count", "facility_count"})
"""Metrics of the county whose value is a number of things."""
POOLED = frozenset(
    {
        "backbone_10g_ratio",
        "classroom_port_gigabit_ratio",
        "lan_port_clean_ratio",
        "ipv6_lan_prefix_coverage",
        "ipv6_website_support",
        "wifi_area_coverage",
        "wifi_signal_survey",
        "wifi_generation_share",
        "wifi_client_density",
        "wifi_ap_uplink_gigabit_ratio",
        "smart_lighting_classroom_ratio",
        "multimedia_classroom_ratio",
        "facility_count",
        "security_device_set_complete",
        "security_device_effective",
        "mlps_record_valid",
        "inventory_completeness",
        "inventory_reality_gap",
        "evidence_valid_ratio",
    }
)
"""Metrics that count rooms, ports or rows of a school: these can be thrown together over the county."""
SHARES = ("school_rate", "pooled_units")
UNITS: Mapping[str, tuple[str, ...]] = {
    # aggregate -> what its value may be counted in
    "school_rate": ("percent",),
    "pooled_units": ("percent",),
    "count": ("schools", "items", "rooms", "links"),
}
STAGES_OF_KIND: Mapping[str, tuple[str, ...]] = {
    "kindergarten": ("preschool",),
    "primary": ("preschool", "primary"),
    "teaching_point": ("preschool", "primary"),
    "junior": ("junior",),
    "nine_year": ("preschool", "primary", "junior"),
    "complete_secondary": ("junior", "senior"),
    "senior": ("senior",),
    "twelve_year": ("preschool", "primary", "junior", "senior"),
    "vocational": ("senior", "vocational"),
    "special": STAGES,
}
"""Stages that a school of a kind may have, attached classes (附设班) too."""


NEEDED: Mapping[str, tuple[str, ...]] = {
    "facility_count": ("kinds",),
    "designated_school_count": ("kind",),
    "named_platform_status": ("platform", "platforms_to_be_named"),
}
"""Metrics that know nothing to look for until a parameter, one of these, says it."""


def fit_findings(profile: Profile, target: Target, place: Place) -> Iterator[Finding]:
    """What of one target does not belong together."""
    yield from _value_findings(target, place)
    needed = NEEDED.get(target.metric, ())
    if needed and not any(name in target.params for name in needed):
        what = _("%(metric)s does not know what to look for") % {"metric": target.metric}
        yield Finding((*place, "params"), what, _("set %(words)s in params") % {"words": " / ".join(needed)})
    scope = profile.scopes.get(target.scope)
    if scope:
        yield from _aggregate_findings(target, scope, place)


def _value_findings(target: Target, place: Place) -> Iterator[Finding]:
    value, path = target.value, (*place, "value")
    if target.aggregate in UNITS and value is None:
        what = _("a target of kind %(kind)s needs a value") % {"kind": target.aggregate}
        yield Finding(path, what, _('set value, or aggregate = "report"'))
    if target.aggregate in SHARES and value is not None and not 0 < value <= 100:
        yield Finding(path, _("is a percentage: above 0, up to 100"))
    if target.aggregate == "count" and value is not None and (value % 1 or value < 1):
        yield Finding(path, _("is a count: a whole number from 1 up"))
    if target.aggregate == "single" and value is not None:
        what = _("is not looked at: what is judged once passes or fails by its parameters")
        yield Finding(path, what, _("leave value out"), is_doubt=True)
    if target.aggregate in SHARES and target.op == ">" and value == 100:
        yield Finding((*place, "op"), _("asks for more than 100 percent"))
    units = UNITS.get(target.aggregate)
    if units and target.unit and target.unit not in units:
        what = _("does not fit aggregate %(kind)s") % {"kind": target.aggregate}
        yield Finding((*place, "unit"), what, _("allowed: %(words)s") % {"words": ", ".join(units)})


def _aggregate_findings(target: Target, scope: Scope, place: Place) -> Iterator[Finding]:
    metric, kind = target.metric, target.aggregate
    path = (*place, "aggregate")
    is_county_metric = catalogue()[metric].level == "K"
    is_both = metric in BOTH_LEVELS or (metric in COUNTY and not is_county_metric)
    if is_county_metric and kind in SHARES:
        what = _("%(metric)s is judged once per county") % {"metric": metric}
        yield Finding(path, what, 'aggregate = "count"' if metric in COUNTED else 'aggregate = "single"')
    elif scope.unit == "county" and not is_county_metric and kind in SHARES:
        what = _("scope %(name)s has no schools to be counted") % {"name": scope.name}
        yield Finding((*place, "scope"), what, _("choose a scope of schools"))
    elif scope.unit == "county" and not is_county_metric and not is_both:
        what = _("%(metric)s is judged at schools, and scope %(name)s holds none")
        do = _("choose a scope of schools")
        yield Finding((*place, "scope"), what % {"metric": metric, "name": scope.name}, do)
    elif kind == "single" and not is_county_metric and scope.unit != "county":
        what = _("%(metric)s is judged at each school, not once") % {"metric": metric}
        yield Finding(path, what, 'aggregate = "school_rate"')
    elif (kind == "single" and metric in COUNTED) or (
        kind == "count" and is_county_metric and metric not in COUNTED
    ):
        wanted = "count" if metric in COUNTED else "single"
        what = _("does not fit %(metric)s") % {"metric": metric}
        yield Finding(path, what, f'aggregate = "{wanted}"')
    if kind == "pooled_units" and metric not in POOLED and not is_county_metric:
        what = _("%(metric)s does not count rooms or ports that could be thrown together")
        yield Finding(path, what % {"metric": metric}, 'aggregate = "school_rate"')
    if scope.unit == "classroom" and kind in ("school_rate", "count", "single"):
        what = _("counts schools, but scope %(name)s is of classrooms") % {"name": scope.name}
        yield Finding(path, what, 'aggregate = "pooled_units"')


# Scopes


def scope_findings(profile: Profile) -> Iterator[Finding]:
    """Scopes that can hold no school, or that nobody uses."""
    used = {target.scope for target in profile.targets} | {profile.defaults.scope}
    for name, scope in profile.scopes.items():
        if name not in used:
            what, do = _("no target has this scope"), _("remove it, or use it")
            yield Finding(("scope", name), what, do, is_doubt=True)
        if scope.unit == "county":
            yield from _county_filters(scope)
        elif not _kinds_left(scope):
            what = _("no school can be in this scope: no kind that is let in has a stage that is let in")
            yield Finding(("scope", name), what, _("compare stages_any, kinds_any and kinds_not"))


def _county_filters(scope: Scope) -> Iterator[Finding]:
    for key in ("stages_any", "kinds_any", "kinds_not", "urban_rural_any", "ownership_any"):
        if getattr(scope, key):
            what = _("has no effect: the scope is the county as a whole")
            yield Finding(("scope", scope.name, key), what, _('remove it, or unit = "school"'))


def _kinds_left(scope: Scope) -> list[str]:
    """The kinds of school that a scope can hold."""
    kinds = [kind for kind in KINDS if not scope.kinds_any or kind in scope.kinds_any]
    return [
        kind
        for kind in kinds
        if kind not in scope.kinds_not
        and (not scope.stages_any or not set(STAGES_OF_KIND[kind]).isdisjoint(scope.stages_any))
    ]
