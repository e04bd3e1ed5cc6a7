"""What is computed once: within a look by all who ask for it, and across looks while nothing can change it.

Several targets, and legs of composites, ask for the same metric with the same parameters. And between two
looks at a school most stays: what is judged by papers alone changes with the register and the day, what is
judged by samples moves by the hour. Whoever looks again may hand over what lasts (Look.before).
"""

from __future__ import annotations

from collections.abc import Callable

from inventory.metrics.look import Look
from inventory.metrics.params import Params, kinds_of
from inventory.verdict import Verdict

PAPERS = frozenset(
    {
        "smart_campus_recognised",
        "new_teaching_space_present",
        "smart_library_present",
        "smart_lighting_classroom_ratio",
        "digital_home_school_present",
        "multimedia_classroom_ratio",
        "facility_count",
        "mlps_record_valid",
        "inventory_completeness",
        "evidence_valid_ratio",
    }
)
"""Judged by the register, its documents and the date alone."""
SAMPLED = frozenset(
    {
        "access_throughput_ratio",
        "access_utilisation_p95",
        "lan_port_clean_ratio",
        "ipv6_dual_stack_client_ratio",
        "ipv6_active_client_ratio",
        "ipv6_traffic_share",
        "ipv6_v4_parity",
        "ipv6_website_support",
        "wifi_client_density",
        "wifi_5ghz_share",
    }
)
"""Judged by samples over days and months, or by tests that are made by the hour or week."""
LASTING = PAPERS | SAMPLED
OF_PLAN = frozenset({"evidence_valid_ratio"})
"""What also depends on the other targets of the plan: two plans over one school may differ."""


def once(look: Look, metric: str, subject: str, params: Params, compute: Callable[[], Verdict]) -> Verdict:
    """A metric of a subject (campus, or "" for the school) with a target's parameters."""
    known = kinds_of(metric)
    values = tuple([item for item in params.values.items() if item[0] in known])
    origins = tuple([item for item in params.origins.items() if item[0] in known])
    asked = (metric, subject, values, origins, look.needs if metric in OF_PLAN else None)
    verdict = look.verdicts.get(asked)
    if verdict is None:
        verdict = look.verdicts[asked] = look.before.get(asked) or compute()
        if metric in LASTING:
            look.lasting[asked] = verdict
    return verdict
