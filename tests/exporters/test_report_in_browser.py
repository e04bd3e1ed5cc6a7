"""The report as a browser shows and prints it."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import views

from exporters.report.write import write_report

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
PDFTOTEXT = shutil.which("pdftotext") or ""

pytestmark = [
    pytest.mark.chromium,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed (package chromium)"),
]


def browse(profile: Path, *options: str) -> str:
    """What Chromium prints, with a profile of its own and without any network."""
    done = subprocess.run(
        [
            CHROMIUM,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            f"--user-data-dir={profile}",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            *options,
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout


@pytest.fixture
def page(tmp_path: Path) -> Path:
    return write_report(views.view(), tmp_path / "report", "en")[0]


def test_the_browser_shows_every_school_and_runs_no_script(tmp_path: Path, page: Path) -> None:
    shown = browse(tmp_path / "profile", "--dump-dom", page.as_uri())

    assert "<script" not in shown
    assert "&lt;script&gt;alert('x')&lt;/script&gt;" in shown
    for school in views.view().schools:
        assert school.school.id in shown


@pytest.mark.skipif(not PDFTOTEXT, reason="pdftotext is not installed (package poppler-utils)")
def test_the_printed_report_repeats_table_heads_and_numbers_its_pages(tmp_path: Path) -> None:
    page = write_report(views.many(60), tmp_path / "report", "en")[0]
    paper = tmp_path / "report.pdf"
    browse(tmp_path / "profile", "--no-pdf-header-footer", f"--print-to-pdf={paper}", page.as_uri())

    text = subprocess.run(
        [PDFTOTEXT, "-layout", paper, "-"], capture_output=True, text=True, check=True
    ).stdout
    pages = text.split("\f")[:-1]
    info = subprocess.run(["pdfinfo", paper], capture_output=True, text=True, check=True).stdout

    assert re.search(r"Page size:\s+84[12]\.\d+ x 59[45]\.\d+ pts \(A4\)", info), "A4 landscape"
    # The first page alone answers: how many of how many, by which plan, as of when; and it is signed.
    assert re.search(r"\b2\s*/\s*5\b", pages[0])
    for words in ("Conclusion by target", "40.0 %", "2025-11-22 18:00", "Approved by"):
        assert words in pages[0]
    with_schools = [page for page in pages if "pupils" in page]
    assert len(with_schools) > 1
    assert all("About the school" in page for page in with_schools)
