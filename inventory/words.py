"""Messages in Chinese or English.

English is in the code, Chinese in ``locale/zh_CN/LC_MESSAGES/wanzhao.po`` (compiled to ``.mo`` beside it;
a test checks that the two agree and that no message lacks its Chinese). One language per process,
chosen from the locale or by ``WANZHAO_LANG``; a report or page may ask for its own, and an answer to
somebody's browser is made in that person's (``speaking``).
"""

from __future__ import annotations

import contextlib
import gettext
import os
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Literal

Language = Literal["zh", "en"]

_LOCALE_DIR = Path(__file__).parent / "locale"
_current: Language = "en"
_spoken: ContextVar[Language | None] = ContextVar("_spoken", default=None)


def language_of(env: Mapping[str, str]) -> Language:
    """The language that an environment asks for, by the order of POSIX (WANZHAO_LANG before all)."""
    for name in ("WANZHAO_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := env.get(name, ""):
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def set_language(language: Language | None = None) -> Language:
    """Set the language of this process; None asks the environment."""
    global _current
    _current = language or language_of(os.environ)
    return _current


def language() -> Language:
    """The language that is spoken here: of this process, or what ``speaking`` says."""
    return _spoken.get() or _current


@contextlib.contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Within, messages are in this language: for one request, whatever else the process does meanwhile."""
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)


@cache
def catalogue(language: Language) -> gettext.NullTranslations:
    """The message catalogue of a language; English needs none."""
    if language == "en":
        return gettext.NullTranslations()
    return gettext.translation("wanzhao", _LOCALE_DIR, ["zh_CN"], fallback=True)


def _(message: str) -> str:
    """The message in the language that is spoken here."""
    return catalogue(language()).gettext(message)


def N_(message: str) -> str:  # noqa: N802 - the name that gettext's tools look for
    """Mark a message for translation; it is translated where it is shown."""
    return message


def say(message: str, language: Language) -> str:
    """A message marked with N_, in a given language."""
    return catalogue(language).gettext(message) if message else ""
