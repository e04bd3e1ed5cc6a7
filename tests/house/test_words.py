"""Every message has its Chinese, and the compiled catalogue is the one in the source."""

from __future__ import annotations

import gettext
import io
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from inventory import words

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "inventory" / "locale" / "zh_CN" / "LC_MESSAGES"
PACKAGES = ("wanzhao", "inventory", "agent", "collector", "exporters")


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with (FOLDER / "wanzhao.po").open("rb") as file:
        return read_po(file, locale="zh_CN")


def messages() -> Iterator[str]:
    """Every message in the code, marked with _ or N_."""
    for package in PACKAGES:
        rows = extract_from_dir(
            ROOT / package, method_map=[("**.py", "python")], keywords={"_": None, "N_": None}
        )
        yield from (str(message) for _file, _line, message, _comments, _context in rows)


def test_every_message_has_its_chinese(catalogue: Catalog) -> None:
    missing = sorted({m for m in messages() if m and not (m in catalogue and catalogue[m].string)})

    assert missing == [], "run `make messages` and translate in inventory/locale"


def test_a_translation_fills_in_the_same_values(catalogue: Catalog) -> None:
    holes = re.compile(r"%\(\w+\)[\d.]*[a-z]|%%")
    wrong = [
        str(m.id)
        for m in catalogue
        if m.id and sorted(holes.findall(str(m.id))) != sorted(holes.findall(str(m.string)))
    ]

    assert wrong == []


def test_the_compiled_catalogue_is_the_one_in_the_source(catalogue: Catalog) -> None:
    fresh = io.BytesIO()
    write_mo(fresh, catalogue)
    fresh.seek(0)
    compiled = gettext.translation("wanzhao", ROOT / "inventory" / "locale", ["zh_CN"])

    assert compiled._catalog == gettext.GNUTranslations(fresh)._catalog, "run `make messages`"  # type: ignore[attr-defined]


def test_an_answer_is_in_the_readers_language_and_others_stay_in_theirs() -> None:
    seen: list[str] = []
    with words.speaking("zh"):
        inside = words._("commands")
        other = threading.Thread(target=lambda: seen.append(words._("commands")))
        other.start()
        other.join()
        with words.speaking("en"):
            assert words.language() == "en"
        assert words.language() == "zh"

    assert inside != "commands"
    assert seen == ["commands"]
    assert words._("commands") == "commands"


@pytest.mark.parametrize(
    ("env", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LC_MESSAGES": "zh_TW", "LANG": "en_US"}, "zh"),
        ({"WANZHAO_LANG": "en", "LC_ALL": "zh_CN"}, "en"),
    ],
)
def test_the_language_follows_the_locale(env: dict[str, str], language: str) -> None:
    assert words.language_of(env) == language
