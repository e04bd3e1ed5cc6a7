"""Reading a plan profile: a TOML file into the records of profile.py.

``load_profile`` refuses what could not be judged (unknown keys, metrics, parameters, scopes) with all
faults at once, each with its line; ``plan_check`` proves the quotes and figures against the archived plan
text.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from inventory.errors import PlanError
from inventory.metrics.catalogue import catalogue
from inventory.metrics.params import ORIGINS, ParamValue, kinds_of, param_fault
from inventory.plan_book import Book, Finding, PlanProblem
from inventory.plan_tables import Table, read_table, unknown_keys, unknown_words
from inventory.profile import (
    Change,
    Defaults,
    Omitted,
    Period,
    Phase,
    Profile,
    ProfileHead,
    Scope,
    Score,
    Source,
    Target,
)
from inventory.register import KINDS, STAGES
from inventory.suggest import did_you_mean
from inventory.toml_lines import Path as Place
from inventory.words import _

__all__ = ["Draft", "Profile", "Target", "builtin_profiles", "load_profile", "read_draft"]

PLANS = Path(__file__).parent / "plans"
MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Draft:
    """A profile as far as it could be read. ``places`` tells for each target its position in the file;
    without [profile], [source] and [period] there is no profile."""

    book: Book
    profile: Profile | None
    places: tuple[int, ...]
    findings: tuple[Finding, ...]

    @property
    def problems(self) -> list[PlanProblem]:
        """What was found, in the order of the file."""
        return in_order(map(self.book.problem, self.findings))


def in_order(problems: Iterable[PlanProblem]) -> list[PlanProblem]:
    """By line; what the file does not have at all comes first."""
    return sorted(problems, key=lambda problem: problem.line)


def builtin_profiles() -> dict[str, Path]:
    """The profiles that come with wanzhao, by name."""
    return {path.stem: path for path in sorted(PLANS.glob("*.toml"))}


def load_profile(path: Path) -> Profile:
    """A profile, complete and known to be judgeable; PlanError lists every fault."""
    return _whole(read_draft(path), str(path))


def parse_profile(text: str, where: str) -> Profile:
    """The same of a profile's text; ``where`` says in errors where that is from."""
    return _whole(_draft(text.encode(), where), where)


def _whole(draft: Draft, where: str) -> Profile:
    if draft.profile is None or draft.findings:
        raise PlanError(
            _("%(n)d faults in the plan profile") % {"n": len(draft.findings)},
            where=where,
            problems=tuple(draft.problems),
        )
    return draft.profile


def read_draft(path: Path) -> Draft:
    """A profile and its faults; PlanError when the file cannot be read at all."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise PlanError(_("cannot be read: %(why)s") % {"why": error.strerror}, where=str(path)) from error
    return _draft(content, str(path))


def _draft(content: bytes, where: str) -> Draft:
    if len(content) > MAX_BYTES:
        raise PlanError(_("larger than %(n)d bytes") % {"n": MAX_BYTES}, where=where)
    try:
        text = content.decode("utf-8-sig")
        data = tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PlanError(_("is not TOML in UTF-8: %(why)s") % {"why": error}, where=where) from error
    return _Reader(data).draft(Book(text, data), hashlib.sha256(content).hexdigest())


class _Reader:
    """Reads the tables of one profile and keeps what it finds."""

    def __init__(self, data: Table) -> None:
        self.data = data
        self.found: list[Finding] = []

    def draft(self, book: Book, sha256: str) -> Draft:
        top = ("profile", "source", "period", "defaults", "scope", "target", "change", "omitted", "score")
        self.found += unknown_keys(self.data, (), top)
        head = read_table(self.data.get("profile"), ("profile",), ProfileHead, self.found)
        source = read_table(self.data.get("source"), ("source",), Source, self.found)
        period = read_table(self.data.get("period"), ("period",), Period, self.found)
        defaults = read_table(self.data.get("defaults", {}), ("defaults",), Defaults, self.found)
        omitted = read_table(self.data.get("omitted", {}), ("omitted",), Omitted, self.found)
        score = read_table(self.data.get("score", {}), ("score",), Score, self.found)
        scopes = self.scopes(self.data.get("scope", {}))
        targets = self.targets(defaults or Defaults(), scopes)
        changes = [read_table(row, ("change", n), Change, self.found) for n, row in self.rows("change")]
        profile = None
        if head and source and period:
            profile = Profile(
                head=head,
                source=source,
                period=period,
                defaults=defaults or Defaults(),
                scopes=MappingProxyType(scopes),
                targets=tuple(target for _n, target in targets),
                changes=tuple(change for change in changes if change),
                omitted=omitted or Omitted(),
                score=score or Score(),
                sha256=sha256,
            )
        return Draft(book, profile, tuple(n for n, _target in targets), tuple(self.found))

    def scopes(self, data: object) -> dict[str, Scope]:
        if not isinstance(data, dict):
            self.found.append(Finding(("scope",), _("is not a table")))
            return {}
        scopes: dict[str, Scope] = {}
        for name, row in data.items():
            scope = read_table(row, ("scope", name), Scope, self.found, hidden=("name",))
            if scope is None:
                continue
            scopes[name] = replace(scope, name=name)
            filters: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
                "stages_any": (scope.stages_any, STAGES),
                "kinds_any": (scope.kinds_any, KINDS),
                "kinds_not": (scope.kinds_not, KINDS),
                "urban_rural_any": (scope.urban_rural_any, ("urban", "town", "rural")),
                "ownership_any": (scope.ownership_any, ("public", "private")),
            }
            for key, (words, known) in filters.items():
                self.found += unknown_words(words, known, ("scope", name, key))
                if key in row and not words:
                    what, do = _("is an empty list"), _("leave the key out to let every school in")
                    self.found.append(Finding(("scope", name, key), what, do))
        return scopes

    def targets(self, defaults: Defaults, scopes: dict[str, Scope]) -> list[tuple[int, Target]]:
        targets: list[tuple[int, Target]] = []
        seen: dict[str, int] = {}
        rows = self.rows("target")
        if not rows:
            self.found.append(Finding(("target",), _("the profile has no target")))
        for n, row in rows:
            target = self.target(row, ("target", n), defaults)
            if target is None:
                continue
            if target.id in seen:
                what = _("two targets have this id; the other is number %(n)d") % {"n": seen[target.id] + 1}
                self.found.append(Finding(("target", n, "id"), what, _("give each target an id of its own")))
            seen.setdefault(target.id, n)
            self.scope_of(target, row, ("target", n), scopes)
            targets.append((n, target))
        return targets

    def scope_of(self, target: Target, row: Table, place: Place, scopes: dict[str, Scope]) -> None:
        """The scope that a target names, or takes from [defaults], has to be there."""
        path = (*place, "scope") if "scope" in row else place
        if not target.scope or row.get("scope") == "":
            what = _("has no scope")
            self.found.append(Finding(path, what, _("name one of the tables [scope.NAME]")))
        elif target.scope not in scopes:
            what = _("there is no scope %(name)s") % {"name": target.scope}
            self.found.append(Finding(path, what, did_you_mean(target.scope, tuple(scopes))))

    def target(self, row: Table, place: Place, defaults: Defaults) -> Target | None:
        row = dict(row)
        if isinstance(row.get("quote"), str):
            row["quote"] = [row["quote"]]
        given, phases = row.pop("params", {}), row.pop("phase", [])
        target = read_table(row, place, Target, self.found, elsewhere=("params", "phase"))
        metric = row.get("metric")
        if not isinstance(metric, str):
            return None
        if metric not in catalogue():
            what = _("there is no metric %(name)s") % {"name": metric}
            self.found.append(Finding((*place, "metric"), what, did_you_mean(metric, tuple(catalogue()))))
            return None
        params = self.params(given, place, metric)
        milestones = self.phases(phases, place)
        if target is None:
            return None
        self.param_origins(target, params, place)
        # What is only reported has no goal, and so nobody who set it.
        is_open = target.aggregate == "report" and target.value is None
        return replace(
            target,
            params=MappingProxyType(params),
            param_origin=MappingProxyType(dict(target.param_origin)),
            phase=tuple(milestones),
            scope=target.scope or defaults.scope,
            due=target.due or defaults.due,
            due_basis=target.due_basis or (defaults.due_basis if target.due is None else ""),
            threshold_origin=target.threshold_origin or ("" if is_open else defaults.threshold_origin),
            weight=defaults.weight if target.weight is None else target.weight,
        )

    def params(self, given: object, place: Place, metric: str) -> dict[str, ParamValue]:
        if not isinstance(given, dict):
            self.found.append(Finding((*place, "params"), _("has to be a table")))
            return {}
        kinds = kinds_of(metric)
        self.found += unknown_keys(given, (*place, "params"), kinds)
        params: dict[str, ParamValue] = {}
        for name, raw in given.items():
            if name not in kinds:
                continue
            value = tuple(raw) if isinstance(raw, list) else raw
            fault = param_fault(metric, name, kinds[name], value)
            if fault:
                self.found.append(Finding((*place, "params", name), fault))
            else:
                params[name] = value
        return params

    def param_origins(self, target: Target, params: dict[str, ParamValue], place: Place) -> None:
        given = set(params) | set(self._given(place))
        for name, origin in target.param_origin.items():
            path = (*place, "param_origin", name)
            if name not in given:
                what = _("says who set %(name)s, but params does not give it") % {"name": name}
                self.found.append(Finding(path, what, did_you_mean(name, tuple(params))))
            self.found += unknown_words([origin], ORIGINS, path)

    def _given(self, place: Place) -> Iterable[str]:
        """Names in params, wrong values among them: they are told of once."""
        rows = self.data["target"]
        row = rows[place[1]] if isinstance(rows, list) and isinstance(place[1], int) else {}
        given = row.get("params", {})
        return given if isinstance(given, dict) else ()

    def phases(self, data: object, place: Place) -> list[Phase]:
        if not isinstance(data, list):
            self.found.append(Finding((*place, "phase"), _("is not an array of tables")))
            return []
        read = [read_table(row, (*place, "phase", n), Phase, self.found) for n, row in enumerate(data)]
        return [phase for phase in read if phase]

    def rows(self, table: str) -> list[tuple[int, Table]]:
        data = self.data.get(table, [])
        if isinstance(data, list) and all(isinstance(row, dict) for row in data):
            return list(enumerate(data))
        self.found.append(Finding((table,), _("is not an array of tables")))
        return []
