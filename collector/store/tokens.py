"""Enrolment codes and agent tokens: shown once, kept only as keyed hashes.

A token is ``wz_<prefix>_<secret>``: the prefix finds the row, the HMAC-SHA-256 (with a pepper that is not in
the database) proves it. A token maps to one school and campus; that is all an agent can write.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from sqlalchemy import Connection, select

from collector.store.schema import agent, enrol_code
from collector.store.write import Sender
from inventory.errors import ConfigError, Refused
from inventory.words import _

CODE_LIFE_S = 600.0
# No 0/O, 1/I/L: a code is read over the telephone.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def load_pepper(path: Path) -> bytes:
    """The pepper of this collector, made at first use; ConfigError when it cannot be read or made."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return bytes.fromhex(path.read_text(encoding="ascii").strip())
        pepper = secrets.token_bytes(32)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(pepper.hex() + "\n")
    except (OSError, ValueError) as error:
        raise ConfigError(
            _("the pepper file cannot be used: %(why)s") % {"why": error},
            where=str(path),
            do=_("restore it from backup; without it every agent must be enrolled anew"),
        ) from error
    return pepper


def new_code(connection: Connection, pepper: bytes, school_id: str, campus_id: str, now: float) -> str:
    """A one-time code for one campus, good for ten minutes."""
    code = "-".join("".join(secrets.choice(_ALPHABET) for _n in range(4)) for _group in range(3))
    connection.execute(
        enrol_code.insert().values(
            school_id=school_id,
            code_hmac=_mac(pepper, code),
            campus_id=campus_id,
            expires_at=now + CODE_LIFE_S,
        )
    )
    return code


def redeem(connection: Connection, pepper: bytes, code: str, now: float) -> tuple[str, str]:
    """(campus, token) for a code; raises Refused(403) when it is wrong, used or too old."""
    clean = code.strip().upper()
    row = connection.execute(
        enrol_code.update()
        .where(
            enrol_code.c.code_hmac == _mac(pepper, clean),
            enrol_code.c.used_at.is_(None),
            enrol_code.c.expires_at >= now,
        )
        .values(used_at=now)
        .returning(enrol_code.c.school_id, enrol_code.c.campus_id)
    ).first()
    if row is None:
        raise Refused(_("the enrolment code is wrong, used or older than ten minutes"), status=403)
    school_id, campus_id = row
    return campus_id, new_token(connection, pepper, school_id, campus_id, now)


def new_token(connection: Connection, pepper: bytes, school_id: str, campus_id: str, now: float) -> str:
    """A token for the agent of a campus; the ones it has stay valid until they are revoked."""
    prefix = secrets.token_hex(6)
    token = f"wz_{prefix}_{secrets.token_urlsafe(32)}"
    connection.execute(
        agent.insert().values(
            school_id=school_id,
            agent_id=campus_id,
            token_prefix=prefix,
            campus_id=campus_id,
            token_hmac=_mac(pepper, token),
            created_at=now,
        )
    )
    return token


def sender_of(connection: Connection, pepper: bytes, token: str) -> Sender | None:
    """Who a token belongs to, or None for a wrong or revoked one."""
    parts = token.split("_", 2)
    if len(parts) != 3 or parts[0] != "wz":
        return None
    rows = connection.execute(
        select(agent.c.school_id, agent.c.agent_id, agent.c.campus_id, agent.c.token_hmac).where(
            agent.c.token_prefix == parts[1], agent.c.revoked_at.is_(None)
        )
    )
    for school_id, agent_id, campus_id, mac in rows:
        if hmac.compare_digest(mac, _mac(pepper, token)):
            return Sender(school_id, agent_id, campus_id)
    return None


def revoke(connection: Connection, campus_id: str, now: float) -> int:
    """Revoke every token of a campus from the next request on; gives back how many."""
    result = connection.execute(
        agent.update()
        .where(agent.c.campus_id == campus_id, agent.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    return int(result.rowcount)


def _mac(pepper: bytes, secret: str) -> str:
    return hmac.new(pepper, secret.encode(), hashlib.sha256).hexdigest()
