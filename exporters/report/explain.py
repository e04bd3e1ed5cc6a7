"""An explained verdict in words, Chinese or English: lines for a terminal, a page or a report."""

from __future__ import annotations

from collections.abc import Iterator

from exporters.report.codes import code_words, state_word
from exporters.report.shown import amount, figure, local_time, percent
from inventory import reasons
from inventory.advice import STEPS
from inventory.change import Change, PollsNeeded, Room, UnitsNeeded, ValueNeeded
from inventory.metrics.catalogue import catalogue
from inventory.steps import Step
from inventory.verdict import Evidence, State, Verdict
from inventory.why import Part, Why
from inventory.words import N_, Language, say

INDENT = "  "
RULES = {
    "polls": N_("true in at least %(share)s %% of the polls that count"),
    "units": N_("at least %(share)s %% of the units pass"),
    "value": N_("the value has to reach %(limit)s"),
    "legs": N_("every part has to pass"),
    "other": N_("as its papers say"),
}


def why_lines(why: Why, language: Language) -> list[str]:
    """The whole explanation, a line each."""
    text = why.text
    lines = [
        f"{why.school_name} ({why.school})  {why.text.id}",
        f"{_label(N_('plan text'), language)}{' / '.join(text.quote)}",
        f"{_label(N_('state'), language)}{_state(why, language)}",
        _label(N_("as of"), language) + local_time(why.as_of, why.timezone),
        f"{_label(N_('profile'), language)}{why.profile} {why.version} sha256 {why.sha256[:16]}",
        "",
    ]
    for part in why.parts:
        lines += _part(part, why.timezone, language)
    lines += ["", say(N_("Thresholds and who set them"), language)]
    lines += [INDENT + line for line in _params(why, language)]
    lines += ["", say(N_("Next steps, the cheapest first"), language)]
    steps = [INDENT + step_words(step, language) for step in why.steps]
    return lines + (steps or [INDENT + say(N_("nothing to do"), language)])


def step_words(step: Step, language: Language) -> str:
    """A step: its kind, who can do it, and what to do."""
    do = say(step.do, language)
    words = do % dict(step.words) if step.words else do
    return f"[{say(STEPS[step.kind], language)} · {say(step.who, language)}] {words}"


def change_words(change: Change, timezone: str, language: Language) -> str:
    """What would change a verdict."""
    if isinstance(change, PollsNeeded):
        early = local_time(change.earliest, timezone) if change.earliest else "?"
        late = local_time(change.latest, timezone) if change.latest else "?"
        return say(
            N_("once it is good: passes after %(few)d to %(many)d good polls, %(early)s to %(late)s"),
            language,
        ) % {"few": change.at_least, "many": change.at_most, "early": early, "late": late}
    if isinstance(change, Room):
        if change.units or not change.polls:
            return say(N_("can lose %(n)d more units before it fails"), language) % {"n": change.units}
        return say(N_("can bear %(n)d more bad polls before it fails"), language) % {"n": change.polls}
    if isinstance(change, UnitsNeeded):
        words = N_("%(n)d more have to pass, of %(could)d that do not")
        return say(words, language) % {"n": change.units, "could": change.could}
    assert isinstance(change, ValueNeeded)
    return say(N_("%(more)s away from the limit"), language) % {"more": amount(abs(change.more), change.unit)}


def rule_words(part: Part, language: Language) -> str:
    """The rule that decided."""
    verdict = part.verdict
    limit = "?" if verdict.threshold is None else amount(verdict.threshold, verdict.unit)
    share = "?" if verdict.thr_bp is None else percent(verdict.thr_bp)
    return say(RULES[part.rule], language) % {"share": share, "limit": limit}


def _part(part: Part, timezone: str, language: Language) -> Iterator[str]:
    verdict, pad = part.verdict, INDENT * part.depth
    name = catalogue()[verdict.metric].name(language)
    reason = reasons.words(verdict.reason, language) if verdict.reason else ""
    head = f"{pad}{_mark(verdict.state)} {name} [{verdict.subject}] {state_word(verdict.state, language)}"
    yield f"{head}: {reason}" if reason else head
    pad += INDENT
    yield pad + _label(N_("rule"), language) + rule_words(part, language)
    if verdict.legs:  # the parts have the numbers
        return
    if numbers := _numbers(verdict, timezone, language):
        yield pad + _label(N_("numbers"), language) + numbers
    for evidence in verdict.evidence:
        yield pad + _label(N_("fact"), language) + evidence_words(evidence, timezone, language)
    if part.change is not None:
        yield (
            pad + _label(N_("what would change it"), language) + change_words(part.change, timezone, language)
        )


def evidence_words(evidence: Evidence, timezone: str, language: Language) -> str:
    """One fact or paper: level, object, device and port, value, time, polls."""
    where = " ".join(filter(None, [evidence.device, evidence.subject]))
    found = [evidence.level, evidence.what, where]
    if evidence.value:
        found.append(f"= {reasons.words(evidence.value, language)}")
    if evidence.document:
        found.append(f"#{evidence.document}")
    if evidence.day:
        found.append(evidence.day.isoformat())
    if evidence.first is not None and evidence.last is not None:
        found.append(f"{local_time(evidence.first, timezone)} .. {local_time(evidence.last, timezone)}")
    if counts := evidence.counts:
        found.append(f"a {counts.a} d {counts.d} m {counts.m}")
    return " ".join(filter(None, found))


def _numbers(verdict: Verdict, timezone: str, language: Language) -> str:
    found = []
    if verdict.value is not None:
        found.append(amount(verdict.value, verdict.unit))
    if polls := verdict.polls:
        words = N_("%(a)d true, %(d)d false or down, %(m)d without a result, of %(n)d polls")
        found.append(say(words, language) % {"a": polls.a, "d": polls.d, "m": polls.m, "n": polls.n})
    if units := verdict.units:
        words = N_("%(p)d pass, %(f)d fail, %(u)d unknown, of %(n)d")
        found.append(say(words, language) % {"p": units.p, "f": units.f, "u": units.u, "n": units.n})
    if verdict.low_bp is not None and verdict.high_bp is not None:
        found.append(f"{percent(verdict.low_bp)} .. {percent(verdict.high_bp)} %")
    if verdict.window:
        found.append(" .. ".join(local_time(t, timezone) for t in verdict.window))
    return "; ".join(found)


def _params(why: Why, language: Language) -> Iterator[str]:
    if why.text.value is not None:
        goal = f"{figure(why.text.value)} {code_words(why.text.unit, language)}".strip()
        origin = _origin(why.text.origin, language)
        yield f"{say(N_('goal of the county'), language)} {why.text.op} {goal} [{origin}]"
    given = [param for param in why.params if param.value]
    yield from (f"{param.name} = {param.value} [{_origin(param.origin, language)}]" for param in given)
    if rest := [param for param in why.params if not param.value]:
        names = ", ".join(param.name for param in rest)
        yield f"{names}: {_origin('product_default', language)}"


def _state(why: Why, language: Language) -> str:
    verdict = why.verdict
    state = state_word(verdict.state, language)
    reason = reasons.words(verdict.reason, language) if verdict.reason else ""
    return f"{state}: {reason}" if reason else state


def _origin(origin: str, language: Language) -> str:
    return code_words(origin or "product_default", language)


def _label(message: str, language: Language) -> str:
    return say(message, language) + ("：" if language == "zh" else ": ")


def _mark(state: State) -> str:
    return {State.PASS: "✓", State.FAIL: "✗", State.UNKNOWN: "?", State.NA: "—"}[state]
