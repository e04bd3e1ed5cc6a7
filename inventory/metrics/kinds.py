"""The kinds of metrics: judged per campus, per school or once per county; and what a county's metric looks
at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias
from zoneinfo import ZoneInfo

from inventory.metrics.look import Look
from inventory.metrics.params import Params
from inventory.metrics.proof import Proof
from inventory.register import Campus, Register, School
from inventory.snapshot import AgentSeen
from inventory.verdict import SchoolView, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyLook:
    """A county under judgement. ``schools`` are those in the target's scope; ``views`` are what was judged of
    all schools, and ``agents`` all that were ever heard."""

    register: Register
    schools: tuple[School, ...]
    views: Sequence[SchoolView]
    agents: Sequence[AgentSeen]
    as_of: float

    @property
    def subject(self) -> str:
        """What a county's verdict is about."""
        return self.register.adcode or self.register.county

    @property
    def today(self) -> date:
        """The local day of ``as_of``."""
        return datetime.fromtimestamp(self.as_of, ZoneInfo(self.register.calendar.timezone)).date()

    def proof(self, school: School | None = None) -> Proof:
        """What the county's documents prove today, with those of a school."""
        return Proof((*self.register.documents, *(school.documents if school else ())), self.today)


CampusMetric: TypeAlias = Callable[[Look, Campus, Params], Verdict]
SchoolMetric: TypeAlias = Callable[[Look, Params], Verdict]
CountyMetric: TypeAlias = Callable[[CountyLook, Params], Verdict]

CampusMetrics: TypeAlias = dict[str, CampusMetric]
SchoolMetrics: TypeAlias = dict[str, SchoolMetric]
CountyMetrics: TypeAlias = dict[str, CountyMetric]
