"""The collector's own metrics: what the process does, never what the schools are."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.process_collector import ProcessCollector

BATCH_RESULTS = ("stored", "duplicate", "refused", "busy")


class Telemetry:
    """Counters of one collector process, on a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.batches = Counter(
            "wanzhao_collector_batches",
            "Batches by result: stored, duplicate (known already), refused (for good), busy (come again).",
            ["result"],
            registry=self.registry,
        )
        for result in BATCH_RESULTS:
            self.batches.labels(result)
        self.store_seconds = Histogram(
            "wanzhao_collector_store_seconds",
            "Time from a checked batch to its commit, in seconds.",
            registry=self.registry,
            buckets=(0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10),
        )
        self.judge_seconds = Gauge(
            "wanzhao_collector_judge_seconds",
            "Duration of the last judging of all schools under all plans, in seconds.",
            registry=self.registry,
        )
        self.judged_at = Gauge(
            "wanzhao_collector_judged_timestamp_seconds",
            "When all schools were last judged, seconds since 1970.",
            registry=self.registry,
        )
        self.judge_failures = Counter(
            "wanzhao_collector_judge_failures", "Judgings that ended with an error.", registry=self.registry
        )

    def page(self) -> bytes:
        """The page of /metrics, text format 0.0.4."""
        return generate_latest(self.registry)
