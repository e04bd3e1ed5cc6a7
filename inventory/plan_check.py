"""What is wrong with a profile: everything that ``plan check`` refuses or doubts (metric-catalogue 5.2).

The quotes and figures are proved against the archived plan text: the file that [source] names, byte for
byte. Without the archive everything else is still checked.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from inventory.errors import Problem
from inventory.load_files import decode
from inventory.metrics.catalogue import catalogue
from inventory.metrics.compute import is_computed
from inventory.plan import read_profile
from inventory.profile import Profile, Target
from inventory.words import _

ALL_WORDS = ("全覆盖", "全面", "所有", "全纳入", "全部", "全县")
"""Words that may carry 100 %."""
NUMBER_WORDS = {100: ("百兆",), 1000: ("千兆",), 10_000: ("万兆",)}
"""Words that carry a rate in Mbit/s."""

_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_PLAN_ID = re.compile(r"(.*?)([0-9]+)")


def check_profile(path: Path, archive: Path | None) -> tuple[list[Problem], list[Problem]]:
    """Faults, and doubts that a person has to settle. PlanError when the file cannot be read at all."""
    profile, errors = read_profile(path)
    warnings: list[Problem] = []
    if profile is None:
        return errors, warnings
    for target in profile.targets:
        errors += _figure_faults(target, warnings)
        errors += _aggregate_faults(profile, target)
        errors += _due_faults(profile, target)
    warnings += _not_applied(profile)
    errors += _coverage_faults(profile)
    errors += _head_faults(profile)
    if archive is not None:
        errors += _quote_faults(profile, archive)
    return errors, warnings


def _where(target: Target, key: str = "") -> str:
    return f"[[target]] {target.id} {key}".rstrip()


# Figures


def _figure_faults(target: Target, warnings: list[Problem]) -> Iterator[Problem]:
    """A figure that is said to be the plan's has to stand in the quote."""
    quote = "".join(target.quote)
    if target.value is not None and target.threshold_origin == "plan":
        if target.value == 100 and not _stands(100, quote) and any(word in quote for word in ALL_WORDS):
            what = _("100 is read out of words, not out of a figure")
            warnings.append(Problem(_where(target, "value"), what, _("let a person confirm it")))
        elif not _stands(target.value, quote):
            yield _not_in_quote(_where(target, "value"), target.value)
    for name, origin in target.param_origin.items():
        value = target.params.get(name)
        is_figure = isinstance(value, int | float) and not isinstance(value, bool)
        if origin == "plan" and is_figure and not _stands(float(str(value)), quote):
            yield _not_in_quote(_where(target, f"params.{name}"), float(str(value)))


def _stands(value: float, quote: str) -> bool:
    """The number, or the same as a percentage, stands in the quote as figures or as a rate word."""
    found = {float(number) for number in _NUMBER.findall(quote)}
    words = NUMBER_WORDS.get(int(value), ())
    return value in found or (0 < value < 1 and value * 100 in found) or any(word in quote for word in words)


def _not_in_quote(where: str, value: float) -> Problem:
    return Problem(
        where,
        _("%(value)g is said to come from the plan but does not stand in the quote") % {"value": value},
        _("quote the sentence that has it, or say who set it (county_decision, product_default)"),
    )


# What belongs together


def _aggregate_faults(profile: Profile, target: Target) -> Iterator[Problem]:
    scope = profile.scopes.get(target.scope)
    level = catalogue()[target.metric].level
    if target.aggregate in ("school_rate", "pooled_units", "count") and target.value is None:
        yield Problem(
            _where(target, "value"),
            _("a target of kind %(kind)s needs a value") % {"kind": target.aggregate},
            _('set value, or aggregate = "report"'),
        )
    if target.aggregate in ("school_rate", "pooled_units") and target.value is not None:
        if not 0 < target.value <= 100:
            yield Problem(_where(target, "value"), _("is a percentage: above 0, up to 100"))
        if target.unit not in ("", "percent"):
            yield Problem(_where(target, "unit"), _("is a percentage"), 'unit = "percent"')
    if target.aggregate == "count" and target.value is not None and target.value % 1:
        yield Problem(_where(target, "value"), _("is a number of schools: a whole number"))
    if scope and scope.unit == "county" and target.aggregate in ("school_rate", "pooled_units"):
        yield Problem(
            _where(target, "scope"), _("has no schools to be counted"), _("choose a scope of schools")
        )
    if level == "K" and target.aggregate in ("school_rate", "pooled_units"):
        yield Problem(
            _where(target, "aggregate"),
            _("%(metric)s is judged once per county") % {"metric": target.metric},
            'aggregate = "single"',
        )


def _not_applied(profile: Profile) -> Iterator[Problem]:
    """What a profile asks for and this version cannot give: said before anybody waits for it."""
    open_ = [
        target.id
        for target in profile.targets
        if target.aggregate != "report" and not is_computed(target.metric, target.reading)
    ]
    if open_:
        what = _("this version does not compute what decides: %(ids)s") % {"ids": ", ".join(open_)}
        yield Problem("[[target]]", what, _("until it does, these targets can be missed but not met"))
    if profile.defaults.unknown_after:
        yield Problem("[defaults] unknown_after", _("is not applied by this version"))


def _due_faults(profile: Profile, target: Target) -> Iterator[Problem]:
    if target.due and target.due > profile.period.end and not target.note:
        yield Problem(_where(target, "due"), _("lies after the period of the plan"), _("say why in note"))
    for phase in target.phase:
        if target.due and phase.by > target.due:
            yield Problem(_where(target, "phase"), _("lies after the due date of the target"))


def _head_faults(profile: Profile) -> Iterator[Problem]:
    if profile.period.end < profile.period.start:
        yield Problem("[period]", _("ends before it starts"))
    head = profile.head
    if head.status == "adopted" and not (head.adopted_by and head.adopted_on):
        yield Problem(
            "[profile]", _("is adopted, but not by whom and when"), _("set adopted_by and adopted_on")
        )
    if head.adcode and not re.fullmatch(r"[1-9][0-9]{5}", head.adcode):
        yield Problem(
            "[profile] adcode", _("is not a county code"), _("6 digits of GB/T 2260, such as 330522")
        )


def _coverage_faults(profile: Profile) -> Iterator[Problem]:
    """Every plan id is either the matter of a target or left out on purpose."""
    targeted = {plan_id for target in profile.targets for plan_id in target.plan_ids}
    omitted = set(profile.omitted.c)
    for plan_id in sorted(targeted & omitted):
        yield Problem("[omitted] c", _("%(id)s has a target") % {"id": plan_id})
    numbers: dict[str, set[int]] = defaultdict(set)
    width = 0
    for plan_id in targeted | omitted:
        match = _PLAN_ID.fullmatch(plan_id)
        if not match:
            yield Problem("plan_ids", _("%(id)s does not end in a number") % {"id": plan_id})
            continue
        numbers[match[1]].add(int(match[2]))
        width = max(width, len(match[2]))
    for prefix, found in sorted(numbers.items()):
        missing = sorted(set(range(1, max(found) + 1)) - found)
        for number in missing:
            what = _("%(id)s is neither the matter of a target nor omitted")
            yield Problem("plan_ids", what % {"id": f"{prefix}{number:0{width}d}"})
    for target in profile.targets:
        if not target.plan_ids:
            yield Problem(_where(target, "plan_ids"), _("is empty"), _("name the phrase of the plan"))


# Quotes


def _quote_faults(profile: Profile, archive: Path) -> Iterator[Problem]:
    file = archive / profile.source.file
    if Path(profile.source.file).name != profile.source.file:
        yield Problem("[source] file", _("has to be a file name without folders"))
        return
    try:
        content = file.read_bytes()
    except OSError as error:
        yield Problem(
            "[source] file", _("%(file)s cannot be read: %(why)s") % {"file": file, "why": error.strerror}
        )
        return
    if hashlib.sha256(content).hexdigest() != profile.source.sha256.lower():
        yield Problem(
            "[source] sha256",
            _("is not that of %(file)s") % {"file": file},
            _("the archived text was changed, or the profile was made from another one"),
        )
        return
    try:
        text = decode(content)
    except UnicodeDecodeError:
        yield Problem("[source] file", _("is neither UTF-8, UTF-16 nor GB18030 text"))
        return
    for target in profile.targets:
        for quote in target.quote:
            if quote not in text:
                yield Problem(
                    _where(target, "quote"),
                    _("“%(quote)s” does not stand in the plan text") % {"quote": quote},
                    _("copy the words exactly as they are archived, spaces and punctuation too"),
                )
