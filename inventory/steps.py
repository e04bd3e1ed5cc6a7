"""The cheapest next step: what the facts say about where the fault lies, before anybody buys anything.

A reason has its advice (advice.py). For an uplink that is too slow the facts tell more: whether the port, the
transceiver or the far end holds it back, and whether a faster port stands free beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from inventory.advice import ADVICE, CARRIER, MODULE, NOTHING, PORT, SCHOOL, STEPS, SWITCH
from inventory.advice import CARRIER_WORK as CARRIER_STEP
from inventory.facts import PORT as PORT_SUBJECT
from inventory.metrics.access import A1, A2, TEN_G_MBPS
from inventory.metrics.look import Look
from inventory.metrics.ports import ETHERNET_TYPES, members_of, short_name
from inventory.verdict import State, Verdict
from inventory.words import N_

SPEED_CLASSES = {"ge": 1000, "mge": 2500, "10ge": 10_000, "25ge": 25_000, "40ge": 40_000, "100ge": 100_000}
"""What a port's name says it can do, Mbit/s."""
_CLASS = re.compile(r"([0-9]*[a-z]+?)[0-9]+[/.:0-9]*")
_OPTIC_SPEEDS = (
    # How makers write what a transceiver can do; the first that fits tells.
    (re.compile(r"100G|QSFP28", re.IGNORECASE), 100_000),
    (re.compile(r"40G|QSFP", re.IGNORECASE), 40_000),
    (re.compile(r"25G|SFP28", re.IGNORECASE), 25_000),
    (re.compile(r"10G|SFP\+|XFP", re.IGNORECASE), 10_000),
    (re.compile(r"1000B|1000_?BASE|GE\b|\b1G|SFP", re.IGNORECASE), 1000),
)
SLOW = ("negotiated_1000", "below_speed", "lag_member_1g")
ORDER = {step: rank for rank, step in enumerate(STEPS)}


@dataclass(frozen=True, slots=True)
class Step:
    """``do`` is a message for ``words``; ``who`` and ``kind`` are keys of advice.py's tables."""

    kind: str
    who: str
    do: str
    words: tuple[tuple[str, str], ...] = ()
    metric: str = ""
    subject: str = ""


def steps_of(look: Look, verdicts: tuple[Verdict, ...]) -> tuple[Step, ...]:
    """One step for each part that does not pass, the cheapest first."""
    found = [_step(look, leaf) for verdict in verdicts for leaf in leaves(verdict)]
    unique = dict.fromkeys(step for step in found if step is not None and step.kind != NOTHING)
    return tuple(sorted(unique, key=lambda step: ORDER[step.kind]))


def leaves(verdict: Verdict) -> Iterator[Verdict]:
    """The parts of a verdict that keep it from passing."""
    if verdict.state not in (State.FAIL, State.UNKNOWN):
        return
    parts = [leg for leg in verdict.legs if leg.state is verdict.state]
    if not parts:
        yield verdict
    for part in parts:
        yield from leaves(part)


def _step(look: Look, verdict: Verdict) -> Step | None:
    advice = ADVICE.get(verdict.reason)
    if advice is None:
        return None
    if verdict.metric in (A1, A2) and verdict.reason in SLOW:
        for evidence in verdict.evidence:
            if evidence.device:
                needed = verdict.threshold or TEN_G_MBPS
                return _slow_port(look, verdict, evidence.device, evidence.subject, needed)
    return Step(advice.step, advice.who, advice.do, (), verdict.metric, verdict.subject)


def _slow_port(look: Look, verdict: Verdict, device: str, subject: str, needed: float) -> Step:
    """Where a slow uplink is held back: the port itself, its transceiver, or the far end."""
    name = subject.removeprefix(PORT_SUBJECT)
    facts = look.facts(device)
    ports = members_of(facts, subject) or [subject]
    words = (("device", device), ("port", name), ("speed", f"{needed:g}"))

    def step(kind: str, who: str, do: str, *more: tuple[str, str]) -> Step:
        return Step(kind, who, do, (*words, *more), verdict.metric, verdict.subject)

    if all(_port_speed(port) >= needed for port in ports):
        optics = {port: _newest(look, device, port, "optic_type") for port in ports}
        slow = [text for text in optics.values() if 0 < _optic_speed(text) < needed]
        if slow:
            do = N_(
                "Fit a transceiver for %(speed)s Mbit/s in %(device)s %(port)s; there is a %(optic)s in it"
            )
            return step(MODULE, SCHOOL, do, ("optic", slow[0]))
        if any(_optic_speed(text) >= needed for text in optics.values()):
            do = N_("%(device)s %(port)s and its transceiver can do %(speed)s Mbit/s: ask for the far end")
            return step(CARRIER_STEP, CARRIER, do)
        do = N_("%(device)s %(port)s can do %(speed)s Mbit/s: check the transceivers on both ends")
        return step(MODULE, SCHOOL, do)
    if free := _free_port(look, device, needed):
        do = N_(
            "Move the uplink from %(device)s %(port)s to %(free)s, which is free and can do %(speed)s Mbit/s"
        )
        return step(PORT, SCHOOL, do, ("free", free))
    do = N_("%(device)s has no free port for %(speed)s Mbit/s: it needs another card or another gateway")
    return step(SWITCH, SCHOOL, do)


def _free_port(look: Look, device: str, needed: float) -> str:
    """A port that is down, carries nothing and is fast enough by its name."""
    for subject, facts in look.facts(device).items():
        is_port = subject.startswith(PORT_SUBJECT) and _newest(look, device, subject, "type") in map(
            str, ETHERNET_TYPES
        )
        is_free = _newest(look, device, subject, "oper") not in ("up", "")
        if is_port and is_free and "lag" not in facts and _port_speed(subject) >= needed:
            return subject.removeprefix(PORT_SUBJECT)
    return ""


def _newest(look: Look, device: str, subject: str, key: str) -> str:
    spans = look.spans(device, subject, key)
    return "" if not spans or spans[-1].value is None else str(spans[-1].value)


def _port_speed(subject: str) -> float:
    match = _CLASS.fullmatch(short_name(subject.removeprefix(PORT_SUBJECT)))
    return SPEED_CLASSES.get(match[1], 0) if match else 0


def _optic_speed(text: str) -> float:
    return next((speed for pattern, speed in _OPTIC_SPEEDS if pattern.search(text)), 0)
