"""Tokens with which programs use the API: each acts for a person, within scopes, until a day.

A token is ``wzapi_<id>_<secret>``. The id finds the row, a keyed hash proves the whole; it is shown once. It
may do what its person may, and of that what its scopes say; when the account is locked or the roles change,
so does the token.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from sqlalchemy import Connection, Row, select

from collector.people import audit
from collector.people.accounts import Account, read_account
from collector.people.audit import By
from collector.store.peppers import Peppers
from collector.store.schema import api_token
from collector.store.tokens import possible, sealed
from inventory.errors import InputError
from inventory.words import N_, _

Scope = Literal["read", "items", "baselines", "evidence", "reports", "import", "spot", "enrol", "audit"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
SCOPE_WORDS: Mapping[Scope, str] = {
    "read": N_("read what the pages show"),
    "items": N_("assign and close work items"),
    "baselines": N_("accept what is measured"),
    "evidence": N_("hand in and review documents"),
    "reports": N_("make and fetch reports"),
    "import": N_("import the register"),
    "spot": N_("enter tests on site"),
    "enrol": N_("make enrolment codes"),
    "audit": N_("read the audit log"),
}
COUNTY = ""
DAY_S = 86_400.0
MOST_DAYS = 366
USED_EVERY_S = 60.0
"""So often it is written down that a token was used."""
_TOKEN = re.compile(r"wzapi_([0-9a-f]{12})_[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A token as it may be shown; times in seconds since 1970."""

    id: str
    person: str
    name: str
    scopes: tuple[Scope, ...]
    made_at: float
    expires_at: float
    revoked_at: float | None = None
    used_at: float | None = None


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whom a right token acts for."""

    token: ApiToken
    account: Account


def make_token(
    connection: Connection,
    peppers: Peppers,
    person_id: str,
    name: str,
    scopes: Sequence[str],
    days: float,
    now: float,
    by: By,
) -> str:
    """A new token for an account; InputError for an unknown account, scope or time."""
    account = read_account(connection, person_id)
    if account is None:
        raise InputError(_("there is no account %(name)s") % {"name": person_id[:64]})
    wanted = [each for each in SCOPES if each in scopes]
    if unknown := sorted(set(scopes) - set(SCOPES)):
        raise InputError(
            _("there is no scope %(name)s") % {"name": unknown[0]},
            do=_("one of: %(names)s") % {"names": ", ".join(SCOPES)},
        )
    if not wanted:
        raise InputError(_("a token needs a scope"), do=_("one of: %(names)s") % {"names": ", ".join(SCOPES)})
    if not 0 < days <= MOST_DAYS:
        raise InputError(_("a token lives from 1 to %(n)d days") % {"n": MOST_DAYS})
    if not name.strip() or len(name) > 128:
        raise InputError(_("the name of a token has 1 to 128 characters"))
    token_id = secrets.token_hex(6)
    token = f"wzapi_{token_id}_{secrets.token_urlsafe(32)}"
    connection.execute(
        api_token.insert().values(
            school_id=COUNTY,
            token_id=token_id,
            token_hmac=sealed(peppers, token),
            person_id=account.id,
            name=name.strip(),
            scopes=",".join(wanted),
            made_at=now,
            expires_at=now + days * DAY_S,
        )
    )
    after = {"person": account.id, "name": name.strip(), "scopes": wanted, "days": days}
    audit.write(connection, now, by, "api_token_made", token_id, None, after)
    return token


def read_tokens(connection: Connection) -> list[ApiToken]:
    """Every token, the newest first."""
    query = select(api_token).where(api_token.c.school_id == COUNTY).order_by(api_token.c.made_at.desc())
    return [_token(row) for row in connection.execute(query)]


def revoke_token(connection: Connection, token_id: str, now: float, by: By) -> None:
    """A token is good no more; InputError where there is none, or it is revoked already."""
    done = connection.execute(
        api_token.update()
        .where(
            api_token.c.school_id == COUNTY,
            api_token.c.token_id == token_id,
            api_token.c.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )
    if done.rowcount == 0:
        raise InputError(_("there is no such token, or it is revoked already"))
    audit.write(connection, now, by, "api_token_revoked", token_id)


def bearer_of(connection: Connection, peppers: Peppers, token: str, now: float) -> Bearer | None:
    """Whom a token acts for, now; None for one that is wrong, over or revoked, or whose account is locked."""
    found = _TOKEN.fullmatch(token)
    if found is None:
        return None
    query = select(api_token).where(api_token.c.school_id == COUNTY, api_token.c.token_id == found[1])
    row = connection.execute(query).first()
    if row is None or not any(hmac.compare_digest(row.token_hmac, one) for one in possible(peppers, token)):
        return None
    if row.revoked_at is not None or row.expires_at <= now:
        return None
    account = read_account(connection, row.person_id)
    if account is None or account.disabled_at is not None:
        return None
    return Bearer(_token(row), account)


def touch_token(connection: Connection, token_id: str, now: float) -> None:
    """Write down that a token was used."""
    own = (api_token.c.school_id == COUNTY) & (api_token.c.token_id == token_id)
    connection.execute(api_token.update().where(own).values(used_at=now))


def _token(row: Row[tuple[object, ...]]) -> ApiToken:
    scopes = tuple(each for each in SCOPES if each in row.scopes.split(","))
    return ApiToken(
        id=row.token_id,
        person=row.person_id,
        name=row.name,
        scopes=scopes,
        made_at=row.made_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        used_at=row.used_at,
    )
