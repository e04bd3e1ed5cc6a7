"""What is wrong with a profile: everything that ``plan check`` refuses or doubts (metric-catalogue 5.2).

The quotes and figures are proved against the archived plan text: the file that [source] names, byte for
byte. Without the archive everything else is still checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path

from inventory.metrics.compute import is_computed
from inventory.metrics.params import kinds_of
from inventory.plan import Draft, builtin_profiles, in_order, read_draft
from inventory.plan_book import Finding, PlanProblem
from inventory.plan_figures import carries, carries_rate, carries_ratio, is_percentage, names
from inventory.plan_fit import fit_findings, scope_findings
from inventory.plan_ids import coverage_findings
from inventory.plan_quotes import quote_findings, source_findings
from inventory.profile import Profile, Target
from inventory.toml_lines import Path as Place
from inventory.words import _

_NAME = re.compile(r"[\w.-]+")


def check_profile(path: Path, archive: Path | None) -> tuple[list[PlanProblem], list[PlanProblem]]:
    """Faults, and doubts that a person has to settle. PlanError when the file cannot be read at all."""
    draft = read_draft(path)
    found = [*draft.findings, *_findings(draft, archive)]
    faults = [draft.book.problem(one) for one in found if not one.is_doubt]
    doubts = [draft.book.problem(one) for one in found if one.is_doubt]
    return in_order(faults), in_order(doubts)


def _findings(draft: Draft, archive: Path | None) -> Iterator[Finding]:
    profile = draft.profile
    if profile is None:
        return
    targets = list(zip(draft.places, profile.targets, strict=True))
    yield from _head_findings(profile)
    yield from source_findings(profile)
    yield from scope_findings(profile)
    for n, target in targets:
        yield from _target_findings(target, ("target", n))
        yield from _figure_findings(target, ("target", n))
        yield from fit_findings(profile, target, ("target", n))
        yield from _due_findings(profile, target, ("target", n))
        yield from _phase_findings(target, ("target", n))
    yield from _not_computed(profile)
    yield from coverage_findings(profile, targets)
    if archive is not None:
        yield from quote_findings(profile, targets, archive)


# The profile as a whole


def _head_findings(profile: Profile) -> Iterator[Finding]:
    head = profile.head
    for key, word in (("id", head.id), ("version", head.version)):
        if not _NAME.fullmatch(word):
            yield Finding(("profile", key), _("has to be a name of letters, digits, points and hyphens"))
    if profile.period.end < profile.period.start:
        yield Finding(("period", "end"), _("lies before the start of the period"))
    if head.status == "adopted" and not (head.adopted_by and head.adopted_on):
        do = _("set adopted_by and adopted_on")
        yield Finding(("profile", "status"), _("is adopted, but not by whom and when"), do)
    if head.adcode and not re.fullmatch(r"[1-9][0-9]{5}", head.adcode):
        do = _("6 digits of GB/T 2260, such as 330522")
        yield Finding(("profile", "adcode"), _("is not a county code"), do)
    yield from _version_findings(profile)
    yield from _score_findings(profile)


def _version_findings(profile: Profile) -> Iterator[Finding]:
    head = profile.head
    if head.supersedes == head.version:
        yield Finding(("profile", "supersedes"), _("is the version itself"), _("name the version before"))
    if head.supersedes and head.version not in {change.version for change in profile.changes}:
        what = _("replaces version %(old)s, but no [[change]] tells what version %(new)s changed")
        yield Finding(
            ("profile", "supersedes"),
            what % {"old": head.supersedes, "new": head.version},
            _("add a [[change]] with this version, and say what and why"),
        )
    if _shipped().get((head.id, head.version), profile.sha256) != profile.sha256:
        yield Finding(
            ("profile", "version"),
            _("the profile of this id and version that ships with wanzhao has other content"),
            _("a version never changes: give yours a new version, or an id of its own"),
            is_doubt=True,
        )


@cache
def _shipped() -> Mapping[tuple[str, str], str]:
    """The SHA-256 sums of the profiles that ship, by id and version."""
    profiles = [read_draft(path).profile for path in builtin_profiles().values()]
    return {(each.id, each.version): each.sha256 for each in profiles if each}


def _score_findings(profile: Profile) -> Iterator[Finding]:
    score = profile.score
    if score.enabled:
        if not score.decided_by:
            what = _("is enabled, but not by whom")
            yield Finding(("score", "enabled"), what, _("set decided_by: the plans give no weights"))
        if not any(target.weight for target in profile.targets):
            yield Finding(("score", "enabled"), _("is enabled, but every weight is 0"))
        what = _("no weighted score is computed by this version; weights are kept and shown")
        yield Finding(("score", "enabled"), what, is_doubt=True)
    elif any(target.weight != 1 for target in profile.targets):
        what = _("weights have no effect without [score]")
        yield Finding(("target",), what, "[score] enabled = true", is_doubt=True)


def _not_computed(profile: Profile) -> Iterator[Finding]:
    """What a profile asks for and this version cannot give: said before anybody waits for it."""
    open_ = [
        target.id
        for target in profile.targets
        if target.aggregate != "report" and not is_computed(target.metric, target.reading)
    ]
    if open_:
        what = _("this version does not compute what decides: %(ids)s") % {"ids": ", ".join(open_)}
        do = _("until it does, these targets can be missed but not met")
        yield Finding(("target",), what, do, is_doubt=True)


# One target


def _target_findings(target: Target, place: Place) -> Iterator[Finding]:
    if not _NAME.fullmatch(target.id):
        yield Finding((*place, "id"), _("has to be a name of letters, digits, points and hyphens"))
    if not target.quote or not all(quote.strip() for quote in target.quote):
        yield Finding((*place, "quote"), _("is empty"), _("quote the plan to the letter"))
    if target.weight is not None and target.weight < 0:
        yield Finding((*place, "weight"), _("lies below 0"))
    is_stated = target.due is not None and target.due_basis == "stated"
    if is_stated and not carries(target.quote, target.due.year):  # type: ignore[union-attr]
        what = _("is said to be stated, but the year does not stand in the quote")
        do = _('quote the words that state it too, or due_basis = "implied"')
        yield Finding((*place, "due_basis"), what, do, is_doubt=True)


def _due_findings(profile: Profile, target: Target, place: Place) -> Iterator[Finding]:
    if target.due and target.due > profile.period.end and not target.note:
        yield Finding((*place, "due"), _("lies after the period of the plan"), _("say why in note"))
    if target.due and target.due < profile.period.start and not target.note:
        yield Finding((*place, "due"), _("lies before the period of the plan"), _("say why in note"))


def _phase_findings(target: Target, place: Place) -> Iterator[Finding]:
    """Milestones lead up to the goal: none after it, none above it, none lower than one before."""
    for n, phase in enumerate(target.phase):
        here = (*place, "phase", n)
        if target.due and phase.by > target.due:
            yield Finding((*here, "by"), _("lies after the due date of the target"))
        if target.value is None:
            yield Finding((*here, "value"), _("is a step to a goal that the target does not have"))
        elif phase.value > target.value:
            yield Finding((*here, "value"), _("lies above the goal of the target"))
        if phase.origin == "plan":
            yield from _figure(target, phase.value, (*here, "value"), is_share=target.unit == "percent")
    for n, (earlier, later) in enumerate(pairwise(target.phase), 1):
        if later.by <= earlier.by:
            what = _("is not later than the phase before")
            yield Finding((*place, "phase", n, "by"), what, _("write the phases in the order of their dates"))
        elif later.value < earlier.value:
            yield Finding((*place, "phase", n, "value"), _("is lower than in the phase before"))


# Figures


def _figure_findings(target: Target, place: Place) -> Iterator[Finding]:
    """A figure that is said to be the plan's has to stand in the quote."""
    is_share = target.aggregate in ("school_rate", "pooled_units")
    if target.value is not None and target.threshold_origin == "plan":
        yield from _figure(target, target.value, (*place, "value"), is_share=is_share)
    yield from _name_findings(target, place)
    kinds = kinds_of(target.metric)
    for name, origin in target.param_origin.items():
        value = target.params.get(name)
        if origin != "plan" or isinstance(value, bool) or not isinstance(value, int | float):
            continue
        path = (*place, "params", name)
        if name.endswith("_mbps"):
            yield from _as_told(carries_rate(target.quote, value), value, path)
        elif kinds[name] == "ratio":
            yield from _as_told(carries_ratio(target.quote, value), value, path)
        else:
            yield from _figure(target, value, path, is_share=False)


def _name_findings(target: Target, place: Place) -> Iterator[Finding]:
    """A name that is said to be the plan's has to stand in the quote, too."""
    for key in ("platform", "names"):
        value = target.params.get(key)
        for name in (value,) if isinstance(value, str) else value if isinstance(value, tuple) else ():
            if target.param_origin.get(key) == "plan" and not names(target.quote, name):
                what = _("%(name)s is said to come from the plan but does not stand in the quote")
                do = _("write the name as the plan has it, or say who gave it (county_decision)")
                yield Finding((*place, "params", key), what % {"name": name}, do)


def _figure(target: Target, value: float, path: Place, *, is_share: bool) -> Iterator[Finding]:
    found = carries(target.quote, value, is_share=is_share)
    yield from _as_told(found, value, path)
    if found == "figure" and is_share and not is_percentage(target.quote, value):
        what = _("%(value)g stands in the quote, but not as a percentage") % {"value": value}
        yield Finding(path, what, _("let a person confirm it"), is_doubt=True)


def _as_told(found: str, value: float, path: Place) -> Iterator[Finding]:
    if found == "words":
        what = _("%(value)g is read out of words, not out of a figure") % {"value": value}
        yield Finding(path, what, _("let a person confirm it"), is_doubt=True)
    elif not found:
        yield Finding(
            path,
            _("%(value)g is said to come from the plan but does not stand in the quote") % {"value": value},
            _("quote the sentence that has it, or say who set it (county_decision, product_default)"),
        )
