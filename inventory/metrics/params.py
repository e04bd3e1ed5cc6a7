"""The parameters of each metric: their kinds, and reading them with the product's default.

A profile's target may set any of them; a name that the metric does not know is refused. ``origin`` says
who chose a value: plan, law, standard, county_decision, or product_default where the profile is silent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

from inventory.clock import CLOCKS, window_s
from inventory.metrics.catalogue import catalogue
from inventory.rules import to_bp
from inventory.words import _

ParamValue: TypeAlias = str | int | float | bool | tuple[str, ...]

PRODUCT_DEFAULT = "product_default"
ORIGINS = ("plan", "law", "standard", "county_decision", PRODUCT_DEFAULT)

_POLLS = {
    "thr": "ratio",
    "window": "window",
    "clock": "clock",
    "strict_gaps": "flag",
    "min_coverage": "ratio",
}
_PORT = {
    "roles": "words",
    "min_port_mbps": "number",
    "min_member_mbps": "number",
    "allow_shared_medium": "flag",
    **_POLLS,
}
_CONTRACT = {
    "min_contract_mbps": "number",
    "network": "word",
    "symmetric": "flag",
    "expired_grace_days": "number",
}
_FACILITY = {"min": "number", "kinds": "words"}
_LAN6 = {"kinds": "words", "prefix_ratio": "ratio", "stale_after": "window"}
_AREAS = {"area_ratio": "ratio", **_POLLS}

PARAMS: dict[str, dict[str, str]] = {
    "access_port_speed_10g": _PORT,
    "access_contract_bandwidth_10g": _CONTRACT,
    "access_throughput_ratio": {"thr": "ratio", "window": "window"},
    "access_10g_composite": {"basis": "legs", **_PORT, **_CONTRACT},
    "access_uplink_redundancy": {"min_class": "word"},
    "access_utilisation_p95": {"limit": "ratio", "window": "window"},
    "access_optics_margin": {"min_margin_db": "number", "thr": "ratio", "window": "window"},
    "access_uplink_availability": {"targets": "words", **_POLLS},
    "gateway_capacity_sufficient": {"share": "ratio"},
    "county_core_10g": {"min_port_mbps": "number", "thr": "ratio"},
    "backbone_10g_ratio": {"min_port_mbps": "number", "min_links": "number", "thr": "ratio"},
    "classroom_port_gigabit_ratio": {"min_port_mbps": "number", "thr": "ratio", "window": "window"},
    "ipv6_wan_address": {"roles": "words", **_POLLS},
    "ipv6_default_route": {"roles": "words", **_POLLS},
    "ipv6_lan_prefix_coverage": _LAN6,
    "ipv6_dual_stack_client_ratio": {"limit": "ratio", "min_clients": "number"},
    "ipv6_traffic_share": {"limit": "ratio", "window": "window"},
    "ipv6_active_reachability": {"targets": "words", **_POLLS},
    "ipv6_deployed_composite": {
        "legs": "metrics",
        "require_use": "flag",
        "limit": "ratio",
        "roles": "words",
        **_LAN6,
        **_POLLS,
    },
    "wifi_area_coverage": _AREAS,
    "wifi_signal_survey": {"min_dbm": "number", "thr": "ratio", "accept_self_test": "flag"},
    "wifi_ap_online_ratio": _POLLS,
    "wifi_generation_share": {"limit": "ratio"},
    "wifi_client_density": {"max_clients": "number", "thr": "ratio"},
    "wifi_5ghz_share": {"limit": "ratio"},
    "wifi_ap_uplink_gigabit_ratio": {"min_port_mbps": "number", "thr": "ratio"},
    "wifi_coverage_composite": {"legs": "metrics", "require_survey": "flag", **_AREAS},
    "smart_campus_recognised": {"min_level": "word", "accept_self_assessment": "flag"},
    "new_teaching_space_present": _FACILITY,
    "smart_library_present": _FACILITY,
    "sync_classroom_operational": {"legs": "legs", "min_sessions_per_term": "number"},
    "smart_lighting_classroom_ratio": {"require_control": "flag", "report_max_age_months": "number"},
    "digital_home_school_present": _FACILITY,
    "designated_school_count": {"kind": "word"},
    "security_video_networked": {"platform": "word", "legs": "legs", "retention_days": "number"},
    "named_platform_status": {"platform": "word", "min_status": "word", "platforms_to_be_named": "number"},
    "facility_count": {"kinds": "words", "names": "words", "count_by": "word"},
    "security_device_set_complete": {"required": "words"},
    "security_log_retention": {"min_days": "number"},
    "agent_coverage": {"thr": "ratio", "heard_within": "window"},
    "inventory_completeness": {"thr": "ratio"},
    "inventory_reality_gap": {"thr": "ratio", "window": "window"},
}
ANY_METRIC = {"also": "metrics"}
"""``also`` names metrics that a report prints beside the target; they decide nothing."""

WORDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("access_10g_composite", "basis"): ("port", "contract", "throughput"),
    ("sync_classroom_operational", "legs"): ("built", "used"),
    ("security_video_networked", "legs"): ("enrolled", "online", "retention"),
    ("facility_count", "count_by"): ("items", "schools_with"),
    ("ipv6_deployed_composite", "legs"): (
        "ipv6_wan_address",
        "ipv6_default_route",
        "ipv6_lan_prefix_coverage",
        "ipv6_dual_stack_client_ratio",
        "ipv6_dns_aaaa",
        "ipv6_active_reachability",
    ),
    ("wifi_coverage_composite", "legs"): (
        "wifi_area_coverage",
        "wifi_signal_survey",
        "wifi_ap_online_ratio",
    ),
}
"""Where a parameter takes only these words."""


def kinds_of(metric: str) -> dict[str, str]:
    """The parameters that a metric takes, name -> kind."""
    return {**PARAMS.get(metric, {}), **ANY_METRIC}


def param_fault(metric: str, name: str, kind: str, value: object) -> str:
    """What is wrong with a parameter's value, or "" when nothing is."""
    number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else -1.0
    words = value if isinstance(value, tuple) else (value,)
    is_words = value == words and bool(words) and all(isinstance(word, str) for word in words)
    checks = {
        "ratio": (0 <= number <= 1, _("has to be a ratio from 0 to 1")),
        "number": (number >= 0, _("has to be a number from 0 up")),
        "flag": (isinstance(value, bool), _("has to be true or false")),
        "word": (isinstance(value, str) and value != "", _("has to be a text")),
        "words": (is_words, _("has to be a list of texts")),
        "legs": (is_words, _("has to be a list of texts")),
        "metrics": (is_words, _("has to be a list of metrics")),
        "window": (_is_window(value), _("has to be a time such as 7d, 12h, 10m or 30s")),
        "clock": (value in CLOCKS, _("has to be school or always")),
    }
    right, what = checks[kind]
    if not right:
        return what
    choices = WORDS.get((metric, name)) or (tuple(catalogue()) if kind == "metrics" else ())
    strange = [str(word) for word in words if choices and word not in choices]
    return _("unknown: %(word)s") % {"word": ", ".join(strange)} if strange else ""


def _is_window(value: object) -> bool:
    try:
        return isinstance(value, str) and window_s(value) > 0
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Params:
    """A target's parameters; reading one gives the product's default where the profile is silent."""

    values: Mapping[str, ParamValue] = field(default_factory=lambda: MappingProxyType({}))
    origins: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def bp(self, name: str, default: int) -> int:
        """A ratio 0..1, in basis points."""
        found = self.values.get(name)
        return to_bp(found) if isinstance(found, int | float) else default

    def number(self, name: str, default: float) -> float:
        found = self.values.get(name)
        return found if isinstance(found, int | float) else default

    def flag(self, name: str, *, default: bool) -> bool:
        found = self.values.get(name)
        return found if isinstance(found, bool) else default

    def word(self, name: str, default: str) -> str:
        found = self.values.get(name)
        return found if isinstance(found, str) else default

    def words(self, name: str, default: tuple[str, ...]) -> tuple[str, ...]:
        found = self.values.get(name)
        return found if isinstance(found, tuple) else default

    def origin(self, name: str) -> str:
        """Who set a parameter."""
        return self.origins.get(name, PRODUCT_DEFAULT)


DEFAULTS = Params()
