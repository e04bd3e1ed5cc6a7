"""Enrolment codes and agent tokens: shown once, kept only as keyed hashes.

A token is ``wz_<prefix>_<secret>``: the prefix finds the row, the HMAC-SHA-256 (with a pepper that is not in
the database) proves it. A token maps to one school and campus; that is all an agent can write. At rest stands
``<pepper id>$<hash>``, so that peppers can be changed: the newest makes new hashes, older ones still prove.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import unicodedata

from sqlalchemy import Connection, func, select

from collector.people import audit
from collector.people.audit import By
from collector.store.peppers import Peppers, add_pepper, load_pepper
from collector.store.schema import agent, enrol_code, person
from collector.store.write import Sender
from inventory.errors import Refused
from inventory.words import _

__all__ = [
    "CODE_LIFE_S",
    "Peppers",
    "add_pepper",
    "load_pepper",
    "new_code",
    "new_token",
    "possible",
    "redeem",
    "retire_others",
    "revoke",
    "rotate",
    "sealed",
    "sender_of",
    "tokens_by_pepper",
]

CODE_LIFE_S = 600.0
TOKENS_AT_ONCE = 2
# No 0/O, 1/I/L: a code is read over the telephone.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_GROUPS, _LETTERS = 3, 4
_NO_SIGN = re.compile(r"[\s\-_.‐-―−]")
_TOKEN = re.compile(r"wz_([0-9a-f]{12})_[A-Za-z0-9_-]{20,100}")


def new_code(
    connection: Connection,
    peppers: Peppers,
    school_id: str,
    campus_id: str,
    now: float,
    by: By = audit.NOBODY,
) -> str:
    """A one-time code for one campus, good for ten minutes; ``by`` is who asks for it."""
    letters = [secrets.choice(_ALPHABET) for _n in range(_GROUPS * _LETTERS)]
    code = "-".join("".join(letters[n : n + _LETTERS]) for n in range(0, len(letters), _LETTERS))
    connection.execute(
        enrol_code.insert().values(
            school_id=school_id,
            code_hmac=sealed(peppers, code),
            campus_id=campus_id,
            expires_at=now + CODE_LIFE_S,
        )
    )
    audit.write(connection, now, by, "code_made", campus_id)
    return code


def redeem(
    connection: Connection, peppers: Peppers, code: str, now: float, origin: str = ""
) -> tuple[str, str]:
    """(campus, token) for a code; raises Refused(403) when it is wrong, used or too old. ``origin`` is the
    address that it comes from."""
    # One statement finds the code and uses it up: of two at the same moment, one gets a token.
    row = connection.execute(
        enrol_code.update()
        .where(
            enrol_code.c.code_hmac.in_(possible(peppers, _tidy(code))),
            enrol_code.c.used_at.is_(None),
            enrol_code.c.expires_at >= now,
        )
        .values(used_at=now)
        .returning(enrol_code.c.school_id, enrol_code.c.campus_id)
    ).first()
    if row is None:
        raise Refused(_("the enrolment code is wrong, used or older than ten minutes"), status=403)
    school_id, campus_id = row
    token = new_token(connection, peppers, school_id, campus_id, now)
    audit.write(connection, now, By(f"agent:{campus_id}", origin), "agent_enrolled", campus_id)
    return campus_id, token


def new_token(
    connection: Connection, peppers: Peppers, school_id: str, campus_id: str, now: float, keep: str = ""
) -> str:
    """A token for the agent of a campus. Two are valid at a time: a third revokes the oldest, but never the
    one with the prefix ``keep``, with which it was asked for."""
    before = connection.execute(
        select(agent.c.token_prefix)
        .where(agent.c.school_id == school_id, agent.c.agent_id == campus_id, agent.c.revoked_at.is_(None))
        .order_by(agent.c.created_at, agent.c.token_prefix)
        # Two at the same moment: the second waits here, and sees the token of the first.
        .with_for_update()
    )
    older = sorted((row.token_prefix for row in before), key=lambda prefix: prefix == keep)
    _revoke_prefixes(connection, school_id, campus_id, older[: len(older) + 1 - TOKENS_AT_ONCE], now)
    prefix = secrets.token_hex(6)
    token = f"wz_{prefix}_{secrets.token_urlsafe(32)}"
    connection.execute(
        agent.insert().values(
            school_id=school_id,
            agent_id=campus_id,
            token_prefix=prefix,
            campus_id=campus_id,
            token_hmac=sealed(peppers, token),
            created_at=now,
        )
    )
    return token


def rotate(connection: Connection, peppers: Peppers, token: str, now: float) -> tuple[str, str]:
    """(campus, new token) for a valid one, which stays valid: an answer that gets lost locks nobody out.

    Raises Refused(401) for a wrong or revoked token.
    """
    known = sender_of(connection, peppers, token)
    if known is None:
        raise Refused(_("the token is missing, wrong or revoked"), status=401)
    campus_id = known.campus_id
    new = new_token(connection, peppers, known.school_id, campus_id, now, keep=known.token_prefix)
    return campus_id, new


def retire_others(connection: Connection, peppers: Peppers, token: str, now: float) -> int:
    """Revoke every token of an agent but this one, once it is known to have it; gives back how many."""
    known = sender_of(connection, peppers, token)
    if known is None:
        raise Refused(_("the token is missing, wrong or revoked"), status=401)
    result = connection.execute(
        agent.update()
        .where(
            agent.c.school_id == known.school_id,
            agent.c.agent_id == known.agent_id,
            agent.c.token_prefix != known.token_prefix,
            agent.c.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )
    return int(result.rowcount)


def sender_of(connection: Connection, peppers: Peppers, token: str) -> Sender | None:
    """Who a token belongs to, or None for a wrong or revoked one. The comparison takes the same time however
    much of the secret is right."""
    found = _TOKEN.fullmatch(token)
    if found is None:
        return None
    columns = (agent.c.school_id, agent.c.agent_id, agent.c.campus_id, agent.c.token_hmac)
    rows = connection.execute(
        select(*columns).where(agent.c.token_prefix == found[1], agent.c.revoked_at.is_(None))
    )
    forms = possible(peppers, token)
    for school_id, agent_id, campus_id, kept in rows:
        if any(hmac.compare_digest(kept, one) for one in forms):
            return Sender(school_id, agent_id, campus_id, found[1])
    return None


def revoke(connection: Connection, campus_id: str, now: float, by: By = audit.NOBODY) -> int:
    """Revoke every token of a campus from the next request on, and its unused codes; gives back how many
    tokens."""
    connection.execute(
        enrol_code.update()
        .where(enrol_code.c.campus_id == campus_id, enrol_code.c.used_at.is_(None))
        .values(used_at=now)
    )
    result = connection.execute(
        agent.update()
        .where(agent.c.campus_id == campus_id, agent.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    audit.write(connection, now, by, "tokens_revoked", campus_id, after={"tokens": int(result.rowcount)})
    return int(result.rowcount)


def tokens_by_pepper(connection: Connection) -> dict[str, int]:
    """How many valid tokens and authenticators hang on each pepper, by its id ("" where the id was not yet
    kept): one that has none can be taken out of the file."""
    rows = connection.execute(
        select(agent.c.token_hmac, func.count())
        .where(agent.c.revoked_at.is_(None))
        .group_by(agent.c.token_hmac)
    )
    counts: dict[str, int] = {}
    for kept, count in rows:
        name = kept.rpartition("$")[0]
        counts[name] = counts.get(name, 0) + count
    for sealed in connection.execute(select(person.c.totp).where(person.c.totp != "")).scalars():
        name = sealed.partition("$")[0]
        counts[name] = counts.get(name, 0) + 1
    return counts


def _revoke_prefixes(
    connection: Connection, school_id: str, agent_id: str, prefixes: list[str], now: float
) -> None:
    if prefixes:
        connection.execute(
            agent.update()
            .where(
                agent.c.school_id == school_id,
                agent.c.agent_id == agent_id,
                agent.c.token_prefix.in_(prefixes),
            )
            .values(revoked_at=now)
        )


def _tidy(code: str) -> str:
    """A code as it was given out, from what a person typed: small or full-width letters, any dashes."""
    letters = _NO_SIGN.sub("", unicodedata.normalize("NFKC", code[:64])).upper()
    if len(letters) != _GROUPS * _LETTERS or not set(letters) <= set(_ALPHABET):
        return ""
    return "-".join(letters[n : n + _LETTERS] for n in range(0, len(letters), _LETTERS))


def sealed(peppers: Peppers, secret: str) -> str:
    """What stands in the database for a secret: the pepper's id and the hash, 52 characters."""
    pepper_id, pepper = peppers.newest
    return f"{pepper_id}${_mac(pepper, secret)}"


def possible(peppers: Peppers, secret: str) -> list[str]:
    """All that may stand for a secret: by each pepper, and as the first version kept it (no id, in hex)."""
    named = [f"{pepper_id}${_mac(pepper, secret)}" for pepper_id, pepper in peppers.all]
    return named + [
        hmac.new(pepper, secret.encode(), hashlib.sha256).hexdigest() for _id, pepper in peppers.all
    ]


def _mac(pepper: bytes, secret: str) -> str:
    digest = hmac.new(pepper, secret.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
