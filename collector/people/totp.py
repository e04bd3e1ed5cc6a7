"""The authenticator: codes by time (TOTP, RFC 6238; 6 digits, 30 s, SHA-1 as all apps have it).

At rest the secret is sealed with the collector's pepper, which is not in the database: who has the database
alone cannot make codes.
"""

from __future__ import annotations

import base64
import hmac

import pyotp
import segno
from cryptography.fernet import Fernet, InvalidToken

from collector.store.peppers import Peppers

STEP_S = 30
DRIFT_STEPS = 1
"""A telephone's clock may be half a minute off."""
ISSUER = "wanzhao"


def new_secret() -> str:
    """160 bits, in base 32."""
    return pyotp.random_base32()


def seal(peppers: Peppers, secret: str) -> str:
    """What stands in the database for a secret: the pepper's id and the sealed secret."""
    pepper_id, pepper = peppers.newest
    return f"{pepper_id}${_box(pepper).encrypt(secret.encode()).decode()}"


def unseal(peppers: Peppers, sealed: str) -> str | None:
    """The secret, or None where no pepper of ours has sealed it."""
    name, _dollar, token = sealed.partition("$")
    for pepper_id, pepper in peppers.all:
        if pepper_id == name:
            try:
                return _box(pepper).decrypt(token.encode()).decode()
            except InvalidToken:
                return None
    return None


def step_of(secret: str, code: str, now: float, after: int) -> int | None:
    """The step of 30 s that a code belongs to, or None for a wrong one. A step up to ``after`` has been used:
    no code is good twice."""
    digits = "".join(code.split())
    maker = pyotp.TOTP(secret)
    found = None
    for step in range(int(now // STEP_S) - DRIFT_STEPS, int(now // STEP_S) + DRIFT_STEPS + 1):
        is_right = hmac.compare_digest(maker.at(step * STEP_S).encode(), digits.encode())
        if is_right and step > after:
            found = step
    return found


def picture(secret: str, person_id: str) -> str:
    """The secret as a QR code for an authenticator: an <svg> element that holds nothing but a path."""
    uri = pyotp.TOTP(secret).provisioning_uri(name=person_id, issuer_name=ISSUER)
    code = segno.make(uri, error="m", micro=False)
    return code.svg_inline(scale=4, border=4, dark="#000", light="#fff", omitsize=False)


def grouped(secret: str) -> str:
    """The secret to type in, in groups of four."""
    return " ".join(secret[n : n + 4] for n in range(0, len(secret), 4))


def _box(pepper: bytes) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hmac.digest(pepper, b"wanzhao totp", "sha256")))
