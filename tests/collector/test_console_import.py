"""The register by a file that a browser sends: looked at first, then made so by the same person, once."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from asgi import Client
from console_world import ADMIN, AUDITOR, CLERK, CSRF, SCHOOLS, World, world
from sixty_register import register_of
from sixty_types import CountyTruth

from collector.console.imports import HELD_AT_ONCE, HELD_S, Held, Looked
from collector.store.engine import open_store
from collector.store.registers import read_register, store_register
from exporters.workbook.write import export
from inventory.errors import Refused
from inventory.register import Campus, Register, School

EN = {"Cookie": "wanzhao_language=en"}
FULL = register_of(CountyTruth(SCHOOLS))
REGISTER = Register(
    county=FULL.county,
    adcode=FULL.adcode,
    calendar=FULL.calendar,
    poll_interval_s=FULL.poll_interval_s,
    schools=tuple(
        School(
            id=school.id,
            name=school.name,
            kind=school.kind,
            stages=school.stages,
            campuses=tuple(Campus(id=campus.id) for campus in school.campuses),
        )
        for school in FULL.schools
    ),
)
"""As little of each school as a workbook holds."""
HOSTILE = "<script>alert(1)</script>\"'{{7*7}}"


@pytest.fixture
def there(tmp_path: Path) -> Iterator[World]:
    engine = open_store(f"sqlite:///{tmp_path / 'wanzhao.db'}")
    yield world(engine, REGISTER, with_batches=False)
    engine.dispose()


@pytest.fixture
def console(there: World) -> Client:
    there.person = ADMIN
    return Client(there.app)


def stored(there: World) -> Register:
    with there.engine.connect() as connection:
        found = read_register(connection)
    assert found is not None
    return found


def renamed(name: str) -> bytes:
    """The register as a workbook, its first school with another name."""
    first, *rest = REGISTER.schools
    return export(replace(REGISTER, schools=(replace(first, name=name), *rest)))


def send(console: Client, content: bytes, name: str = "schools.xlsx", **fields: str):  # type: ignore[no-untyped-def]
    return console.post(
        "/console/import", data={"csrf": CSRF, **fields}, files={"file": (name, content)}, headers=EN
    )


def secret_of(page: str) -> str:
    return page.partition('name="secret" value="')[2].partition('"')[0]


def test_a_file_is_looked_at_then_made_so_and_told_in_the_audit_log(there: World, console: Client) -> None:
    page = send(console, renamed("新名学校")).text

    assert "新名学校" in page
    assert stored(there) == REGISTER, "looking changes nothing"
    answer = console.post("/console/import/confirm", data={"csrf": CSRF, "secret": secret_of(page)})

    assert (answer.status_code, answer.headers["location"]) == (303, "/console/import?done=1")
    assert stored(there).schools[0].name == "新名学校"
    assert ("admin", "register_imported", "schools.xlsx") in there.told


def test_every_fault_is_listed_with_its_sheet_row_and_column_and_nothing_can_be_confirmed(
    there: World, console: Client
) -> None:
    book = openpyxl.load_workbook(io.BytesIO(renamed("x")))
    sheet = book.worksheets[1]
    assert sheet.max_row > 2
    wrong = [cell for cell in sheet[sheet.max_row] if cell.value not in (None, "")][:1]
    for cell in wrong:
        cell.value = HOSTILE
    out = io.BytesIO()
    book.save(out)

    answer = send(console, out.getvalue())

    assert answer.status_code == 422
    column = wrong[0].column_letter
    place = f'<th scope="row">{sheet.title}</th><td class="fig">{sheet.max_row}</td><td>{column}</td>'
    assert place in answer.text
    assert "<script>alert" not in answer.text
    assert secret_of(answer.text) == ""
    assert stored(there) == REGISTER


def test_the_same_register_would_change_nothing(console: Client) -> None:
    page = send(console, export(REGISTER)).text

    assert "It would change nothing." in page
    assert secret_of(page) == ""


def test_a_yes_counts_once_and_only_for_who_has_looked(there: World, console: Client) -> None:
    secret = secret_of(send(console, renamed("新名学校")).text)
    there.person = replace(ADMIN, id="another")
    form = {"csrf": CSRF, "secret": secret}
    assert console.post("/console/import/confirm", data=form).status_code == 409
    assert stored(there) == REGISTER

    there.person = ADMIN
    assert console.post("/console/import/confirm", data=form).status_code == 303
    assert console.post("/console/import/confirm", data=form).status_code == 409


def test_a_register_that_has_changed_meanwhile_is_not_written_over(there: World, console: Client) -> None:
    secret = secret_of(send(console, renamed("新名学校")).text)
    other = replace(REGISTER, county="另一县")
    with there.engine.begin() as connection:
        store_register(connection, other, author="another", at=2.0)

    answer = console.post("/console/import/confirm", data={"csrf": CSRF, "secret": secret})

    assert answer.status_code == 409
    assert stored(there) == other


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("register.exe", b"MZ", 400),
        ("../../etc/passwd", b"root", 400),
        ("..\\..\\schools.xlsx", b"no workbook", 422),
        ("a.xlsx", b"PK\x03\x04 half a file", 422),
        ("a.toml", b"= = =", 422),
        ("schools.csv", b"\x00\xff\xfe", 422),
        (f"{HOSTILE}.toml", b"[nonsense]\n", 422),
    ],
)
def test_what_is_no_register_is_told_and_changes_nothing(
    there: World, console: Client, name: str, content: bytes, status: int
) -> None:
    answer = send(console, content, name)

    assert answer.status_code == status, answer.text[-500:]
    assert "<script>alert" not in answer.text
    assert stored(there) == REGISTER


@pytest.mark.parametrize("person", [CLERK, AUDITOR])
def test_only_who_may_import_sees_the_page_or_sends_a_file(
    there: World, console: Client, person: object
) -> None:
    there.person = person  # type: ignore[assignment]

    assert console.get("/console/import").status_code == 403
    assert send(console, renamed("新名学校")).status_code == 403
    assert console.post("/console/import/confirm", data={"csrf": CSRF, "secret": "x"}).status_code == 403
    assert "/console/import" not in console.get("/console/schools").text


def test_a_file_from_another_page_or_too_large_or_no_form_is_refused(there: World, console: Client) -> None:
    assert send(console, renamed("新名学校"), csrf="another").status_code == 403
    assert send(console, b"x" * (16 * 1024 * 1024 + 1)).status_code == 413
    for kind in ("text/plain", "multipart/form-data", "multipart/form-data; boundary=x"):
        answer = console.post("/console/import", content=b"junk", headers={"Content-Type": kind})
        assert answer.status_code in (400, 403), kind
    assert stored(there) == REGISTER


def test_what_is_held_ends_by_time_and_number() -> None:
    now = [0.0]
    held = Held(clock=lambda: now[0])
    names = []
    for number in range(HELD_AT_ONCE + 1):
        now[0] = float(number)
        names.append(held.keep(Looked("a", "f", None, REGISTER, now[0])))
    with pytest.raises(Refused):
        held.take(names[0], "a")
    assert held.take(names[1], "a").new is REGISTER
    now[0] += HELD_S + 1
    with pytest.raises(Refused):
        held.take(names[-1], "a")


def test_the_register_is_taken_as_a_workbook_and_sent_back_the_same(there: World, console: Client) -> None:
    taken = console.get("/console/import/files/register.xlsx")
    empty = console.get("/console/import/files/template.xlsx")

    assert "It would change nothing." in send(console, taken.content).text
    assert openpyxl.load_workbook(io.BytesIO(empty.content)).sheetnames
    assert console.get("/console/import/files/..%2f..%2fetc%2fpasswd").status_code == 404
    assert console.get("/console/import/files/schools.csv").status_code == 404
    there.person = CLERK
    assert console.get("/console/import/files/register.xlsx").status_code == 403
