"""Passwords: Argon2id (RFC 9106), and which ones are good enough (GB/T 22239-2019, 8.1.4.1 a: complexity)."""

from __future__ import annotations

import secrets
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from inventory.errors import InputError
from inventory.words import _

HASHER = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
"""Three passes over 64 MiB, the second choice of RFC 9106, 4: some fifty milliseconds."""
LONGEST = 128
KINDS = 2
DISTINCT = 6
GROUPS = 4
"""Of four characters in a password by chance: some 79 bits."""
_READABLE = "abcdefghjkmnpqrstuvwxyz23456789"
_WORDS = """
password passw0rd p@ssw0rd p@ssword pass admin administrator root user guest test welcome login letmein
changeme default secret master qwerty qwertyuiop asdfgh asdfghjkl zxcvbn zxcvbnm qazwsx qazwsxedc iloveyou
woaini monkey dragon sunshine football huawei ruijie h3c cisco wanzhao school xuexiao jiaoyu jiaoyuju
changxing zhejiang hangzhou huzhou xiaoxue zhongxue teacher laoshi abc abcd abcdef adminadmin
passwordpassword administrators
"""
COMMON = frozenset(_WORDS.split())
"""What guessers try first; digits and signs before and behind do not make it better."""


def hashed(password: str) -> str:
    """What is kept of a password."""
    return HASHER.hash(_normal(password))


def matches(kept: str, given: str) -> bool:
    """Whether a password is the one that is kept. With nothing kept ("") it never is, and takes as long: one
    Argon2 is computed in every case."""
    nobody, text = _nobody(), _normal(given)
    try:
        return HASHER.verify(kept or nobody, text[:LONGEST]) and kept != "" and len(text) <= LONGEST
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(kept: str) -> bool:
    """Whether what is kept was made with other parameters than those of today."""
    return HASHER.check_needs_rehash(kept)


def check_new(password: str, *, length: int, names: tuple[str, ...], old: str = "") -> None:
    """InputError that says what is wrong with a password for the account of these names."""
    text = _normal(password)
    folded = text.casefold()
    own = [name.casefold() for name in names if len(name) > 1]
    faults = (
        (len(text) < length, _("the password needs %(n)d characters or more") % {"n": length}),
        (len(text) > LONGEST, _("the password has more than %(n)d characters") % {"n": LONGEST}),
        (_kinds(text) < KINDS or len(set(folded)) < DISTINCT, _("the password is too simple")),
        (any(name in folded for name in own), _("the password holds the name of the account")),
        (_core(folded) in COMMON or folded in COMMON, _("the password is one that guessers try first")),
        (old != "" and text == _normal(old), _("the new password is the old one")),
    )
    for is_wrong, what in faults:
        if is_wrong:
            raise InputError(what, do=" ".join(rules(length)))


def one_time(*, length: int, names: tuple[str, ...]) -> str:
    """A password by chance for the account of these names: easy to read out, good enough for check_new."""
    groups = max(GROUPS, -(-(length + 1) // 5))
    while True:
        made = "-".join("".join(secrets.choice(_READABLE) for _n in range(4)) for _group in range(groups))
        try:
            check_new(made, length=length, names=names)
        except InputError:  # it holds the name, or no digit
            continue
        return made


def rules(length: int) -> list[str]:
    """What a good password is, in sentences for people."""
    return [
        _("At least %(n)d characters; a sentence of several words is good.") % {"n": length},
        _("Two kinds or more of: small letters, capitals, digits, other characters."),
        _("Not your name, and no common word with digits behind it."),
    ]


@cache
def _nobody() -> str:
    return hashed(secrets.token_hex(16))


def _normal(password: str) -> str:
    """One form for what keyboards write in several (RFC 8265, 4.2: NFC)."""
    return unicodedata.normalize("NFC", password)


def _kinds(text: str) -> int:
    tests = (str.islower, str.isupper, str.isdigit)
    kinds = {next((n for n, is_kind in enumerate(tests) if is_kind(char)), len(tests)) for char in text}
    return len(kinds)


def _core(folded: str) -> str:
    """What is left without the digits and signs around it."""
    letters = [n for n, char in enumerate(folded) if char.isalpha()]
    return folded[letters[0] : letters[-1] + 1] if letters else ""
