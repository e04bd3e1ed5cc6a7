"""One checker for every fault: what is stored is what was generated, less what was reported as lost.

It knows the histories of the agents, the schools that they computed their rounds from, and the collector's
database. It gives back complaints in words; an empty list is the proof.
"""

from __future__ import annotations

import importlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from faults_school import PORTS, SERIES, School, last_answer
from sqlalchemy import Connection, select, text

from collector.store import polls
from collector.store.schema import device_state, fact, gap, poll_day
from inventory.digest import digest_of, value_text

try:
    read_series: Any = importlib.import_module("collector.store.series").read_series
except ImportError:  # a store that cannot read samples: they are not checked
    read_series = None

AUDIT = "faults_audit"
_CREATE_AUDIT = {
    "sqlite": (
        f"CREATE TABLE {AUDIT} (n INTEGER PRIMARY KEY, agent TEXT, epoch TEXT, lane TEXT, seq INTEGER)",
        f"CREATE TRIGGER {AUDIT} AFTER INSERT ON ledger BEGIN INSERT INTO {AUDIT} (agent, epoch, lane, seq) "
        "VALUES (NEW.agent_id, NEW.epoch, NEW.lane, NEW.seq); END",
    ),
    "postgresql": (
        f"CREATE TABLE {AUDIT} (n BIGSERIAL PRIMARY KEY, agent TEXT, epoch TEXT, lane TEXT, seq BIGINT)",
        f"CREATE FUNCTION {AUDIT}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO {AUDIT} "
        "(agent, epoch, lane, seq) VALUES (NEW.agent_id, NEW.epoch, NEW.lane, NEW.seq); RETURN NEW; END $$",
        f"CREATE TRIGGER {AUDIT} AFTER INSERT ON ledger FOR EACH ROW EXECUTE FUNCTION {AUDIT}()",
    ),
}
MOST = 12
"""Complaints of one kind that are spelled out."""

Key = tuple[str, str, int]
"""Epoch, lane, number."""


@dataclass(slots=True)
class Story:
    """What one agent did, read from its history. A number may be given twice, after a backup: then the newest
    round has it, but what was answered is what it was at that time."""

    school: School
    built: dict[Key, int] = field(default_factory=dict)
    promised: set[int] = field(default_factory=set)
    """Rounds of which the backlog's batch was spooled."""
    answered: dict[Key, int | None] = field(default_factory=dict)
    events: Counter[str] = field(default_factory=Counter)
    refused: list[dict[str, Any]] = field(default_factory=list)
    epochs: set[str] = field(default_factory=set)
    newest: dict[tuple[str, int], int] = field(default_factory=dict)

    def round_of(self, key: Key) -> int | None:
        """The round that a batch carries; one that was given a new epoch keeps its number."""
        if (number := self.answered.get(key)) is not None:
            return number
        if key in self.built:
            return self.built[key]
        return self.newest.get(key[1:]) if key[0] in self.epochs else None

    def read(self, row: dict[str, Any]) -> None:
        """Take in the next line."""
        self.events[row["event"]] += 1
        key = (row.get("epoch", ""), row.get("lane", ""), row.get("seq", 0))
        match row["event"]:
            case "epoch":
                self.epochs.add(row["epoch"])
            case "built":
                self.built[key] = self.newest[key[1:]] = row["n"]
            case "spooled" if row["lane"] == "backlog":
                self.promised.add(row["n"])
            case "answered" if key not in self.answered:
                self.answered[key] = self.built.get(key, self.newest.get(key[1:]))
            case "refused" | "rejected":
                self.refused.append(row)


def read_story(school: School, history: Path) -> Story:
    story = Story(school)
    for line in history.read_text(encoding="utf-8").splitlines():
        story.read(json.loads(line))
    return story


def install_audit(connection: Connection) -> None:
    """Have the database itself write down each time that a batch is entered into the ledger."""
    for statement in _CREATE_AUDIT[connection.dialect.name]:
        connection.execute(text(statement))


def reported_lost(connection: Connection, stories: Sequence[Story]) -> dict[int, str]:
    """The rounds that the agents have reported as lost: everything or samples."""
    return _rounds(stories, read_stored(connection, stories[0].school.campus), [])[2]


@dataclass(slots=True)
class Stored:
    """What the collector says that it has of one agent."""

    applied: list[Key]
    gaps: list[Any]

    @property
    def keys(self) -> set[Key]:
        return set(self.applied)


def read_stored(connection: Connection, campus: str) -> Stored:
    rows = connection.execute(
        text(f"SELECT epoch, lane, seq FROM {AUDIT} WHERE agent = :a ORDER BY n"),
        {"a": campus},
    )
    gaps = connection.execute(select(gap).where(gap.c.agent_id == campus)).all()
    return Stored([(epoch, lane, seq) for epoch, lane, seq in rows], list(gaps))


def complaints(
    connection: Connection,
    stories: Sequence[Story],
    *,
    samples: bool = True,
    history: bool = True,
    states: bool = True,
    order: bool = True,
) -> list[str]:
    """Everything that is wrong with what is stored of one campus, whose spools must have been drained.
    Without ``order``, numbers may come after younger ones: one that was set back is filled from behind.
    ``stories`` are of all agents that spoke for it (several after a clone)."""
    school = stories[0].school
    stored = read_stored(connection, school.campus)
    found = [*_duplicates(stored), *(_disorder(stored) if order else [])]
    rounds, spoken, lost = _rounds(stories, stored, found)
    found += _answered_for_nothing(stories, stored, lost)
    found += _losses(stories, stored, lost)
    found += _polls(connection, school, spoken)
    if samples:
        thin = {n for n, what in lost.items() if what == "samples"}
        found += _samples(connection, school, rounds - thin, thin)
    if states:
        found += _states(connection, school, spoken)
    if history and not lost:
        found += _history(connection, school, rounds)
    return found


def _say(what: str, things: Sequence[Any]) -> list[str]:
    more = f" and {len(things) - MOST} more" if len(things) > MOST else ""
    return [f"{len(things)} {what}: {list(things)[:MOST]}{more}"] if things else []


def _duplicates(stored: Stored) -> list[str]:
    return _say("DUPLICATED batches", [key for key, times in Counter(stored.applied).items() if times > 1])


def _disorder(stored: Stored) -> list[str]:
    newest: dict[tuple[str, str], int] = {}
    wrong = []
    for epoch, lane, seq in dict.fromkeys(stored.applied):
        if seq < newest.get((epoch, lane), 0):
            wrong.append((epoch, lane, seq))
        newest[(epoch, lane)] = max(seq, newest.get((epoch, lane), 0))
    return _say("batches OUT OF ORDER", wrong)


def _answered_for_nothing(stories: Sequence[Story], stored: Stored, lost: dict[int, str]) -> list[str]:
    """What was acknowledged is stored, or has been reported as lost since (a collector set back)."""
    gone = [
        key
        for story in stories
        for key in sorted(story.answered.keys() - stored.keys)
        if key[1] == "backlog" and story.round_of(key) not in lost
    ]
    return _say("batches ANSWERED AND NOT STORED", gone)


def _rounds(
    stories: Sequence[Story], stored: Stored, found: list[str]
) -> tuple[set[int], set[int], dict[int, str]]:
    """The rounds stored whole, those of which any lane spoke, and those reported as lost (everything or
    samples)."""
    whole: set[int] = set()
    spoken: set[int] = set()
    unknown = []
    for key in dict.fromkeys(stored.applied):
        numbers = {n for story in stories if (n := story.round_of(key)) is not None}
        if not numbers:
            unknown.append(key)
        if len(numbers) > 1:
            # A number that two clones gave: the one was answered, the other refused.
            told = {n for story in stories if (n := story.answered.get(key)) is not None}
            numbers = told or numbers
        spoken |= numbers
        if key[1] == "backlog":
            whole |= numbers
    found += _say("batches stored that NOBODY BUILT", unknown)
    lost: dict[int, str] = {}
    for row in stored.gaps:
        for story in stories:
            for seq in range(row.first_seq, row.last_seq + 1):
                number = story.round_of((row.epoch, row.lane, seq)) if seq and row.lane == "backlog" else None
                if number is not None and (number not in lost or row.what == "everything"):
                    lost[number] = row.what
    return whole, spoken, {n: what for n, what in lost.items() if what == "samples" or n not in whole}


def _losses(stories: Sequence[Story], stored: Stored, lost: dict[int, str]) -> list[str]:
    carried = {
        n for key in stored.keys if key[1] == "backlog" for s in stories if (n := s.round_of(key)) is not None
    }
    promised = {n for story in stories for n in story.promised}
    return _say("rounds LOST without a word", sorted(promised - carried - lost.keys()))


def _polls(connection: Connection, school: School, spoken: set[int]) -> list[str]:
    expected = {(d, school.slot(n)): school.outcome(n, d) for n in spoken for d in school.names}
    there = {}
    rows = connection.execute(select(poll_day).where(poll_day.c.device_id.in_(school.names)))
    for row in rows:
        for place in range(polls.DAY_S // row.interval_s):
            if (outcome := polls.read(row.states, place)) != "gap":
                there[(row.device_id, row.day * polls.DAY_S + place * row.interval_s)] = outcome
    return [
        *_say("polls MISSING", sorted(expected.keys() - there.keys())),
        *_say("polls that NOBODY MADE", sorted(there.keys() - expected.keys())),
        *_say(
            "polls with ANOTHER OUTCOME",
            sorted(k for k in expected.keys() & there.keys() if expected[k] != there[k]),
        ),
    ]


def _samples(connection: Connection, school: School, rounds: set[int], thin: set[int]) -> list[str]:
    if read_series is None:
        return []
    school_id = _school_id(connection, school)
    missing, foreign, wrong, twice = [], [], [], []
    slots = [school.slot(n) for n in rounds | thin] or [school.start]
    for device in school.names:
        answered = [n for n in rounds if school.outcome(n, device) == "ok"]
        maybe = {school.slot(n) for n in thin}
        for port in range(PORTS):
            for key, scale in SERIES:
                values = {school.slot(n): school.sample(n, device, port, key) for n in answered}
                expected = {slot: v / 10**scale for slot, v in values.items() if v is not None}
                rows = read_series(
                    connection, school_id, device, f"port:GE0/0/{port}", key, min(slots), max(slots) + 1
                )
                there = dict(rows)
                name = f"{device}/{port}/{key}"
                if len(rows) != len(there):
                    twice.append(f"{name}: {len(rows) - len(there)}")
                missing += [f"{name}@{slot}" for slot in sorted(expected.keys() - there.keys())]
                foreign += [f"{name}@{slot}" for slot in sorted(there.keys() - expected.keys() - maybe)]
                wrong += [
                    f"{name}@{slot} {there[slot]} is not {expected[slot]}"
                    for slot in sorted(expected.keys() & there.keys())
                    if abs(expected[slot] - there[slot]) > 1e-9 * max(1.0, abs(expected[slot]))
                ]
    return [
        *_say("samples MISSING", missing),
        *_say("samples that NOBODY MADE", foreign),
        *_say("samples with ANOTHER VALUE", wrong),
        *_say("series with samples TWICE", twice),
    ]


def _school_id(connection: Connection, school: School) -> str:
    query = select(poll_day.c.school_id).where(poll_day.c.device_id == school.names[0])
    return connection.execute(query).scalar() or ""


def _open_facts(connection: Connection, device: str) -> dict[tuple[str, str], str]:
    rows = connection.execute(
        select(fact.c.subject, fact.c.key, fact.c.value).where(
            fact.c.device_id == device,
            fact.c.valid_to.is_(None),
            fact.c.known_to.is_(None),
            fact.c.value != "null",
        )
    )
    return {(subject, key): value for subject, key, value in rows}


def _states(connection: Connection, school: School, spoken: set[int]) -> list[str]:
    """The state as it stands, its digest beside it, and what the agent said of it, are the same."""
    found = []
    query = select(device_state.c.device_id, device_state.c.digest)
    rows = connection.execute(query.where(device_state.c.device_id.in_(school.names)))
    digests = {row.device_id: row.digest for row in rows}
    for device in school.names:
        number = last_answer(school, device, dict.fromkeys(spoken))
        if number is None:
            continue
        expected = school.facts(number, device)
        texts = {name: value_text(value) for name, value in expected.items()}
        there = _open_facts(connection, device)
        if there != texts:
            differing = sorted(n for n in there.keys() | texts.keys() if there.get(n) != texts.get(n))
            found += _say(f"facts of {device} in ANOTHER STATE than in round {number}", differing)
        if digests and digests.get(device) != digest_of(expected):
            found.append(f"the DIGEST of {device} is not that of round {number}")
    return found


def _history(connection: Connection, school: School, rounds: set[int]) -> list[str]:
    """At each stored round, the facts that held were those of that round."""
    wrong = []
    for device in school.names:
        spans: dict[tuple[str, str], list[Any]] = defaultdict(list)
        rows = connection.execute(
            select(fact.c.subject, fact.c.key, fact.c.valid_from, fact.c.valid_to, fact.c.value).where(
                fact.c.device_id == device, fact.c.known_to.is_(None)
            )
        )
        for row in rows:
            spans[(row.subject, row.key)].append(row)
        for number in sorted(rounds):
            if school.outcome(number, device) != "ok":
                continue
            held = dict(_holding(spans, school.slot(number)))
            expected = {k: value_text(v) for k, v in school.facts(number, device).items()}
            if held != expected:
                names = sorted(n for n in held.keys() | expected.keys() if held.get(n) != expected.get(n))
                wrong.append(f"{device} round {number}: {names[:3]}")
    return _say("rounds whose FACTS were others", wrong)


def _holding(spans: dict[tuple[str, str], list[Any]], slot: int) -> Iterator[tuple[tuple[str, str], str]]:
    for name, rows in spans.items():
        for row in rows:
            holds = row.valid_from <= slot and (row.valid_to is None or slot < row.valid_to)
            if holds and row.value != "null":
                yield name, row.value
