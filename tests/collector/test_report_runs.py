"""Reports that are ordered in the console: made in the background, kept, handed out as they were."""

from __future__ import annotations

import hashlib
import io
import re
import threading
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from asgi import Client
from console_world import ADMIN, AS_OF, AUDITOR, CLERK, CSRF, PLAN, World, plan_of, world

from collector.people.audit import By
from collector.report_runs import KEPT, WAITING, Order, ReportRuns, Run
from collector.store.engine import open_store
from exporters.report.write import report_files
from inventory.errors import InputError, Refused
from inventory.report_basis import ReportBasis
from inventory.verdict import CountyView
from inventory.words import Language

EN = {"Cookie": "wanzhao_language=en"}
ORDER = Order(plan=PLAN, language="zh", forms=("html", "json"), by=By("admin", "127.0.0.1"), as_of=AS_OF)


@pytest.fixture
def there(tmp_path: Path) -> Iterator[World]:
    engine = open_store(f"sqlite:///{tmp_path / 'wanzhao.db'}")
    yield world(engine, with_batches=False, folder=tmp_path / "reports")
    engine.dispose()


@pytest.fixture
def console(there: World) -> Client:
    return Client(there.app)


def ended(runs: ReportRuns, run: Run) -> Run:
    """The run when nothing more happens to it."""
    is_over = threading.Event()
    while not is_over.wait(0.02):
        found = runs.find(run.id)
        assert found is not None
        if found.is_over:
            return found
    raise AssertionError


def order(console: Client, **fields: str) -> httpx.Response:
    form = {"csrf": CSRF, "plan": PLAN, "form.html": "1", "form.json": "1", "language": "zh"}
    return console.post("/console/reports", data={**form, **fields}, headers=EN)


def wait_for(console: Client, path: str) -> str:
    """The page of an order when it is over."""
    is_over = threading.Event()
    while not is_over.wait(0.05):
        page = console.get(path, headers=EN).text
        if "hx-trigger" not in page:
            return page
    raise AssertionError


def test_an_order_is_made_kept_and_handed_out_as_it_was(there: World, console: Client) -> None:
    answer = order(console, as_of="2026-09-18", seed="2026-抽查")
    assert answer.status_code == 303
    page = wait_for(console, answer.headers["location"])
    (sha256,) = set(re.findall(r"/console/reports/kept/([0-9a-f]{64})", page))

    kept = console.get(f"/console/reports/kept/{sha256}", headers=EN).text
    files = dict(re.findall(r"download>([^<]+)</a></th><td><code>([0-9a-f]{64})<", kept))
    assert files.keys() == {"report.html", "report.json"}
    assert files["report.json"] == sha256
    for name, told in files.items():
        content = console.get(f"/console/reports/kept/{sha256}/{name}")
        assert hashlib.sha256(content.content).hexdigest() == told
        assert content.headers["content-disposition"] == f'attachment; filename="{name}"'
    packed = console.get(f"/console/reports/kept/{sha256}/all.zip")
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        assert {name: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()} == files
    assert "2026-抽查" in console.get(f"/console/reports/kept/{sha256}/report.json").text
    assert ("admin", "report_made", sha256) in there.told
    assert sha256[:16] in console.get("/console/reports").text


def test_two_languages_are_files_of_one_report(there: World, tmp_path: Path) -> None:
    runs = ReportRuns(there.engine, [plan_of()], tmp_path / "r", report_files, clock=lambda: AS_OF)
    first = ended(runs, runs.start(ORDER))
    second = ended(runs, runs.start(Order(**{**fields(ORDER), "language": "en"})))

    assert (first.stage, second.stage) == ("done", "done")
    (report,) = [each for each in runs.kept() if each.sha256 == first.sha256]
    assert second.sha256 == first.sha256
    assert set(report.files) == {"report.html", "report.en.html", "report.json"}
    assert runs.file(report, "report.html") != runs.file(report, "report.en.html")
    runs.close()


def fields(one: Order) -> dict[str, object]:
    return {name: getattr(one, name) for name in one.__slots__}


def test_a_file_that_was_changed_is_not_handed_out(there: World, tmp_path: Path) -> None:
    runs = ReportRuns(there.engine, [plan_of()], tmp_path / "r", report_files)
    run = ended(runs, runs.start(ORDER))
    (report,) = runs.kept()
    (tmp_path / "r" / run.sha256 / "report.html").write_text("all is well")

    with pytest.raises(InputError, match="damaged"):
        runs.file(report, "report.html")
    runs.close()


@pytest.mark.parametrize(
    "name",
    ["../../wanzhao.db", "/etc/passwd", "report.html/../report.json", "..", "report.html%00", "x.html"],
)
def test_no_name_leads_out_of_the_report(there: World, console: Client, name: str) -> None:
    page = wait_for(console, order(console).headers["location"])
    (sha256,) = set(re.findall(r"/console/reports/kept/([0-9a-f]{64})", page))

    hidden = quote(name, safe="").replace(".", "%2E")
    assert console.get(f"/console/reports/kept/{sha256}/{hidden}").status_code == 404
    assert console.get(f"/console/reports/kept/{hidden}/report.html").status_code == 404


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({"form.html": "", "form.json": ""}, "no format is chosen"),
        ({"as_of": "31.12.2026"}, "is no date"),
        ({"plan": "no-such-plan"}, "there is no plan"),
        ({"csrf": "forged"}, "not sent from a page of yours"),
    ],
)
def test_an_order_with_a_fault_is_refused(console: Client, given: dict[str, str], what: str) -> None:
    answer = order(console, **given)

    assert answer.status_code in (400, 403, 404)
    assert what in answer.text


def test_who_may_order(there: World, console: Client) -> None:
    there.person = CLERK
    assert order(console).status_code == 404
    assert "form.html" not in console.get("/console/reports").text
    there.person = AUDITOR
    assert order(console).status_code == 303
    there.person = ADMIN
    assert console.get("/console/reports/runs/0").status_code == 404


def test_an_error_is_told_and_the_next_order_is_made(there: World, tmp_path: Path) -> None:
    """A disk that is full, a format whose libraries are gone: the order says so."""
    wrong: list[Exception] = [OSError(28, "No space left on device"), InputError("PDF needs more libraries")]

    def write(
        view: CountyView, basis: ReportBasis, language: Language, forms: Sequence[str]
    ) -> Iterator[tuple[str, bytes]]:
        yield "report.json", b"{}"
        if wrong:
            raise wrong.pop()
        yield from report_files(view, basis, language, forms)

    runs = ReportRuns(there.engine, [plan_of()], tmp_path / "r", write)
    told = [ended(runs, runs.start(ORDER)) for _n in range(3)]
    assert [run.stage for run in told] == ["failed", "failed", "done"]
    assert told[0].error == "PDF needs more libraries"
    assert "Errno" not in told[1].error
    assert len(runs.kept()) == 1
    assert [path.name for path in (tmp_path / "r").iterdir()] == [told[2].sha256], "no half report stays"
    runs.close()


def test_so_many_may_wait_and_so_many_stay(there: World, tmp_path: Path) -> None:
    go_on = threading.Event()

    def write(
        view: CountyView, _basis: ReportBasis, _language: Language, _forms: Sequence[str]
    ) -> Iterator[tuple[str, bytes]]:
        assert go_on.wait(60)
        yield "report.json", str(view.as_of).encode()

    runs = ReportRuns(there.engine, [plan_of()], tmp_path / "r", write)
    started = [runs.start(ORDER) for _n in range(WAITING)]
    with pytest.raises(Refused) as refused:
        runs.start(ORDER)
    assert refused.value.status == 429
    go_on.set()
    for run in started:
        ended(runs, run)
    for n in range(KEPT + 1):
        last = ended(runs, runs.start(Order(**{**fields(ORDER), "as_of": AS_OF - n})))
    places = [path.name for path in (tmp_path / "r").iterdir()]
    assert len(places) == KEPT
    assert last.sha256 in places
    runs.close()
