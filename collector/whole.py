"""The whole report's data for whoever asks, made when it is asked for and kept for a while.

Judging a school with every metric costs fifty times what a round costs: nobody shall keep the collector busy
by asking again and again. So what was made is handed out for twenty times as long as it took.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine

from collector.judging import Plan
from collector.reporting import reported
from inventory.report_basis import ReportBasis
from inventory.verdict import CountyView

KEPT_FOR = 20

Whole = Callable[[str], tuple[CountyView, ReportBasis]]
"""The county under a plan, by the plan's id."""


@dataclass(frozen=True, slots=True)
class _Made:
    view: CountyView
    basis: ReportBasis
    until: float


class WholeReports:
    """What was made last, by plan."""

    def __init__(
        self, engine: Engine, plans: Sequence[Plan], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._engine = engine
        self._profiles = {plan.profile.id: plan.profile for plan in plans}
        self._clock = clock
        self._made: dict[str, _Made] = {}
        self._one_at_a_time = threading.Lock()

    def __call__(self, profile_id: str) -> tuple[CountyView, ReportBasis]:
        """The county and the basis of its report, as of now or a little before. ConfigError while there is
        no register."""
        with self._one_at_a_time:
            made = self._made.get(profile_id)
            started = self._clock()
            if made is None or started >= made.until:
                view, basis = reported(self._engine, self._profiles[profile_id], time.time(), None)
                took = self._clock() - started
                made = self._made[profile_id] = _Made(view, basis, self._clock() + KEPT_FOR * took)
            return made.view, made.basis
