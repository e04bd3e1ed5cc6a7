"""Every numbered phrase of a plan is the matter of a target or left out on purpose: nothing gets lost."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from inventory.plan_book import Finding
from inventory.plan_quotes import Targets
from inventory.profile import Profile
from inventory.words import _

_PLAN_ID = re.compile(r"(.*?)([0-9]+)")
MOST = 10_000
"""Phrases in one range; more is a slip of the pen."""


def coverage_findings(profile: Profile, targets: Targets) -> Iterator[Finding]:
    """Phrases that nobody speaks of, that are spoken of twice over, or that the plan does not have."""
    targets = list(targets)
    omitted = set(profile.omitted.c)
    for n, target in targets:
        if not target.plan_ids:
            path = ("target", n, "plan_ids")
            yield Finding(path, _("is empty"), _("name the phrase of the plan"))
    targeted = {plan_id for _n, target in targets for plan_id in target.plan_ids}
    for n, plan_id in enumerate(profile.omitted.c):
        if plan_id in targeted:
            yield Finding(("omitted", "c", n), _("%(id)s has a target") % {"id": plan_id})
        if plan_id in profile.omitted.c[:n]:
            yield Finding(("omitted", "c", n), _("%(id)s is listed twice") % {"id": plan_id})
    if profile.source.ids:
        yield from _by_index(profile, targets, targeted | omitted)
    else:
        yield from _by_gaps(targeted | omitted)


def expanded(entry: str) -> list[str] | None:
    """The ids of an entry: one id, or a range such as 001-01..001-34; None when it is neither."""
    first, dots, last = entry.partition("..")
    start, end = _PLAN_ID.fullmatch(first), _PLAN_ID.fullmatch(last or first)
    if not start or not end or start[1] != end[1] or (dots and not last):
        return None
    numbers = range(int(start[2]), int(end[2]) + 1)
    if not 0 < len(numbers) <= MOST:
        return None
    return [f"{start[1]}{number:0{len(start[2])}d}" for number in numbers]


def _by_index(profile: Profile, targets: Targets, spoken_of: set[str]) -> Iterator[Finding]:
    """Against [source] ids: all of them, and no others."""
    index: set[str] = set()
    for n, entry in enumerate(profile.source.ids):
        ids = expanded(entry)
        if ids is None:
            what = _("%(entry)s is neither an id that ends in a number nor a range of them")
            yield Finding(("source", "ids", n), what % {"entry": entry}, _("write 001-01..001-34"))
            continue
        index.update(ids)
        for plan_id in ids:
            if plan_id not in spoken_of:
                yield _lost(plan_id, ("source", "ids", n))
    places = [
        *(
            (plan_id, ("target", n, "plan_ids", part))
            for n, t in targets
            for part, plan_id in enumerate(t.plan_ids)
        ),
        *((plan_id, ("omitted", "c", part)) for part, plan_id in enumerate(profile.omitted.c)),
    ]
    for plan_id, path in places:
        if plan_id not in index:
            yield Finding(path, _("%(id)s is not among the ids of [source]") % {"id": plan_id})


def _by_gaps(spoken_of: Iterable[str]) -> Iterator[Finding]:
    """Without an index: a series runs on without a gap. Whether its end is missing nobody can tell."""
    numbers: dict[str, set[int]] = defaultdict(set)
    width = 0
    for plan_id in sorted(spoken_of):
        match = _PLAN_ID.fullmatch(plan_id)
        if not match:
            what = _("%(id)s does not end in a number") % {"id": plan_id}
            yield Finding(("source", "ids"), what, _("number the phrases: 001-01, 001-02 and so on"))
            continue
        numbers[match[1]].add(int(match[2]))
        width = max(width, len(match[2]))
    for prefix, found in sorted(numbers.items()):
        for number in sorted(set(range(1, max(found) + 1)) - found):
            yield _lost(f"{prefix}{number:0{width}d}", ("source", "ids"))
    yield Finding(
        ("source", "ids"),
        _("is not given: phrases lost at the end of a series go unnoticed"),
        _("list the numbered phrases of the plan, such as 001-01..001-34"),
        is_doubt=True,
    )


def _lost(plan_id: str, path: tuple[str | int, ...]) -> Finding:
    return Finding(
        path,
        _("%(id)s is neither the matter of a target nor omitted") % {"id": plan_id},
        _("write a target for it, or list it in [omitted] c"),
    )
