"""Verdicts in the store: a row holds until another answer replaces it; profiles never change under them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, select

from collector.store.schema import profile, verdict
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
    current = {
        target: (state, reason, used)
        for target, state, reason, used in connection.execute(
            select(verdict.c.target_id, verdict.c.state, verdict.c.reason, verdict.c.profile_sha256).where(
                verdict.c.school_id == school_id,
                verdict.c.profile_id == profile_id,
                verdict.c.known_to.is_(None),
            )
        )
    }
    changed = [v for v in verdicts if current.get(v.target) != (v.state.value, v.reason, sha256)]
    ended = {v.target for v in changed} & current.keys() | current.keys() - {v.target for v in verdicts}
    if ended:
        connection.execute(
            verdict.update()
            .where(
                verdict.c.school_id == school_id,
                verdict.c.profile_id == profile_id,
                verdict.c.target_id.in_(sorted(ended)),
                verdict.c.known_to.is_(None),
            )
            .values(known_to=known_at)
        )
    if changed:
        connection.execute(
            verdict.insert(),
            [
                {
                    "school_id": school_id,
                    "profile_id": profile_id,
                    "target_id": v.target,
                    "known_from": known_at,
                    "known_to": None,
                    "profile_sha256": sha256,
                    "as_of": as_of,
                    "state": v.state.value,
                    "reason": v.reason,
                    "doc": msgspec.json.encode(v),
                }
                for v in changed
            ],
        )
    return len(changed)
