"""Verdicts in the store: a row holds until another answer replaces it; profiles never change under them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

import msgspec
from sqlalchemy import Connection, select

from collector.store.schema import profile
from collector.store.statement import fetch, run, values_lists
from inventory.errors import PlanError
from inventory.verdict import SchoolVerdict
from inventory.words import _


def keep_profile(
    connection: Connection, profile_id: str, version: str, sha256: str, text: str, now: float
) -> None:
    """Keep the text of a profile that judges; PlanError when this version once had other bytes."""
    known = connection.execute(
        select(profile.c.sha256).where(
            profile.c.school_id == "", profile.c.profile_id == profile_id, profile.c.version == version
        )
    ).scalar()
    if known is None:
        row = {"school_id": "", "profile_id": profile_id, "version": version, "sha256": sha256}
        connection.execute(profile.insert().values(**row, first_used=now, text=text))
    elif known != sha256:
        raise PlanError(
            _("version %(version)s of this profile has judged before with other content")
            % {"version": version},
            where=profile_id,
            do=_("give the changed profile a new version and say why in [[change]]"),
        )


def first_use(connection: Connection, profile_id: str, version: str) -> float | None:
    """When this version of a profile first judged, seconds since 1970; None before that is stored."""
    query = select(profile.c.first_used).where(
        profile.c.school_id == "", profile.c.profile_id == profile_id, profile.c.version == version
    )
    found: float | None = connection.execute(query).scalar()
    return found


@dataclass(frozen=True, slots=True)
class KeptProfile:
    """A profile as it judged."""

    version: str
    sha256: str
    text: str


_IN_FORCE = (
    "SELECT p.version, p.sha256, p.text FROM verdict v JOIN profile p ON p.school_id = '' "
    "AND p.profile_id = v.profile_id AND p.sha256 = v.profile_sha256 WHERE v.profile_id = ? "
    "AND v.known_from <= ? AND (v.known_to IS NULL OR v.known_to > ?) ORDER BY v.known_from DESC LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class KeptVersion:
    """A version of a profile that has judged, and since when (seconds since 1970)."""

    profile_id: str
    version: str
    sha256: str
    first_used: float
    text: str


_VERSIONS = (
    "SELECT profile_id, version, sha256, first_used, text FROM profile WHERE school_id = '' "
    "ORDER BY profile_id, first_used, version"
)


def read_versions(connection: Connection) -> list[KeptVersion]:
    """Every version of every profile that has judged here, the oldest of each first."""
    return [KeptVersion(*row) for row in fetch(connection, _VERSIONS)]


def read_profile(connection: Connection, profile_id: str, at: float) -> KeptProfile | None:
    """The version of a profile by which verdicts were given at a time; None where none was."""
    rows = fetch(connection, _IN_FORCE, (profile_id, at, at))
    return KeptProfile(*rows[0]) if rows else None


def keep_verdicts(
    connection: Connection,
    school_id: str,
    profile_id: str,
    sha256: str,
    verdicts: Sequence[SchoolVerdict],
    *,
    as_of: float,
    known_at: float,
) -> int:
    """Store what changed of a school's verdicts under one profile; gives back how many rows are new."""
    return keep_many(connection, profile_id, sha256, {school_id: verdicts}, as_of=as_of, known_at=known_at)


_CURRENT = (
    "SELECT school_id, target_id, state, reason, profile_sha256 FROM verdict "
    "WHERE school_id IN ({values}) AND profile_id = ? AND known_to IS NULL"
)
_END = (
    "UPDATE verdict SET known_to = ? WHERE school_id = ? AND profile_id = ? AND target_id = ? "
    "AND known_to IS NULL"
)
_NEW = (
    "INSERT INTO verdict (school_id, profile_id, target_id, known_from, known_to, profile_sha256, as_of, "
    "state, reason, doc) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def keep_many(
    connection: Connection,
    profile_id: str,
    sha256: str,
    verdicts: Mapping[str, Sequence[SchoolVerdict]],
    *,
    as_of: float,
    known_at: float,
) -> int:
    """The same of many schools: a verdict that stays what it is costs no write."""
    current: dict[str, dict[str, tuple[str, str, str]]] = {school: {} for school in verdicts}
    for values, flat in values_lists([(school,) for school in verdicts], 1):
        for school, target, *told in fetch(connection, _CURRENT.format(values=values), (*flat, profile_id)):
            current[school][target] = (told[0], told[1], told[2])
    ended: list[tuple[float, str, str, str]] = []
    fresh = []
    for school, found in verdicts.items():
        stored = current[school]
        changed = [v for v in found if stored.get(v.target) != (v.state.value, v.reason, sha256)]
        gone = {v.target for v in changed} & stored.keys() | stored.keys() - {v.target for v in found}
        ended += [(known_at, school, profile_id, target) for target in sorted(gone)]
        fresh += [
            (school, profile_id, v.target, known_at, None, sha256, as_of, v.state.value, v.reason, _doc(v))
            for v in changed
        ]
    for row in ended:
        run(connection, _END, [row])
    run(connection, _NEW, fresh)
    return len(fresh)


_SCHOOLS = "SELECT DISTINCT school_id FROM verdict WHERE known_to IS NULL"


def schools_with_verdicts(connection: Connection) -> set[str]:
    """The schools of which a verdict stands."""
    return {school for (school,) in fetch(connection, _SCHOOLS)}


def _doc(verdict: SchoolVerdict) -> bytes:
    return msgspec.json.encode(verdict)


_HISTORY = (
    "SELECT target_id, state, reason, known_from, known_to FROM verdict WHERE school_id = ? "
    "AND profile_id = ? ORDER BY known_from DESC LIMIT ?"
)
HISTORY_ROWS = 200


@dataclass(frozen=True, slots=True)
class Told:
    """A verdict as this collector has given it, and from when until when (None: still) it stood."""

    target: str
    state: str
    reason: str
    since: float
    until: float | None


def read_history(
    connection: Connection, profile_id: str, school_id: str, at_most: int = HISTORY_ROWS
) -> list[Told]:
    """The newest verdicts of a school under a profile, newest first."""
    return [Told(*row) for row in fetch(connection, _HISTORY, (school_id, profile_id, at_most))]


_AS_KNOWN = (
    "SELECT school_id, doc, known_from, profile_sha256 FROM verdict WHERE profile_id = ? AND known_from <= ? "
    "AND (known_to IS NULL OR known_to > ?) ORDER BY school_id, target_id"
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A verdict as it was given: since when it stood at the time asked for, and by which profile's text."""

    school_id: str
    verdict: SchoolVerdict
    since: float
    profile_sha256: str


def read_kept(connection: Connection, profile_id: str, as_known: float, school_id: str = "") -> list[Kept]:
    """The verdicts that this collector gave out at a time, as they stood then; whatever has arrived since
    does not touch them."""
    rows = fetch(connection, _AS_KNOWN, (profile_id, as_known, as_known))
    return [
        Kept(school, msgspec.json.decode(doc, type=SchoolVerdict), since, sha256)
        for school, doc, since, sha256 in rows
        if school_id in ("", school)
    ]


_FIRST = "SELECT MIN(known_from) FROM verdict WHERE profile_id = ?"
_ALL_STATES = (
    "SELECT target_id, state, known_from, known_to FROM verdict WHERE profile_id = ? AND known_from <= ? "
    "AND known_from <= ?"
)
_COUNTED = ("pass", "fail", "unknown")


def first_verdict(connection: Connection, profile_id: str) -> float | None:
    """When the first verdict under a profile was given, seconds since 1970."""
    rows = fetch(connection, _FIRST, (profile_id,))
    return None if rows[0][0] is None else float(rows[0][0])


def count_states(
    connection: Connection, profile_id: str, times: Sequence[float], as_known: float
) -> dict[str, list[tuple[int, int, int]]]:
    """For each target, at each of some times (rising): schools that passed, failed and were unknown then, by
    what had been said until ``as_known``."""
    changes: dict[str, list[list[int]]] = {}
    rows = fetch(connection, _ALL_STATES, (profile_id, times[-1], as_known))
    for target, state, since, until in rows:
        if state not in _COUNTED:
            continue
        place = _COUNTED.index(state)
        own = changes.setdefault(target, [[0, 0, 0] for _n in range(len(times) + 1)])
        own[bisect_left(times, since)][place] += 1
        if until is not None and until <= as_known:
            own[bisect_left(times, until)][place] -= 1
    found: dict[str, list[tuple[int, int, int]]] = {}
    for target, own in changes.items():
        steps = ((each[0], each[1], each[2]) for each in own[:-1])
        added = accumulate(steps, lambda one, more: (one[0] + more[0], one[1] + more[1], one[2] + more[2]))
        found[target] = list(added)
    return found
