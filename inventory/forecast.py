"""When a target may be reached, from its own history: a forecast, with its uncertainty, never a verdict.

Each school that does not pass yet has a chance per day to begin to, each that passes a chance to lapse. Both
rates are known only from what has happened so far: a Gamma distribution each (Jeffreys' prior, Gamma(1/2,
0)), so that three gains in a month say less than thirty in ten. Futures are drawn from the two; the days on
which they reach the goal are the forecast. The draws are seeded: the same history gives the same forecast.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import fsum

from inventory.rules import ONE_BP, percentile
from inventory.words import N_

DAY_S = 86_400.0
DRAWS = 400
HORIZON_DAYS = 3650.0
"""No future is followed further than ten years."""
MIN_DAYS = 28.0
"""A shorter history says nothing about a pace."""
MAX_STEPS = 20_000
WHY_NOT = {
    "reached": N_("reached already"),
    "too_short": N_("the history is shorter than four weeks"),
    "no_gain": N_("no school has come to pass in its history"),
}
_SEED = 20_251_231


@dataclass(frozen=True, slots=True)
class Stay:
    """A time in which a school was judged the same: from ``start`` until before ``end`` (None: still), in
    seconds since 1970."""

    school: str
    start: float
    end: float | None
    passes: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Days in seconds since 1970; None where fewer than that share of the futures reach the goal in time.

    ``likely`` is reached by half of the futures, ``early`` by a tenth, ``late`` by nine tenths;
    ``by_due_bp`` is the share that reaches it by the due date. ``why_not`` is a word of WHY_NOT where nothing
    can be forecast."""

    as_of: float
    passing: int
    schools: int
    needed: int
    gains: int
    losses: int
    days: float
    early: float | None = None
    likely: float | None = None
    late: float | None = None
    by_due_bp: int | None = None
    why_not: str = ""


def forecast(
    stays: Sequence[Stay], schools: int, needed: int, as_of: float, due: float | None = None
) -> Forecast:
    """The forecast for ``needed`` of ``schools`` schools to pass. The stays may come in any order."""
    begun = min((stay.start for stay in stays), default=as_of)
    days = (as_of - begun) / DAY_S
    now = sum(stay.passes for stay in stays if stay.start <= as_of and _is_open(stay, as_of))
    gains, losses, waiting, keeping = _moves(stays, schools, begun, as_of)
    base = Forecast(
        as_of=as_of,
        passing=now,
        schools=schools,
        needed=needed,
        gains=gains,
        losses=losses,
        days=days,
    )
    why_not = "reached" if now >= needed else "too_short" if days < MIN_DAYS else ""
    if not why_not and gains == 0:
        why_not = "no_gain"
    if why_not:
        return replace(base, why_not=why_not)
    draw = random.Random(_SEED)  # noqa: S311 - repeatable futures, no secret
    reached = sorted(
        _days_until(
            needed,
            now,
            schools,
            draw.gammavariate(gains + 0.5, 1 / max(waiting, 1.0)),
            draw.gammavariate(losses + 0.5, 1 / max(keeping, 1.0)) if keeping else 0.0,
            draw,
        )
        for _n in range(DRAWS)
    )
    by_due = None
    if due is not None:
        by_due = sum(each * DAY_S + as_of <= due for each in reached) * ONE_BP // DRAWS
    return replace(
        base,
        early=_moment(reached, 1000, as_of),
        likely=_moment(reached, 5000, as_of),
        late=_moment(reached, 9000, as_of),
        by_due_bp=by_due,
    )


def _is_open(stay: Stay, at: float) -> bool:
    return stay.end is None or stay.end > at


def _moves(stays: Sequence[Stay], schools: int, begun: float, as_of: float) -> tuple[int, int, float, float]:
    """Gains, losses, and the school-days spent waiting and keeping. What a school was first judged is no
    gain: nobody knows since when it was so."""
    by_school: dict[str, list[Stay]] = {}
    for stay in stays:
        if stay.start <= as_of:
            by_school.setdefault(stay.school, []).append(stay)
    gains = losses = 0
    for own in by_school.values():
        own.sort(key=lambda stay: stay.start)
        for before, after in pairwise(own):
            gains += after.passes and not before.passes
            losses += before.passes and not after.passes
    kept = ((min(stay.end or as_of, as_of) - stay.start) / DAY_S for stay in stays if stay.passes)
    keeping = fsum(days for days in kept if days > 0)
    waiting = max(0.0, schools * (as_of - begun) / DAY_S - keeping)
    return gains, losses, waiting, keeping


def _days_until(needed: int, now: int, schools: int, gain: float, loss: float, draw: random.Random) -> float:
    """Days until so many pass, in one future; HORIZON_DAYS where it is never reached."""
    day, passing = 0.0, now
    for _step in range(MAX_STEPS):
        if passing >= needed:
            return day
        up, down = (schools - passing) * gain, passing * loss
        if up + down <= 0:
            break
        day += draw.expovariate(up + down)
        if day >= HORIZON_DAYS:
            break
        passing += 1 if draw.random() * (up + down) < up else -1
    return HORIZON_DAYS


def _moment(reached: Sequence[float], share_bp: int, as_of: float) -> float | None:
    days = percentile(reached, share_bp)
    return None if days >= HORIZON_DAYS else as_of + days * DAY_S
