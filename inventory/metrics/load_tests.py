"""The throughput tests that an agent made, and which of them may say "not more than this" (A3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from inventory.facts import FactValue
from inventory.metrics.look import Look, value_at
from inventory.probes import AGENT, PROBE
from inventory.register import Campus
from inventory.rules import ONE_BP, to_bp

MAX_BUSY_BP = 2000
"""The uplink has to be used less than this before a test."""
MAX_CPU_BP = 9000
MIN_STREAMS = 8
MIN_SECONDS = 30
LAST = 3
"""Tests whose median counts."""
_CPU_KEYS = ("up_iperf_cpu", "down_iperf_cpu", "up_server_cpu", "down_server_cpu")
_OWN_CPU_KEYS = _CPU_KEYS[:2]
_NOT_OF_THE_NIC = (None, "", "probe_nic_too_slow")
"""What an agent may say of a test that is valid here: it knows another reference, perhaps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadTest:
    """One test: bit/s of the weaker direction, made in ``slot``. Shares are in basis points; None: not
    known."""

    device: str
    subject: str
    slot: int
    bps: int
    nic_bps: int | None = None
    busy_bp: int | None = None
    cpu_bp: int | None = None
    own_cpu_known: bool = False
    streams: float = 0
    seconds: float = 0
    ok: bool = False
    reason: str = ""

    def doubt(self, reference_bps: int) -> str:
        """Why the link may carry more than this test found ("": it may not): the card, the processors, other
        traffic, or how it was made."""
        if self.nic_bps is not None and self.nic_bps < reference_bps:
            return "probe_nic_too_slow"
        nobody_doubts = self.ok or (self.own_cpu_known and self.reason in _NOT_OF_THE_NIC)
        is_free = self.cpu_bp is None or self.cpu_bp < MAX_CPU_BP
        is_idle = self.busy_bp is not None and self.busy_bp < MAX_BUSY_BP
        is_long = self.streams >= MIN_STREAMS and self.seconds >= MIN_SECONDS
        right = self.nic_bps is not None and nobody_doubts and is_free and is_idle and is_long
        return "" if right else "test_invalid"


def load_tests(look: Look, campus: Campus) -> dict[str, list[LoadTest]]:
    """The tests of a campus's agent by subject (server and address family), oldest first, each once."""
    agent = AGENT + campus.id
    found = {}
    for subject in look.facts(agent):
        if subject.startswith(f"{PROBE}throughput:"):
            found[subject] = list(_tests(look, agent, subject))
    return found


def _tests(look: Look, agent: str, subject: str) -> Iterator[LoadTest]:
    seen: set[FactValue] = set()
    for span in look.spans(agent, subject, "tested_at"):
        if not isinstance(span.value, str) or span.value in seen:
            continue
        seen.add(span.value)
        test = _test(look, agent, subject, span.start)
        if test is not None:
            yield test


def _test(look: Look, agent: str, subject: str, slot: int) -> LoadTest | None:
    def said(key: str) -> FactValue:
        return value_at(look.spans(agent, subject, key), slot)

    def number(key: str) -> float | None:
        value = said(key)
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None

    mbps, nic, busy = number("mbps"), number("nic_mbps"), number("busy_ratio")
    if mbps is None:
        return None
    shares = [share for key in _CPU_KEYS if (share := number(key)) is not None]
    return LoadTest(
        device=agent,
        subject=subject,
        slot=slot,
        bps=round(mbps * 1_000_000),
        nic_bps=None if nic is None else round(nic * 1_000_000),
        busy_bp=None if busy is None else to_bp(busy),
        cpu_bp=max(map(to_bp, shares), default=None),
        own_cpu_known=all(number(key) is not None for key in _OWN_CPU_KEYS),
        streams=number("streams") or 0,
        seconds=number("seconds") or 0,
        ok=said("ok") is True,
        reason=str(said("reason") or ""),
    )


def median_of_last(tests: Sequence[LoadTest]) -> int:
    """Lower-middle median of the newest tests (three, or as many as there are), bit/s."""
    newest = sorted(test.bps for test in tests[-LAST:])
    return newest[(len(newest) - 1) // 2]


def share_bp(bps: int, reference_bps: int) -> int:
    """How much of the reference that is, in basis points, truncated."""
    return bps * ONE_BP // reference_bps
