"""What of an active test travels as facts: what a verdict needs, and nothing that differs at every try.

Milliseconds do: a fact is sent when it changes, so the time of one handshake would be sent for ever.
"""

from __future__ import annotations

from inventory.facts import FactValue
from inventory.probes import ProbeKind, ProbeResult

Fact = tuple[str, str, FactValue]
"""(subject, key, value), the subject being ``probe:<kind>:<name>:<family>``."""

VALUE_KEYS: dict[ProbeKind, str] = {
    "dns": "aaaa_share",
    "parity": "degradation",
    "throughput": "mbps",
    "crawl": "links2_share",
}
DETAIL_KEYS: dict[ProbeKind, tuple[str, ...]] = {
    "tcp": ("source_scope", "own_global"),
    "http": ("status",),
    "parity": ("ipv4_loss", "ipv6_loss", "ipv4_ms", "ipv6_ms"),
    "throughput": (
        *("bound", "up_mbps", "down_mbps", "nic_mbps", "busy_ratio", "streams", "seconds", "server"),
        *("up_iperf_cpu", "down_iperf_cpu", "up_server_cpu", "down_server_cpu"),
    ),
    "crawl": (
        *("aaaa_global", "ipv6_status", "similarity", "zones_ok", "zones_without_ipv6"),
        *("links3_share", "links2_counted", "links3_counted", "links2_private", "links3_private"),
        *("complete", "private_links", "failing_links"),
    ),
}


def facts_of_probe(result: ProbeResult) -> list[Fact]:
    """The facts of one result; None says that a fact is no longer true.

    A load test that was not made leaves what the last one found, and says why it was not made.
    """
    if result.kind == "throughput" and result.value is None:
        told = result.reason != "outside_window"
        return [(result.subject, "reason", result.reason)] if told else []
    keys: dict[str, FactValue] = {"ok": result.ok, "reason": result.reason}
    if name := VALUE_KEYS.get(result.kind):
        keys[name] = result.value
    for name in DETAIL_KEYS.get(result.kind, ()):
        keys[name] = result.details.get(name)
    if result.kind in ("throughput", "crawl"):
        keys["tested_at"] = result.at
    return [(result.subject, key, value) for key, value in keys.items()]
