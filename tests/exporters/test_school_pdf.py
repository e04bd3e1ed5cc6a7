"""表三 on paper: a file for each school, and the volume of all."""

from __future__ import annotations

import io
import logging
import re
from dataclasses import replace
from pathlib import Path

import msgspec
import pypdf
import pytest
import views
from hostile_report import ATTACKS, attacked

from exporters.report.fonts import Fonts, find_fonts
from exporters.report.lines import report_lines
from exporters.report.school_pages import school_pages
from exporters.report.school_pdf import to_bound, to_single
from exporters.report.tables import Report
from exporters.report.write import write_report
from inventory.words import Language

DIGEST = "ab" * 32
LANGUAGES: tuple[Language, ...] = ("zh", "en")


def report() -> Report:
    return report_lines(views.view())


def text_of(content: bytes) -> str:
    """The words of a PDF without blanks and places to break."""
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    return bare("".join(page.extract_text() for page in pages))


def bare(text: str) -> str:
    return re.sub(r"[\s\u200b]", "", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_school_has_a_file_with_every_line_of_its_page(language: Language) -> None:
    files = dict(to_single(report(), DIGEST, language))

    pages = school_pages(report(), language)
    assert list(files) == [page.id for page in pages]
    for page in pages:
        text = text_of(files[page.id])
        assert bare(page.name) in text
        for _code, title, lines in page.sections:
            assert bare(title) in text
            for line in lines:
                assert bare(line.value) in text
                assert bare(line.word) in text
                assert bare(line.why) in text


def test_a_school_alone_says_what_it_says_among_all() -> None:
    files = dict(to_single(report(), DIGEST, "zh"))
    name = next(iter(files))

    assert dict(to_single(report(), DIGEST, "zh", name)) == {name: files[name]}


def test_the_volume_has_contents_bookmarks_and_every_school_on_a_page_of_its_own() -> None:
    content = to_bound(report(), DIGEST, "zh")
    reader = pypdf.PdfReader(io.BytesIO(content))

    marks = [each.title for each in flat(reader.outline)]
    names = [page.name for page in school_pages(report(), "zh")]
    assert [mark for mark in marks if mark in names] == names
    starts = [
        reader.get_destination_page_number(each) for each in flat(reader.outline) if each.title in names
    ]
    assert len(set(starts)) == len(names)
    for name, start in zip(names, starts, strict=True):
        assert bare(name) in bare(reader.pages[start].extract_text())
    assert DIGEST[:16] in bare(reader.pages[starts[0]].extract_text())
    contents = bare(reader.pages[1].extract_text())
    assert all(bare(name) in contents for name in names)


def flat(outline: list[object]) -> list[pypdf.generic.Destination]:
    found: list[pypdf.generic.Destination] = []
    for each in outline:
        found += flat(each) if isinstance(each, list) else [each]  # type: ignore[list-item]
    return found


def test_the_same_report_gives_the_same_bytes() -> None:
    assert to_bound(report(), DIGEST, "zh") == to_bound(report(), DIGEST, "zh")
    assert list(to_single(report(), DIGEST, "en")) == list(to_single(report(), DIGEST, "en"))


def test_whatever_a_name_holds_is_text_and_no_name_becomes_a_files(tmp_path: Path) -> None:
    view = attacked(" ".join(ATTACKS.values()))
    first = view.schools[0]
    stranger = msgspec.structs.replace(first, school=replace(first.school, id="../../../etc/x"))
    view = replace(view, schools=(*view.schools, stranger))

    files = write_report(view, tmp_path / "out", "zh", forms=("single", "volume"))

    assert {path.parent.name for path in files} == {"out", "schools"}
    single = [path for path in files if path.parent.name == "schools"]
    assert all(re.fullmatch(r"[0-9]{10}\.pdf", path.name) for path in single)
    assert "../../../etc/x.pdf" not in {path.name for path in files}
    assert [path for path in tmp_path.rglob("*") if path.is_file() and path not in files] == []


def test_a_character_that_the_font_lacks_is_seen(caplog: pytest.LogCaptureFixture) -> None:
    found = find_fonts()
    name = views.view().schools[0].school.name
    fonts = Fonts(found.family, found.folder, found.characters - {ord(name[0])})

    with caplog.at_level(logging.WARNING):
        (first, *_rest) = to_single(report(), DIGEST, "zh", fonts=fonts)

    assert "〓" in text_of(first[1])
    assert f"U+{ord(name[0]):04X}" in caplog.text
