"""Sessions: a token in a cookie, of which the database holds the hash only.

A session ends when it was idle too long, when it is too old, when its person signs out, is locked, or gets
another password or other roles. How it is now is asked at every request; nothing is remembered beside it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, func, select

from collector.config import ConsoleSettings
from collector.store.schema import person_session

COUNTY = ""
CODE_S = 300.0
"""From the password to the authenticator's code."""
TOUCH_S = 60.0
"""That a session was used is written down so often at most: a page must not wait for the disk."""
MARK = 16
"""So many characters of a token's hash name its session on pages."""
How = Literal["password", "code", "oidc"]
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Found:
    """A session that holds. ``is_stale``: it is time to write down that it was used."""

    person_id: str
    how: How
    is_stale: bool


@dataclass(frozen=True, slots=True)
class Live:
    """A session that holds, for its person to see. ``mark`` names it and opens nothing."""

    mark: str
    how: How
    made_at: float
    used_at: float
    is_this: bool = False


def begin(connection: Connection, person_id: str, how: How, now: float, settings: ConsoleSettings) -> str:
    """A new session's token; sessions that are over go."""
    connection.execute(
        person_session.delete().where(person_session.c.school_id == COUNTY, person_session.c.expires_at < now)
    )
    token = secrets.token_urlsafe(32)
    life_s = CODE_S if how == "code" else settings.session_hours * 3600.0
    connection.execute(
        person_session.insert().values(
            school_id=COUNTY,
            token_sha256=_hash(token),
            person_id=person_id,
            how=how,
            made_at=now,
            used_at=now,
            expires_at=now + life_s,
        )
    )
    return token


def find(connection: Connection, token: str, now: float, settings: ConsoleSettings) -> Found | None:
    """The session of a token, or None where it is none, is over, or was idle too long."""
    if not _TOKEN.fullmatch(token):
        return None
    query = select(person_session).where(
        person_session.c.school_id == COUNTY, person_session.c.token_sha256 == _hash(token)
    )
    row = connection.execute(query).first()
    if row is None or now >= row.expires_at or now >= row.used_at + settings.idle_minutes * 60.0:
        return None
    return Found(row.person_id, row.how, now - row.used_at >= TOUCH_S)


def touch(connection: Connection, token: str, now: float) -> None:
    """Write down that a session was used."""
    connection.execute(
        person_session.update()
        .where(person_session.c.school_id == COUNTY, person_session.c.token_sha256 == _hash(token))
        .values(used_at=now)
    )


def end(connection: Connection, token: str) -> None:
    """End the session of a token, if there is one."""
    connection.execute(
        person_session.delete().where(
            person_session.c.school_id == COUNTY, person_session.c.token_sha256 == _hash(token)
        )
    )


def live(
    connection: Connection, person_id: str, now: float, settings: ConsoleSettings, token: str = ""
) -> list[Live]:
    """The sessions of a person that hold, the newest first; ``token`` is the one that asks."""
    query = select(person_session).where(
        person_session.c.school_id == COUNTY,
        person_session.c.person_id == person_id,
        person_session.c.how != "code",
        person_session.c.expires_at > now,
        person_session.c.used_at > now - settings.idle_minutes * 60.0,
    )
    own = _hash(token)
    rows = connection.execute(query.order_by(person_session.c.made_at.desc(), person_session.c.token_sha256))
    return [
        Live(row.token_sha256[:MARK], row.how, row.made_at, row.used_at, row.token_sha256 == own)
        for row in rows
    ]


def end_one(connection: Connection, person_id: str, mark: str) -> int:
    """End the session of a person that has this mark; how many there were."""
    of_mark = func.substr(person_session.c.token_sha256, 1, MARK) == mark
    done = connection.execute(
        person_session.delete().where(
            person_session.c.school_id == COUNTY, person_session.c.person_id == person_id, of_mark
        )
    )
    return int(done.rowcount)


def end_all(connection: Connection, person_id: str) -> int:
    """End every session of a person; how many there were."""
    done = connection.execute(
        person_session.delete().where(
            person_session.c.school_id == COUNTY, person_session.c.person_id == person_id
        )
    )
    return int(done.rowcount)


def delete_over(connection: Connection, now: float) -> None:
    """Delete sessions that are too old. Before the row of the log, never after it: it may have to wait."""
    connection.execute(
        person_session.delete().where(person_session.c.school_id == COUNTY, person_session.c.expires_at < now)
    )


def csrf_of(token: str) -> str:
    """What has to come back with every change: it follows from the token, which other pages cannot read."""
    digest = hmac.digest(token.encode(), b"wanzhao csrf", "sha256")
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
