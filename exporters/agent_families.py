"""Every metric of an agent's own page: name, labels, meaning, and its samples."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from exporters.exposition import Family, Sample
from inventory.agent_now import AgentNow, DeviceNow
from inventory.probes import PROBE, PROBE_KINDS

_Page = tuple[AgentNow, float]
"""The agent, and the time of the page"""
Samples = Callable[[_Page], Iterator[Sample]]


def _each(of: Callable[[DeviceNow], float | None]) -> Samples:
    def samples(page: _Page) -> Iterator[Sample]:
        for device in page[0].devices.values():
            if (value := of(device)) is not None:
                yield (device.id, device.role), float(value)

    return samples


def _live(page: _Page) -> Iterator[Sample]:
    agent, now = page
    for device in agent.devices.values():
        yield (device.id, device.role), float(agent.is_live(device, now))


def _polls(page: _Page) -> Iterator[Sample]:
    for device in page[0].devices.values():
        for outcome in ("ok", "down", "gap"):
            yield (device.id, outcome), float(device.polls.get(outcome, 0))


def _figure(of: Callable[[AgentNow], float | None]) -> Samples:
    def samples(page: _Page) -> Iterator[Sample]:
        if (value := of(page[0])) is not None:
            yield (), float(value)

    return samples


def _lanes(page: _Page) -> Iterator[Sample]:
    yield ("backlog",), float(page[0].spool.backlog)
    yield ("now",), float(page[0].spool.now)


def _version(page: _Page) -> Iterator[Sample]:
    yield (page[0].campus, page[0].version), 1.0


def _dropped_rates(page: _Page) -> Iterator[Sample]:
    for reason, count in page[0].dropped_rates.items():
        yield (reason,), float(count)


def _probes(key: str, factor: float = 1.0) -> Samples:
    """A number (or yes and no, or a time) that the agent's tests found."""

    def samples(page: _Page) -> Iterator[Sample]:
        for (subject, name), value in page[0].probes.items():
            if name == key and (labels := _probe(subject)) is not None:
                if isinstance(value, int | float):
                    yield labels, float(value) * factor
                elif isinstance(value, str) and key == "tested_at":
                    yield labels, datetime.fromisoformat(value).timestamp()

    return samples


def _probe(subject: str) -> tuple[str, str, str] | None:
    """Kind, name and family of a test's subject; names may hold colons."""
    if not subject.startswith(PROBE):
        return None
    kind, _colon, rest = subject.removeprefix(PROBE).partition(":")
    name, _colon, family = rest.rpartition(":")
    return (kind, name, family) if kind in PROBE_KINDS else None


_DEVICE = ("device", "role")
_TEST = ("kind", "name", "family")

# (name without prefix, labels, help, type, samples)
_AGENT: tuple[tuple[str, tuple[str, ...], str, str, Samples], ...] = (
    ("agent_build_info", ("campus", "version"), "This agent, always 1.", "gauge", _version),
    (
        "agent_round_timestamp_seconds",
        (),
        "When the last round of polls began, seconds since 1970 UTC.",
        "gauge",
        _figure(lambda a: a.round_at),
    ),
    (
        "agent_round_seconds",
        (),
        "How long the last round of polls took.",
        "gauge",
        _figure(lambda a: a.round_seconds),
    ),
    (
        "agent_poll_interval_seconds",
        (),
        "Seconds from one round to the next, by the configuration.",
        "gauge",
        _figure(lambda a: a.interval_s),
    ),
    (
        "agent_device_up",
        _DEVICE,
        "1 when a device answered within the last three polls, else 0.",
        "gauge",
        _live,
    ),
    (
        "agent_device_answered_timestamp_seconds",
        _DEVICE,
        "When a device last answered, seconds since 1970 UTC.",
        "gauge",
        _each(lambda d: d.answered_at),
    ),
    (
        "agent_device_poll_seconds",
        _DEVICE,
        "How long the last poll of a device took.",
        "gauge",
        _each(lambda d: d.seconds),
    ),
    (
        "agent_device_polls_total",
        ("device", "outcome"),
        "Polls of a device by outcome: ok, down (it alone did not answer), gap (nobody can tell).",
        "counter",
        _polls,
    ),
    (
        "agent_rates_dropped_total",
        ("reason",),
        "Intervals of counters that were left out, by reason.",
        "counter",
        _dropped_rates,
    ),
    ("agent_spool_batches", ("lane",), "Batches that wait for the collector, by lane.", "gauge", _lanes),
    (
        "agent_spool_bytes",
        (),
        "Bytes of the batches that wait.",
        "gauge",
        _figure(lambda a: a.spool.body_bytes),
    ),
    (
        "agent_spool_limit_bytes",
        (),
        "Bytes that may wait, by the configuration.",
        "gauge",
        _figure(lambda a: a.spool.limit_bytes),
    ),
    (
        "agent_spool_oldest_timestamp_seconds",
        (),
        "When the oldest batch that waits was made, seconds since 1970 UTC.",
        "gauge",
        _figure(lambda a: a.spool.oldest_made_at),
    ),
    (
        "agent_spool_dropped_batches_total",
        (),
        "Batches lost to the bounds or to damage since the spool began.",
        "counter",
        _figure(lambda a: a.spool.dropped),
    ),
    (
        "agent_spool_refused_batches_total",
        (),
        "Batches that the collector will not take, since the spool began.",
        "counter",
        _figure(lambda a: a.spool.refused),
    ),
    (
        "agent_spool_gaps",
        (),
        "Losses that the collector has not confirmed yet.",
        "gauge",
        _figure(lambda a: a.spool.gaps),
    ),
    (
        "agent_shipped_batches_total",
        (),
        "Batches that the collector confirmed since the start.",
        "counter",
        _figure(lambda a: a.uplink.shipped),
    ),
    ("agent_shipped_bytes_total", (), "Bytes of their bodies.", "counter", _figure(lambda a: a.uplink.bytes)),
    (
        "agent_uplink_failures_total",
        (),
        "Tries to reach the collector that failed since the start.",
        "counter",
        _figure(lambda a: a.uplink.failures),
    ),
    (
        "agent_last_receipt_timestamp_seconds",
        (),
        "When the collector last confirmed something, seconds since 1970 UTC.",
        "gauge",
        _figure(lambda a: a.uplink.last_receipt_at),
    ),
    (
        "agent_collector_offset_seconds",
        (),
        "The collector's clock minus this host's.",
        "gauge",
        _figure(lambda a: a.uplink.clock_offset_s),
    ),
    (
        "probe_success",
        _TEST,
        "Whether the agent's own test succeeded, 1 or 0; absent where it proves nothing.",
        "gauge",
        _probes("ok"),
    ),
    (
        "probe_ipv4_seconds",
        _TEST,
        "Connect time over IPv4 in a comparison of the two.",
        "gauge",
        _probes("ipv4_ms", 0.001),
    ),
    (
        "probe_ipv6_seconds",
        _TEST,
        "Connect time over IPv6 in a comparison of the two.",
        "gauge",
        _probes("ipv6_ms", 0.001),
    ),
    (
        "probe_aaaa_ratio",
        _TEST,
        "Share of names for which the resolver gives AAAA, 0..1.",
        "gauge",
        _probes("aaaa_share"),
    ),
    (
        "probe_throughput",
        _TEST,
        "TCP payload that a load test reached, bit/s (a lower bound where it says so).",
        "gauge",
        _probes("mbps", 1e6),
    ),
    (
        "probe_timestamp_seconds",
        _TEST,
        "When a load test or a crawl was made, seconds since 1970 UTC.",
        "gauge",
        _probes("tested_at"),
    ),
)

AGENT_FAMILIES: tuple[tuple[Family, Samples], ...] = tuple(
    (Family(f"wanzhao_{name}", labels, words, kind), samples) for name, labels, words, kind, samples in _AGENT
)
