"""Reading a plan profile: a TOML file into the records of profile.py.

``load_profile`` refuses what could not be judged (unknown keys, metrics, parameters, scopes) with all
faults at once; ``plan_check`` proves the quotes and figures against the archived plan text.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable
from dataclasses import fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias, TypeVar

import msgspec

from inventory.errors import PlanError, Problem
from inventory.metrics.catalogue import catalogue
from inventory.metrics.params import ORIGINS, ParamValue, kinds_of, param_fault
from inventory.profile import (
    Change,
    Defaults,
    Omitted,
    Period,
    Profile,
    ProfileHead,
    Scope,
    Source,
    Target,
)
from inventory.register import KINDS, STAGES
from inventory.suggest import did_you_mean
from inventory.words import _

__all__ = ["Profile", "Target", "builtin_profiles", "load_profile", "read_profile"]

PLANS = Path(__file__).parent / "plans"
MAX_BYTES = 1_000_000


def builtin_profiles() -> dict[str, Path]:
    """The profiles that come with wanzhao, by name."""
    return {path.stem: path for path in sorted(PLANS.glob("*.toml"))}


def load_profile(path: Path) -> Profile:
    """A profile, complete and known to be judgeable; PlanError lists every fault."""
    profile, problems = read_profile(path)
    if profile is None or problems:
        raise PlanError(
            _("%(n)d faults in the plan profile") % {"n": len(problems)},
            where=str(path),
            problems=tuple(problems),
        )
    return profile


def read_profile(path: Path) -> tuple[Profile | None, list[Problem]]:
    """A profile and its faults; no profile when it cannot be read at all."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise PlanError(_("cannot be read: %(why)s") % {"why": error.strerror}, where=str(path)) from error
    if len(content) > MAX_BYTES:
        raise PlanError(_("larger than %(n)d bytes") % {"n": MAX_BYTES}, where=str(path))
    try:
        data = tomllib.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PlanError(_("is not TOML in UTF-8: %(why)s") % {"why": error}, where=str(path)) from error
    return _Reader().profile(data, hashlib.sha256(content).hexdigest())


T = TypeVar("T")
Table: TypeAlias = dict[str, object]
TOP = ("profile", "source", "period", "defaults", "scope", "target", "change", "omitted")


class _Reader:
    """Reads the tables of one profile and keeps the faults."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def profile(self, data: Table, sha256: str) -> tuple[Profile | None, list[Problem]]:
        self.known_keys("", data, TOP)
        head = self.table(data.get("profile"), "[profile]", ProfileHead)
        source = self.table(data.get("source"), "[source]", Source)
        period = self.table(data.get("period"), "[period]", Period)
        defaults = self.table(data.get("defaults", {}), "[defaults]", Defaults)
        omitted = self.table(data.get("omitted", {}), "[omitted]", Omitted)
        scopes = self.scopes(data.get("scope", {}))
        targets = self.targets(data.get("target", []), defaults or Defaults(), scopes)
        changes = [
            self.table(row, f"[[change]] {n}", Change)
            for n, row in enumerate(self.rows(data.get("change", []), "[[change]]"), 1)
        ]
        if not (head and source and period and defaults and omitted):
            return None, self.problems
        profile = Profile(
            head=head,
            source=source,
            period=period,
            defaults=defaults,
            scopes=MappingProxyType(scopes),
            targets=tuple(targets),
            changes=tuple(change for change in changes if change),
            omitted=omitted,
            sha256=sha256,
        )
        return profile, self.problems

    def scopes(self, data: object) -> dict[str, Scope]:
        if not isinstance(data, dict):
            self.fault("[scope]", _("is not a table"))
            return {}
        found = {name: self.table(row, f"[scope.{name}]", Scope) for name, row in data.items()}
        scopes = {name: replace(scope, name=name) for name, scope in found.items() if scope}
        for name, scope in scopes.items():
            where = f"[scope.{name}]"
            self.known_words(f"{where} stages_any", scope.stages_any, STAGES)
            self.known_words(f"{where} kinds_any", scope.kinds_any, KINDS)
            self.known_words(f"{where} kinds_not", scope.kinds_not, KINDS)
            self.known_words(f"{where} urban_rural_any", scope.urban_rural_any, ("urban", "town", "rural"))
            self.known_words(f"{where} ownership_any", scope.ownership_any, ("public", "private"))
        return scopes

    def targets(self, data: object, defaults: Defaults, scopes: dict[str, Scope]) -> list[Target]:
        targets: list[Target] = []
        seen: set[str] = set()
        rows = self.rows(data, "[[target]]")
        if not rows:
            self.fault("[[target]]", _("the profile has no target"))
        for n, row in enumerate(rows, 1):
            where = f"[[target]] {row.get('id', n)}"
            target = self.target(row, where, defaults)
            if target is None:
                continue
            if target.id in seen:
                self.fault(where, _("two targets have this id"))
            seen.add(target.id)
            self.known_words(f"{where} scope", [target.scope], tuple(scopes))
            targets.append(target)
        return targets

    def target(self, row: Table, where: str, defaults: Defaults) -> Target | None:
        row = dict(row)
        if isinstance(row.get("quote"), str):
            row["quote"] = [row["quote"]]
        given = row.pop("params", {})
        target = self.table(_renamed(row, "class", "klass"), where, Target)
        metric = str(row.get("metric", ""))
        if metric not in catalogue():
            self.known_words(f"{where} metric", [metric], tuple(catalogue()))
            return None
        params = self.params(given, where, metric)
        if target is None:
            return None
        for name, origin in target.param_origin.items():
            self.known_words(f"{where} param_origin", [name], tuple(params))
            self.known_words(f"{where} param_origin.{name}", [origin], ORIGINS)
        return replace(
            target,
            params=MappingProxyType(params),
            param_origin=MappingProxyType(dict(target.param_origin)),
            scope=target.scope or defaults.scope,
            due=target.due or defaults.due,
            due_basis=target.due_basis or (defaults.due_basis if target.due is None else ""),
            threshold_origin=target.threshold_origin or defaults.threshold_origin,
            weight=defaults.weight if target.weight is None else target.weight,
        )

    def params(self, given: object, where: str, metric: str) -> dict[str, ParamValue]:
        if not isinstance(given, dict):
            self.fault(f"{where} params", _("is not a table"))
            return {}
        kinds = kinds_of(metric)
        params: dict[str, ParamValue] = {}
        for name, raw in given.items():
            if name not in kinds:
                self.known_words(f"{where} params", [name], tuple(kinds))
                continue
            value = tuple(raw) if isinstance(raw, list) else raw
            fault = param_fault(metric, name, kinds[name], value)
            if fault:
                self.fault(f"{where} params.{name}", fault)
            params[name] = value
        return params

    def table(self, row: object, where: str, type_: type[T]) -> T | None:
        """One table as a record; every unknown key and the first wrong value are faults."""
        if not isinstance(row, dict):
            self.fault(where, _("the table is missing"))
            return None
        # "class" is no name in Python, and a scope's name is its heading.
        allowed = [
            {"klass": "class"}.get(f.name, f.name)
            for f in fields(type_)  # type: ignore[arg-type]
            if (type_, f.name) != (Scope, "name")
        ]
        if type_ is Target:
            row = _renamed(row, "klass", "class")
        self.known_keys(where, row, allowed)
        kept = {key: value for key, value in row.items() if key in allowed}
        try:
            return msgspec.convert(_renamed(kept, "class", "klass"), type_)
        except msgspec.ValidationError as error:
            self.fault(where, str(error).replace("`klass`", "`class`"))
            return None

    def rows(self, data: object, where: str) -> list[Table]:
        if isinstance(data, list) and all(isinstance(row, dict) for row in data):
            return data
        self.fault(where, _("is not an array of tables"))
        return []

    def known_keys(self, where: str, row: Table, allowed: Iterable[str]) -> None:
        for key in row:
            if key not in (words := tuple(allowed)):
                what = _("unknown key %(key)s") % {"key": key}
                self.fault(where or _("top level"), what, did_you_mean(key, words))

    def known_words(self, where: str, found: Iterable[str], allowed: tuple[str, ...]) -> None:
        for word in found:
            if word not in allowed:
                self.fault(where, _("unknown: %(word)s") % {"word": repr(word)}, did_you_mean(word, allowed))

    def fault(self, where: str, what: str, do: str = "") -> None:
        self.problems.append(Problem(where, what, do))


def _renamed(row: Table, old: str, new: str) -> Table:
    return {new if key == old else key: value for key, value in row.items()}
