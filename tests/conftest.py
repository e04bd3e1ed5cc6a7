"""What holds for every test."""

from __future__ import annotations

import pytest

from inventory import words

FIRST = ("tests/agent/test_recordings.py", "tests/system/", "tests/faults/")


def _place(test: str) -> int:
    return next((place for place, name in enumerate(FIRST) if test.startswith(name)), len(FIRST))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, and whole systems, which wait more than they compute: the last file to begin
    ends the run."""
    items.sort(key=lambda item: _place(item.nodeid))


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test begins in English, whatever the test before it set."""
    monkeypatch.setenv("WANZHAO_LANG", "en")
    words.set_language("en")
