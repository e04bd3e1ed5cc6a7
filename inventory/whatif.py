"""The same schools under other thresholds or another profile: what would be judged, and where it differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from inventory.errors import InputError
from inventory.metrics.params import ParamValue, kinds_of, param_fault
from inventory.profile import Profile, Target
from inventory.suggest import did_you_mean
from inventory.verdict import CountyTarget, CountyView, SchoolView, State
from inventory.words import _

OF_TARGET = ("value", "op", "due")
"""What may be changed of a target beside the parameters of its metric."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A school whose state differs; a state is None where the target is not judged there."""

    target: str
    school: str
    name: str
    before: State | None
    after: State | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """A target before and after (None: the one has it not)."""

    target: str
    before: CountyTarget | None
    after: CountyTarget | None
    moved: tuple[Moved, ...]


def changed(profile: Profile, settings: Sequence[str]) -> Profile:
    """The profile with settings such as ``cx-wifi.area_ratio=0.9``, ``cx-wifi.value=95`` or
    ``*.strict_gaps=true`` (every target whose metric takes it). The result has no hash: it never judges for
    good. InputError names what is wrong with a setting."""
    for setting in settings:
        place, mark, text = setting.partition("=")
        target_id, dot, name = place.strip().rpartition(".")
        if not mark or not dot:
            raise InputError(
                _("%(setting)s is no setting") % {"setting": setting},
                where="--set",
                do=_("write TARGET.NAME=VALUE, for instance cx-wifi.area_ratio=0.9"),
            )
        profile = _changed(profile, setting, target_id, name, text.strip())
    return replace(profile, sha256="")


def compare(before: CountyView, after: CountyView) -> tuple[WhatIf, ...]:
    """Every target that either view has, with the schools that are judged differently."""
    old, new = ({target.target: target for target in view.targets} for view in (before, after))
    was, is_now = _states(before.schools), _states(after.schools)
    names = {view.school.id: view.school.name for view in (*before.schools, *after.schools)}
    found = []
    for target in dict.fromkeys((*old, *new)):
        moved = tuple(
            Moved(
                target=target,
                school=school,
                name=name,
                before=was.get((target, school), (None, ""))[0],
                after=is_now.get((target, school), (None, ""))[0],
                reason=is_now.get((target, school), (None, ""))[1],
            )
            for school, name in names.items()
            if was.get((target, school), (None, ""))[0] != is_now.get((target, school), (None, ""))[0]
        )
        found.append(WhatIf(target=target, before=old.get(target), after=new.get(target), moved=moved))
    return tuple(found)


def _states(views: Sequence[SchoolView]) -> dict[tuple[str, str], tuple[State | None, str]]:
    return {(v.target, v.school): (v.state, v.reason) for view in views for v in view.verdicts}


def _changed(profile: Profile, setting: str, target_id: str, name: str, text: str) -> Profile:
    takes = [
        target
        for target in profile.targets
        if target_id in (target.id, "*") and name in (*OF_TARGET, *kinds_of(target.metric))
    ]
    if not takes:
        known = [target for target in profile.targets if target.id == target_id]
        names = [*OF_TARGET, *kinds_of(known[0].metric)] if known else [t.id for t in profile.targets]
        raise InputError(
            _("no target takes this setting: %(setting)s") % {"setting": setting},
            where="--set",
            do=did_you_mean(name, names)
            if known
            else did_you_mean(target_id, [t.id for t in profile.targets]),
        )
    kept = {target.id: _with(target, setting, name, text) for target in takes}
    return replace(profile, targets=tuple(kept.get(target.id, target) for target in profile.targets))


def _with(target: Target, setting: str, name: str, text: str) -> Target:
    if name == "due":
        return replace(target, due=_day(setting, text))
    if name == "value":
        return replace(target, value=_number(setting, text))
    if name == "op":
        if text not in (">=", ">"):
            raise _bad(setting, _("has to be >= or >"))
        return replace(target, op=">" if text == ">" else ">=")
    kind = kinds_of(target.metric)[name]
    value = _parsed(kind, text)
    if fault := param_fault(target.metric, name, kind, value):
        raise _bad(setting, fault)
    params = {**target.params, name: value}
    origins = {**target.param_origin, name: "county_decision"}
    return replace(target, params=MappingProxyType(params), param_origin=MappingProxyType(origins))


def _parsed(kind: str, text: str) -> ParamValue:
    """The value as TOML would have it; what cannot be read stays text, and is refused for its kind."""
    if kind == "flag":
        return {"true": True, "false": False}.get(text, text)
    if kind in ("words", "legs", "metrics"):
        return tuple(word.strip() for word in text.split(",") if word.strip())
    if kind in ("ratio", "number", "signed"):
        try:
            return int(text) if text.lstrip("-").isdigit() else float(text)
        except ValueError:
            return text
    return text


def _number(setting: str, text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise _bad(setting, _("has to be a number")) from error


def _day(setting: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise _bad(setting, _("has to be a date such as 2026-12-31")) from error


def _bad(setting: str, what: str) -> InputError:
    return InputError(what, where=f"--set {setting}")
