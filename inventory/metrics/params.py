"""The parameters of each metric: their kinds, and reading them with the product's default.

A profile's target may set any of them; a name that the metric does not know is refused. ``origin`` says
who chose a value: plan, law, standard, county_decision, or product_default where the profile is silent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from math import isfinite
from types import MappingProxyType
from typing import TypeAlias

from inventory.clock import CLOCKS, window_s
from inventory.metrics.catalogue import catalogue
from inventory.papers import FACILITY_KINDS, PLATFORM_STATUSES, RECOGNITION_LEVELS, SECURITY_FUNCTIONS
from inventory.prefixes import is_ipv6_network
from inventory.rules import to_bp
from inventory.words import _

ParamValue: TypeAlias = str | int | float | bool | tuple[str, ...]

REDUNDANCY_CLASSES = ("none", "single", "dual_same_path", "dual_diverse")
"""How well a campus is tied to the network (A5), worst first."""

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
    "warn_days": "number",
}
_ENTITLED = {"roles": "words", "network": "word", "symmetric": "flag"}
_FACILITY = {"min": "number", "kinds": "words"}
_PORTS_UP = {"thr": "ratio", "unit_ratio": "ratio", "window": "window", "clock": "clock"}
_UNITS = {"min_coverage": "ratio", **_PORTS_UP}
_CLIENTS = {"limit": "ratio", "kinds": "words", "min_clients": "number", "days": "number"}
_LAN6 = {"kinds": "words", "prefix_ratio": "ratio", "stale_after": "window"}
_AREAS = {"area_ratio": "ratio", **_POLLS}

PARAMS: dict[str, dict[str, str]] = {
    "access_port_speed_10g": _PORT,
    "access_contract_bandwidth_10g": _CONTRACT,
    "access_throughput_ratio": {"thr": "ratio", "window": "window", **_ENTITLED},
    "access_10g_composite": {"basis": "legs", "throughput_thr": "ratio", **_PORT, **_CONTRACT},
    "access_uplink_redundancy": {"min_class": "word", "roles": "words", **_POLLS},
    "access_utilisation_p95": {
        "limit": "ratio",
        "warn": "ratio",
        "min_samples": "ratio",
        "window": "window",
        "clock": "clock",
        **_ENTITLED,
    },
    "access_optics_margin": {
        "min_margin_db": "number",
        "low_dbm": "signed",
        "high_dbm": "signed",
        "roles": "words",
        **_POLLS,
    },
    "access_uplink_availability": {"targets": "words", "min_reached": "number", "roles": "words", **_POLLS},
    "gateway_capacity_sufficient": {
        "share": "ratio",
        "max_cpu": "ratio",
        "min_samples": "ratio",
        "window": "window",
        "clock": "clock",
        **_ENTITLED,
    },
    "county_core_10g": {
        "min_port_mbps": "number",
        "min_member_mbps": "number",
        "unit_ratio": "ratio",
        **_POLLS,
    },
    "bandwidth_per_user": {"limit_kbps": "number", **_ENTITLED},
    "backbone_10g_ratio": {"min_port_mbps": "number", "min_links": "number", **_UNITS},
    "classroom_port_gigabit_ratio": {"min_port_mbps": "number", **_PORTS_UP},
    "lan_port_clean_ratio": {
        "limit": "ratio",
        "max_error_ratio": "number",
        "min_packets": "number",
        "window": "window",
    },
    "core_power_protected": {"record_max_age_months": "number", "window": "window"},
    "ipv6_wan_address": {"roles": "words", "accept_delegated": "flag", **_POLLS},
    "ipv6_default_route": {"roles": "words", "prefixes": "networks", **_POLLS},
    "ipv6_lan_prefix_coverage": _LAN6,
    "ipv6_dual_stack_client_ratio": _CLIENTS,
    "ipv6_active_client_ratio": {"min_samples": "ratio", **_CLIENTS},
    "ipv6_traffic_share": {
        "limit": "ratio",
        "roles": "words",
        "min_samples": "ratio",
        "window": "window",
        "clock": "clock",
    },
    "ipv6_dns_aaaa": _POLLS,
    "ipv6_v4_parity": {
        "required": "flag",
        "max_ratio": "number",
        "max_extra_ms": "number",
        "max_extra_loss": "ratio",
        "window": "window",
    },
    "ipv6_website_support": {
        "unit_ratio": "ratio",
        "second_level": "ratio",
        "third_level": "ratio",
        "dial_ratio": "ratio",
        "stale_after": "window",
    },
    "ipv6_active_reachability": {"targets": "words", **_POLLS},
    "ipv6_deployed_composite": {
        "legs": "metrics",
        "require_use": "flag",
        "limit": "ratio",
        "roles": "words",
        "accept_delegated": "flag",
        "prefixes": "networks",
        **_LAN6,
        **_POLLS,
    },
    "wifi_area_coverage": _AREAS,
    "wifi_signal_survey": {
        "min_dbm": "signed",
        "min_outdoor_dbm": "signed",
        "min_snr_db": "number",
        "thr": "ratio",
        "accept_self_test": "flag",
        "max_age_months": "number",
        "m2_per_point": "number",
    },
    "wifi_ap_online_ratio": _POLLS,
    "wifi_generation_share": {"limit": "ratio", "min_generation": "number"},
    "wifi_client_density": {
        "max_clients": "number",
        "thr": "ratio",
        "days": "number",
        "min_samples": "ratio",
    },
    "wifi_5ghz_share": {"limit": "ratio", "days": "number", "min_samples": "ratio"},
    "wifi_controller_health": {
        "max_cpu": "ratio",
        "max_unmanaged_aps": "number",
        "legs": "legs",
        **_POLLS,
    },
    "wifi_ap_uplink_gigabit_ratio": {"min_port_mbps": "number", **_UNITS},
    "wifi_coverage_composite": {"legs": "metrics", "require_survey": "flag", **_AREAS},
    "smart_campus_recognised": {"min_level": "word", "accept_self_assessment": "flag"},
    "new_teaching_space_present": _FACILITY,
    "smart_library_present": {"min_features": "number", **_FACILITY},
    "sync_classroom_operational": {"legs": "legs", "min_sessions_per_term": "number"},
    "smart_lighting_classroom_ratio": {
        "thr": "ratio",
        "require_control": "flag",
        "report_max_age_months": "number",
    },
    "digital_home_school_present": _FACILITY,
    "designated_school_count": {"kind": "word"},
    "security_video_networked": {
        "platform": "word",
        "legs": "legs",
        "retention_days": "number",
        **_POLLS,
    },
    "multimedia_classroom_ratio": {"thr": "ratio"},
    "named_platform_status": {"platform": "word", "min_status": "word", "platforms_to_be_named": "number"},
    "facility_count": {"kinds": "words", "names": "words", "count_by": "word", "min": "number"},
    "security_device_set_complete": {"required": "words", "thr": "ratio", "seen_within": "window"},
    "security_device_effective": {
        "required": "words",
        "thr": "ratio",
        "online": "ratio",
        "seen_within": "window",
        "signature_max_age_days": "number",
        "log_max_age_days": "number",
        "window": "window",
    },
    "security_log_retention": {
        "min_days": "number",
        "max_gap_days": "number",
        "record_max_age_days": "number",
    },
    "mlps_record_valid": {"level3_months": "number", "level2_months": "number"},
    "agent_coverage": {"thr": "ratio", "heard_within": "window"},
    "data_freshness_p95": {"limit_minutes": "number"},
    "inventory_completeness": {"thr": "ratio"},
    "inventory_reality_gap": {"thr": "ratio", "window": "window"},
    "evidence_valid_ratio": {"thr": "ratio"},
}
ANY_METRIC = {"also": "metrics"}
"""``also`` names metrics that a report prints beside the target; they decide nothing."""

WORDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("access_10g_composite", "basis"): ("port", "contract", "throughput"),
    ("wifi_controller_health", "legs"): ("cpu", "licences", "standby"),
    ("sync_classroom_operational", "legs"): ("built", "used"),
    ("security_video_networked", "legs"): ("enrolled", "online", "retention"),
    ("facility_count", "count_by"): ("items", "schools_with"),
    ("access_uplink_redundancy", "min_class"): REDUNDANCY_CLASSES,
    ("smart_campus_recognised", "min_level"): RECOGNITION_LEVELS,
    ("named_platform_status", "min_status"): PLATFORM_STATUSES[:-1],
    ("security_device_set_complete", "required"): SECURITY_FUNCTIONS,
    ("security_device_effective", "required"): SECURITY_FUNCTIONS,
    ("facility_count", "kinds"): FACILITY_KINDS,
    ("new_teaching_space_present", "kinds"): FACILITY_KINDS,
    ("smart_library_present", "kinds"): FACILITY_KINDS,
    ("digital_home_school_present", "kinds"): FACILITY_KINDS,
    ("designated_school_count", "kind"): FACILITY_KINDS,
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


@cache
def kinds_of(metric: str) -> Mapping[str, str]:
    """The parameters that a metric takes, name -> kind."""
    return {**PARAMS.get(metric, {}), **ANY_METRIC}


def param_fault(metric: str, name: str, kind: str, value: object) -> str:
    """What is wrong with a parameter's value, or "" when nothing is."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
    number = float(value) if isinstance(value, int | float) and is_number else -1.0
    words = value if isinstance(value, tuple) else (value,)
    is_words = value == words and bool(words) and all(isinstance(word, str) for word in words)
    checks = {
        "ratio": (0 <= number <= 1, _("has to be a ratio from 0 to 1")),
        "number": (number >= 0, _("has to be a number from 0 up")),
        "signed": (is_number, _("has to be a number")),
        "flag": (isinstance(value, bool), _("has to be true or false")),
        "word": (isinstance(value, str) and value != "", _("has to be a text")),
        "words": (is_words, _("has to be a list of texts")),
        "legs": (is_words, _("has to be a list of texts")),
        "networks": (
            is_words and all(is_ipv6_network(str(word)) for word in words),
            _("has to be a list of IPv6 prefixes such as 2001:db8::/32"),
        ),
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
