"""Verdicts: the one kind of answer that the product gives, and the county's view of them.

Types only; ``rules.py`` compares, ``metrics/`` computes, ``judge.py`` puts them together. Counts and
comparisons are integers; a ratio is carried in basis points (1/100 of a percent) and truncated.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

import msgspec

from inventory.register import School


class State(StrEnum):
    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    UNKNOWN = "unknown"
    NA = "na"


class TargetState(StrEnum):
    MET = "met"
    NOT_MET = "not_met"
    UNDETERMINED = "undetermined"
    REPORT = "report"


class PollCounts(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """a: answered and true; d: down, or answered and false; m: gaps. N = a + d + m."""

    a: int
    d: int
    m: int

    @property
    def n(self) -> int:
        return self.a + self.d + self.m


class UnitCounts(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """p units pass, f fail, u unknown; n = p + f + u. ``na`` units are outside n."""

    p: int
    f: int
    u: int
    na: int = 0

    @property
    def n(self) -> int:
        return self.p + self.f + self.u


class Evidence(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What decided: a device fact, an active test or a document, with its object and time span (slots)."""

    level: str
    what: str
    device: str = ""
    subject: str = ""
    value: str = ""
    first: int | None = None
    last: int | None = None
    counts: PollCounts | None = None
    day: date | None = None
    """of a document or a test on site"""
    document: str = ""
    """id of the document in the register"""


class Verdict(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One metric of one subject (campus, school or county) as of a time.

    ``value`` is in ``unit``; ``low_bp`` and ``high_bp`` bound the ratio that decided, in basis points, and
    ``thr_bp`` is what it has to reach;
    ``reason`` is a code of inventory.reasons for every fail and unknown; ``origin`` says who set the
    threshold: plan, law, standard, county_decision or product_default. ``leg`` names a part that is
    no metric of its own ("built", "enrolled"). ``also`` is printed beside the verdict and decides nothing.
    """

    metric: str
    subject: str
    state: State
    reason: str = ""
    value: float | None = None
    unit: str = ""
    threshold: float | None = None
    origin: str = "product_default"
    level: str = "E0"
    window: tuple[int, int] | None = None
    polls: PollCounts | None = None
    units: UnitCounts | None = None
    low_bp: int | None = None
    high_bp: int | None = None
    thr_bp: int | None = None
    evidence: tuple[Evidence, ...] = ()
    legs: tuple[Verdict, ...] = ()
    leg: str = ""
    also: tuple[Verdict, ...] = ()


class SchoolVerdict(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One target at one school: the campuses rolled into one state, and each campus's verdict; that of a
    metric of schools is one, whose subject is the school. ``exemption`` is the document that lets a school
    off."""

    target: str
    school: str
    state: State
    reason: str = ""
    campuses: tuple[Verdict, ...] = ()
    exemption: str = ""

    def at(self, campus: str) -> Verdict | None:
        """The verdict that holds at a campus: its own, or the school's."""
        found = (each for each in self.campuses if each.subject in (campus, self.school))
        return next(found, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyTarget:
    """One target over the county: how many schools (or units), the bounds, and the state of the target.
    ``verdict`` is of what is judged once for the county."""

    target: str
    state: TargetState
    counts: UnitCounts
    low_bp: int | None = None
    high_bp: int | None = None
    goal: float | None = None
    unit: str = ""
    aggregate: str = ""
    due: date | None = None
    origin: str = ""
    verdict: Verdict | None = None


class CampusLine(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a report prints of one campus beside the verdicts: figures, never compared again."""

    campus: str
    name: str = ""
    port_speed_mbps: float | None = None
    contract_mbps: int | None = None
    aps_registered: int = 0
    aps_online: int | None = None
    main_areas: int = 0
    main_areas_covered: int = 0
    main_areas_unmapped: int = 0
    last_report: float | None = None
    poll_interval_s: int = 300
    devices: tuple[tuple[str, str, int], ...] = ()
    """role, state now (inventory.live), how many"""
    ipv6: tuple[tuple[str, bool], ...] = ()
    """step now (address, default_route), yes or no"""
    optics_margin_db: float | None = None
    """of the light at its uplinks now: the least"""


class SchoolView(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One school: its register row, one verdict per target in scope (in plan order), lines per campus."""

    school: School
    verdicts: tuple[SchoolVerdict, ...] = ()
    campuses: tuple[CampusLine, ...] = ()
    links: tuple[Verdict, ...] = ()
    """the county's links that this school's agents read: one verdict each, whose subject is the link"""
    required: tuple[int, int] | None = None
    """required fields of the school's rows: filled, and all; None: nobody has counted"""
    expiries: tuple[tuple[str, date], ...] = ()
    """the last day of the first paper of each kind that ends (inventory.expiry)"""
    dossier: tuple[Verdict, ...] = ()
    """metrics that no target asks for (inventory.dossier); empty where nobody wanted them"""


class AgentLine(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What is shown of an agent. ``clock_offset_s`` is the collector's clock minus its own; batches are
    ``missing`` whose number later ones have passed, ``lost`` those it gave up within a week."""

    school: str
    campus: str
    agent: str
    version: str = ""
    last_report: float | None = None
    newest_slot: int | None = None
    clock_offset_s: float | None = None
    missing_batches: int = 0
    lost_batches: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileRef:
    """Which plan judged: never a verdict without it."""

    id: str
    version: str
    sha256: str
    title: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetText:
    """What a report prints of a target; taken from the profile."""

    id: str
    quote: tuple[str, ...]
    metric: str
    plan_ids: tuple[str, ...] = ()
    klass: str = ""
    strength: str = ""
    scope: str = ""
    scope_note: str = ""
    params: tuple[tuple[str, str], ...] = ()
    param_origin: tuple[tuple[str, str], ...] = ()
    aggregate: str = ""
    op: str = ">="
    value: float | None = None
    unit: str = ""
    due: date | None = None
    due_basis: str = ""
    origin: str = ""
    note: str = ""


UPLINK_ITEM = "uplink:"
"""How the item of an accepted uplink begins: "uplink:<campus>:<device>:<port>"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Regression:
    """Something at a school that is below what was accepted; ``item`` is "<profile>/<target>" or of an
    uplink."""

    school: str
    item: str
    kind: str
    since: float


def is_of_plan(item: str, profile: str) -> bool:
    """Whether something accepted concerns a plan; an uplink concerns every plan."""
    return item.startswith((UPLINK_ITEM, f"{profile}/"))


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyView:
    """One county under one plan as of a time: everything that an exporter or a page shows."""

    as_of: float
    county: str
    adcode: str
    profile: ProfileRef
    source_document: str = ""
    source_sha256: str = ""
    source_excerpt: bool = False
    texts: tuple[TargetText, ...] = ()
    targets: tuple[CountyTarget, ...] = ()
    schools: tuple[SchoolView, ...] = ()
    quality: tuple[Verdict, ...] = ()
    """county-level data quality: G1 agent coverage, G6 determinacy"""
    regressions: tuple[Regression, ...] = ()
    """what is below what was accepted (inventory.baseline), as the collector last compared"""
    as_known: float | None = None
    """when this was known; None: now"""
    timezone: str = "Asia/Shanghai"
    agents: tuple[AgentLine, ...] = ()
    profile_first_used: float | None = None
    """when this version of the plan first judged"""
    baselines: int = 0
    """accepted states in force"""
    accepted_at: float | None = None
    """when a state was last accepted"""


def local_day(view: CountyView) -> date:
    """The day of the view where the county is."""
    return datetime.fromtimestamp(view.as_of, ZoneInfo(view.timezone)).date()
