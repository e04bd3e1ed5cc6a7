"""The collector's own metrics: what the process does, never what the schools are."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.process_collector import ProcessCollector

BATCH_RESULTS = ("stored", "duplicate", "refused", "busy")
PARTS = ("polls", "facts", "frames", "samples", "digests", "gaps")
TURNED_AWAY = ("queue", "in_flight", "rate", "connections", "codes", "sign_ins")


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
            "Time from taking a group of checked batches off the queue to its commit, in seconds.",
            registry=self.registry,
            buckets=(0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10),
        )
        self._count_ingest()
        self.judge_seconds = Gauge(
            "wanzhao_collector_judge_seconds",
            "Duration of the last round of judging: of schools whose answer may have changed, in seconds.",
            registry=self.registry,
        )
        self.judged_schools = Counter(
            "wanzhao_collector_judged_schools",
            "Schools judged anew because something had arrived, changed or come due.",
            registry=self.registry,
        )
        self.judged_at = Gauge(
            "wanzhao_collector_judged_timestamp_seconds",
            "When the last round of judging ended, seconds since 1970.",
            registry=self.registry,
        )
        self.judge_failures = Counter(
            "wanzhao_collector_judge_failures", "Judgings that ended with an error.", registry=self.registry
        )

    def _count_ingest(self) -> None:
        """What happens to batches before and while they are stored."""
        self.queue_depth = Gauge(
            "wanzhao_collector_queue_batches",
            "Checked batches that wait for the writer.",
            registry=self.registry,
        )
        self.group_size = Histogram(
            "wanzhao_collector_group_batches",
            "Batches stored in one transaction.",
            registry=self.registry,
            buckets=(1, 2, 4, 8, 16, 32, 64),
        )
        self.answers = Counter(
            "wanzhao_collector_answers",
            "Answers to batches by HTTP status.",
            ["status"],
            registry=self.registry,
        )
        self.turned_away = Counter(
            "wanzhao_collector_turned_away",
            "Requests asked to come again, by what was at its limit.",
            ["limit"],
            registry=self.registry,
        )
        for limit in TURNED_AWAY:
            self.turned_away.labels(limit)
        self.rejected_rows = Counter(
            "wanzhao_collector_rejected_rows",
            "Rows that were not stored while the rest of their batch was, by part.",
            ["part"],
            registry=self.registry,
        )
        for part in PARTS:
            self.rejected_rows.labels(part)
        self.unknown_fields = Counter(
            "wanzhao_collector_unknown_fields",
            "Fields of batches that this version does not know and passed over.",
            registry=self.registry,
        )
        self.clock_doubts = Counter(
            "wanzhao_collector_clock_doubts",
            "Batches whose slots were moved, since the agent's clock was wrong when it made them.",
            registry=self.registry,
        )

    def page(self) -> bytes:
        """The page of /metrics, text format 0.0.4."""
        return generate_latest(self.registry)
