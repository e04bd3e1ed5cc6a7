from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import views
from hostile_report import ATTACKS, attacked

from exporters.report import forms
from exporters.report.forms import FORMS, MANY, MEDIA_TYPES, NAMES, Form, hindrance, makeable
from exporters.report.write import report_bytes, write_report
from inventory.errors import InputError

BEGINNINGS: dict[Form, bytes] = {
    "html": b"<!doctype html>",
    "schools": b"<!doctype html>",
    "xlsx": b"PK",
    "pdf": b"%PDF-",
    "docx": b"PK",
    "csv": b"\xef\xbb\xbf",
    "json": b"{",
    "volume": b"%PDF-",
}
ONE_FILE = [form for form in FORMS if form not in MANY]


@pytest.fixture(autouse=True)
def asked_anew() -> Iterator[None]:
    hindrance.cache_clear()
    yield
    hindrance.cache_clear()


@pytest.mark.parametrize("form", ONE_FILE)
def test_each_format_has_a_name_a_media_type_and_bytes_of_its_own(form: Form) -> None:
    assert NAMES[form].startswith("report")
    assert "/" in MEDIA_TYPES[form]
    assert report_bytes(views.view(), form, "zh").startswith(BEGINNINGS[form])


@pytest.mark.parametrize("form", ONE_FILE)
def test_each_format_can_hold_all_attacks_at_once_and_a_county_without_schools(form: Form) -> None:
    everything = " ".join(ATTACKS.values())
    empty = replace(views.view(), texts=(), targets=(), schools=(), quality=())

    for view in (attacked(everything), empty):
        for language in ("zh", "en"):
            assert report_bytes(view, form, language).startswith(BEGINNINGS[form])


def test_only_the_formats_that_are_named_are_written_and_the_data(tmp_path: Path) -> None:
    files = write_report(views.view(), tmp_path, "zh", forms=["xlsx", "pdf"])

    assert [path.name for path in files] == ["report.xlsx", "report.pdf", "report.json"]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(path.name for path in files)


def test_without_their_libraries_pdf_and_docx_are_left_out_or_say_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms, "find_spec", {}.get)

    assert makeable() == ["html", "schools", "xlsx", "csv", "json"]
    assert "report.pdf" not in [path.name for path in write_report(views.view(), tmp_path, "zh")]
    for form in ("pdf", "docx"):
        with pytest.raises(InputError, match=r"wanzhao\[report\]"):
            write_report(views.view(), tmp_path / "named", "zh", forms=[form])
        with pytest.raises(InputError, match=r"wanzhao\[report\]"):
            report_bytes(views.view(), form, "zh")
    assert not (tmp_path / "named").exists()


def test_without_a_font_only_the_pdf_is_left_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WANZHAO_FONTS", str(tmp_path))

    assert set(FORMS) - set(makeable()) == {"pdf", "volume", "single"}
    assert "WANZHAO_FONTS" in str(hindrance("pdf"))
