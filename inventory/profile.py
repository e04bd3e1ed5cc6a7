"""A plan as data: its targets, quoted, and what the county added. Records only; plan.py reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Literal

from inventory.metrics.params import Params, ParamValue
from inventory.register import School
from inventory.verdict import ProfileRef

Status = Literal["draft", "adopted", "retired"]
Basis = Literal["", "stated", "implied"]
Origin = Literal["plan", "law", "standard", "county_decision", "product_default"]
ScopeUnit = Literal["campus", "school", "classroom", "county"]
Aggregate = Literal["school_rate", "pooled_units", "count", "single", "report"]
Strength = Literal["must", "strive", "baseline"]
Op = Literal[">=", ">"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileHead:
    """The table [profile]."""

    id: str
    version: str
    title: str
    county: str
    adcode: str = ""
    status: Status = "draft"
    adopted_by: str = ""
    adopted_on: date | None = None
    supersedes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The table [source]: the archived plan text, byte for byte. ``file`` and ``sha256`` are empty where
    nobody holds the text: then the quotes are second-hand, and ``note`` says from where. ``ids`` lists every
    phrase of the plan that was numbered, ranges as ``001-01..001-34``."""

    file: str
    sha256: str
    ids: tuple[str, ...] = ()
    document: str = ""
    publisher: str = ""
    url: str = ""
    retrieved_on: date | None = None
    excerpt: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The table [period]."""

    start: date
    end: date
    end_basis: Basis = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """The table [defaults]: what a target says unless it says otherwise."""

    due: date | None = None
    due_basis: Basis = ""
    scope: str = ""
    threshold_origin: Origin = "product_default"
    weight: float = 1.0
    unknown_after: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The table [scope.NAME]: the schools that a target is about. An empty filter lets every school in."""

    name: str = ""
    unit: ScopeUnit
    stages_any: tuple[str, ...] = ()
    kinds_any: tuple[str, ...] = ()
    kinds_not: tuple[str, ...] = ()
    urban_rural_any: tuple[str, ...] = ()
    ownership_any: tuple[str, ...] = ()
    note: str = ""

    def holds(self, school: School) -> bool:
        """Whether a school is in scope; a scope of the county holds no school."""
        return (
            self.unit != "county"
            and (not self.stages_any or not set(self.stages_any).isdisjoint(school.stages))
            and (not self.kinds_any or school.kind in self.kinds_any)
            and school.kind not in self.kinds_not
            and (not self.urban_rural_any or school.urban_rural in self.urban_rural_any)
            and (not self.ownership_any or school.ownership in self.ownership_any)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """An interim milestone of a target."""

    by: date
    value: float
    origin: Origin = "county_decision"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One target. ``params`` and ``param_origin`` go to the metric; ``value`` is the county's goal."""

    id: str
    plan_ids: tuple[str, ...] = ()
    klass: Literal["a", "b"] = "b"
    quote: tuple[str, ...]
    metric: str
    params: Mapping[str, ParamValue] = field(default_factory=lambda: MappingProxyType({}))
    param_origin: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    scope: str = ""
    aggregate: Aggregate
    op: Op = ">="
    value: float | None = None
    unit: str = ""
    due: date | None = None
    due_basis: Basis = ""
    strength: Strength = "must"
    threshold_origin: Origin | Literal[""] = ""
    weight: float | None = None
    note: str = ""
    phase: tuple[Phase, ...] = ()

    @property
    def reading(self) -> Params:
        """The parameters as a metric reads them."""
        return Params(self.params, self.param_origin)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The table [[change]]: what this version changed, and why."""

    version: str
    date: date
    by: str
    what: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Omitted:
    """The table [omitted]: plan ids of class c, which no device and no document can decide."""

    c: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The table [score]: whether the county weighs its targets (``weight``), and who decided that (县定).
    The plans give no weights."""

    enabled: bool = False
    decided_by: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A plan as it judges. ``sha256`` is that of the profile file itself."""

    head: ProfileHead
    source: Source
    period: Period
    defaults: Defaults = Defaults()
    scopes: Mapping[str, Scope] = field(default_factory=lambda: MappingProxyType({}))
    targets: tuple[Target, ...] = ()
    changes: tuple[Change, ...] = ()
    omitted: Omitted = Omitted()
    score: Score = Score()
    sha256: str = ""

    @property
    def id(self) -> str:
        return self.head.id

    @property
    def version(self) -> str:
        return self.head.version

    @property
    def status(self) -> str:
        return self.head.status

    @property
    def county(self) -> str:
        return self.head.county

    @property
    def title(self) -> str:
        return self.head.title

    @property
    def ref(self) -> ProfileRef:
        """What every verdict and report names."""
        return ProfileRef(
            id=self.id, version=self.version, sha256=self.sha256, title=self.title, status=self.status
        )

    def scope_of(self, target: Target) -> Scope:
        """The scope of a target; ``load_profile`` made sure that it exists."""
        return self.scopes[target.scope]
