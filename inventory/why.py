"""Why a verdict is what it is: rule, numbers, facts, who set the threshold, what would change it, what to do.

Records only; the words are put to them where they are shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from inventory.change import MIN_COVERAGE_BP, Change, Coming, change_of
from inventory.errors import InputError
from inventory.judge import applies, judge_look, target_texts
from inventory.metrics.look import Look
from inventory.metrics.params import kinds_of
from inventory.profile import Profile, Target
from inventory.register import Calendar, Campus
from inventory.snapshot import SchoolSnapshot
from inventory.steps import Step, steps_of
from inventory.suggest import did_you_mean
from inventory.verdict import SchoolVerdict, TargetText, Verdict
from inventory.words import _

ALWAYS = frozenset({"access_optics_margin", "wifi_controller_health", "county_core_10g"})
"""Metrics that count round the clock where the profile is silent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Param:
    """A parameter that the metric takes; ``value`` is "" where the product's default holds."""

    name: str
    value: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A verdict or one of its legs (``depth`` counts from 0), the rule that decided, what would change it."""

    depth: int
    verdict: Verdict
    rule: str
    change: Change | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """One target at one school, explained."""

    as_of: float
    timezone: str
    school: str
    school_name: str
    profile: str
    version: str
    sha256: str
    text: TargetText
    verdict: SchoolVerdict
    params: tuple[Param, ...]
    parts: tuple[Part, ...]
    steps: tuple[Step, ...]


def explain(snapshot: SchoolSnapshot, profile: Profile, target_id: str) -> Why:
    """The verdict of a target at a school, and everything behind it. InputError where there is none."""
    target = _target(profile, target_id)
    school = snapshot.school
    if not applies(profile, target, school):
        raise InputError(
            _("%(target)s is not judged at this school") % {"target": target_id},
            where=f"{school.id} {school.name}",
            do=_("its scope is %(scope)s, its metric %(metric)s")
            % {"scope": target.scope, "metric": target.metric},
        )
    look = Look(snapshot)
    view = judge_look(look, profile)
    verdict = next(each for each in view.verdicts if each.target == target_id)
    return Why(
        as_of=snapshot.as_of,
        timezone=snapshot.calendar.timezone,
        school=school.id,
        school_name=school.name,
        profile=profile.id,
        version=profile.version,
        sha256=profile.sha256,
        text=next(text for text in target_texts(profile) if text.id == target_id),
        verdict=verdict,
        params=params_of(target),
        parts=tuple(part for each in verdict.campuses for part in _parts(look, target, each, 0)),
        steps=steps_of(look, verdict.campuses),
    )


def params_of(target: Target) -> tuple[Param, ...]:
    """Every parameter that the target's metric takes, with who set it."""
    return tuple(
        Param(
            name=name,
            value="" if name not in target.params else _text(target.params[name]),
            origin=target.reading.origin(name),
        )
        for name in kinds_of(target.metric)
        if name != "also"
    )


def rule_of(verdict: Verdict) -> str:
    """Which kind of rule decided: polls, units, value, legs or other."""
    if verdict.legs:
        return "legs"
    if verdict.polls is not None:
        return "polls"
    if verdict.units is not None:
        return "units"
    return "value" if verdict.threshold is not None else "other"


def _parts(look: Look, target: Target, verdict: Verdict, depth: int) -> Iterator[Part]:
    default = "always" if verdict.metric in ALWAYS else "school"
    coming = Coming(
        as_of=look.snapshot.as_of,
        interval_s=look.snapshot.interval_s,
        calendar=_calendar(look, verdict.subject),
        clock=target.reading.word("clock", default),
    )
    change = change_of(verdict, coming, min_coverage_bp=target.reading.bp("min_coverage", MIN_COVERAGE_BP))
    yield Part(depth=depth, verdict=verdict, rule=rule_of(verdict), change=change)
    for leg in verdict.legs:
        yield from _parts(look, target, leg, depth + 1)


def _calendar(look: Look, subject: str) -> Calendar:
    campus: Campus | None = next((c for c in look.snapshot.school.campuses if c.id == subject), None)
    return look.calendar(campus)


def _target(profile: Profile, target_id: str) -> Target:
    for target in profile.targets:
        if target.id == target_id:
            return target
    raise InputError(
        _("the profile %(name)s has no target %(target)s") % {"name": profile.id, "target": target_id},
        do=did_you_mean(target_id, [target.id for target in profile.targets]),
    )


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
