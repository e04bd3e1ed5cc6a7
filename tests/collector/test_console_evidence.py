"""Documents by a browser: handed in by a clerk, reviewed by another person, and what the school's verdict
says then."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from asgi import Client
from console_world import ADMIN, AUDITOR, CLERK, CSRF, SCHOOLS, World, world
from sixty_register import register_of
from sixty_types import CountyTruth

from collector.people.person import Person
from collector.store.documents import PART_BYTES, SCHOOL_BYTES, keep_file, read_file
from collector.store.engine import open_store
from collector.store.registers import read_register
from inventory.errors import InputError
from inventory.register import Campus, Contract, Register, School
from inventory.submit import FILE_BYTES

EN = {"Cookie": "wanzhao_language=en"}
FULL = register_of(CountyTruth(SCHOOLS))
SCHOOL = SCHOOLS[1].id
OTHER = SCHOOLS[0].id
CAMPUS = f"{SCHOOL}-01"
INSPECTOR = Person(id="inspector", name="检查员", roles=("inspector",))
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 600
LEASE = Contract(down_mbps=10_000, circuit="HZ-1")
HOSTILE = "<script>alert(1)</script>\"'{{7*7}}=cmd|'/C calc'!A0"


def small() -> Register:
    """The schools bare, the clerk's with a lease that nothing proves."""
    return Register(
        county=FULL.county,
        adcode=FULL.adcode,
        calendar=FULL.calendar,
        schools=tuple(
            School(
                id=school.id,
                name=school.name,
                kind=school.kind,
                stages=school.stages,
                campuses=(Campus(id=f"{school.id}-01", contracts=(LEASE,) if school.id == SCHOOL else ()),),
            )
            for school in FULL.schools
        ),
    )


@pytest.fixture
def there(tmp_path: Path) -> Iterator[World]:
    engine = open_store(f"sqlite:///{tmp_path / 'wanzhao.db'}")
    made = world(engine, small(), with_batches=False)
    made.person = CLERK
    yield made
    engine.dispose()


@pytest.fixture
def console(there: World) -> Client:
    return Client(there.app)


def page_of(console: Client, school: str = SCHOOL) -> str:
    return console.get(f"/console/schools/{school}/evidence", headers=EN).text


def keys(page: str) -> list[str]:
    return re.findall(r'name="proves" value="([0-9a-f]{20})"', page)


def send(
    console: Client, content: bytes = PDF, name: str = "合同.pdf", school: str = SCHOOL, **fields: object
) -> httpx.Response:
    form = {"csrf": CSRF, "document.kind": "contract", "document.title": "专线合同", **fields}
    return console.post(
        f"/console/schools/{school}/evidence", data=form, files={"file": (name, content)}, headers=EN
    )


def stored(there: World, school: str = SCHOOL) -> School:
    with there.engine.connect() as connection:
        found = read_register(connection)
    assert found is not None
    return next(each for each in found.schools if each.id == school)


def review(console: Client, document: str, do: str, note: str = "", school: str = SCHOOL) -> httpx.Response:
    form = {"csrf": CSRF, "do": do, "note": note}
    return console.post(f"/console/schools/{school}/evidence/{document}", data=form, headers=EN)


def test_a_lease_is_proved_by_a_document_that_another_person_accepts(there: World, console: Client) -> None:
    (key,) = keys(page_of(console))
    answer = send(console, proves=key, **{"document.issued_on": "2026-09-01"})
    assert answer.status_code == 303
    (document,) = stored(there).documents
    assert answer.headers["location"] == f"/console/schools/{SCHOOL}/evidence/{document.id}"
    assert (document.review, document.author, document.title) == ("claimed", "clerk", "专线合同")
    assert document.sha256 == hashlib.sha256(PDF).hexdigest()
    assert stored(there).campuses[0].contracts[0].document == document.id
    assert document.id in there_page(console, "/console/evidence")

    there.person = INSPECTOR
    assert review(console, document.id, "accept", "与原件一致").status_code == 303

    (document,) = stored(there).documents
    assert (document.review, document.reviewed_by) == ("accepted", "inspector")
    assert keys(page_of(console)) == []
    page = there_page(console, f"/console/schools/{SCHOOL}/evidence/{document.id}")
    assert "与原件一致" in page
    assert [(who, action) for who, action, _about in there.told] == [
        ("inspector", "document_accepted"),
        ("clerk", "document_uploaded"),
    ]


def there_page(console: Client, path: str) -> str:
    answer = console.get(path, headers=EN)
    assert answer.status_code == 200
    return answer.text


def test_a_facility_comes_with_its_document_and_is_known_as_unreviewed(there: World, console: Client) -> None:
    there.judge()
    fields = {
        "facility.kind": "smart_classroom",
        "facility.name": "智慧教室",
        "facility.count": "2",
        "facility.level": "county",
    }
    answer = send(console, **{"document.kind": "acceptance", "new.facility": "1", **fields})

    assert answer.status_code == 303
    (facility,) = stored(there).facilities
    assert (facility.kind, facility.name, facility.count) == ("smart_classroom", "智慧教室", 2)
    assert facility.level == "county"
    assert facility.document == stored(there).documents[0].id


def test_what_is_rejected_needs_a_reason_and_can_be_handed_in_again(there: World, console: Client) -> None:
    (key,) = keys(page_of(console))
    send(console, proves=key)
    (document,) = stored(there).documents
    assert "already" in send(console, proves=key).text

    there.person = ADMIN
    assert review(console, document.id, "reject").status_code == 400
    assert review(console, document.id, "reject", "看不清").status_code == 303
    assert stored(there).documents[0].review == "rejected"

    there.person = CLERK
    (key,) = keys(page_of(console))
    assert send(console, proves=key).status_code == 303
    assert stored(there).campuses[0].contracts[0].document == stored(there).documents[1].id


def test_nobody_reviews_what_he_has_handed_in_himself(there: World, console: Client) -> None:
    there.person = ADMIN
    (key,) = keys(page_of(console))
    send(console, proves=key)
    (document,) = stored(there).documents

    assert review(console, document.id, "accept").status_code == 400
    assert stored(there).documents[0].review == "claimed"


@pytest.mark.parametrize("person", [CLERK, AUDITOR, INSPECTOR, ADMIN], ids=lambda person: str(person.id))
def test_who_may_hand_in_and_review(there: World, console: Client, person: Person) -> None:
    (key,) = keys(page_of(console))
    send(console, proves=key)
    (document,) = stored(there).documents
    there.person = replace(person, id="another")

    handed = send(console, content=PDF + b"2", **{"new.facility": "1", "facility.kind": "vr_room"})
    done = review(console, document.id, "accept")

    may_hand_in, may_review = person in (CLERK, ADMIN), person in (INSPECTOR, ADMIN)
    assert handed.status_code == (303 if may_hand_in else 403)
    assert done.status_code == (303 if may_review else 403)
    assert stored(there).documents[0].review == ("accepted" if may_review else "claimed")


def test_a_clerk_knows_nothing_of_other_schools(there: World, console: Client) -> None:
    there.person = ADMIN
    send(console, school=OTHER, **{"new.facility": "1", "facility.kind": "vr_room"})
    (document,) = stored(there, OTHER).documents
    there.person = CLERK

    base = f"/console/schools/{OTHER}/evidence"
    for path in (base, f"{base}/{document.id}", f"{base}/{document.id}/file"):
        assert console.get(path).status_code == 404
    assert send(console, school=OTHER, **{"new.facility": "1"}).status_code == 404
    assert document.id not in there_page(console, "/console/evidence")


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("x.exe", PDF, "of no kind that is taken"),
        ("x.png", PDF, "of no kind that is taken"),
        ("x.html", b"<html>", "of no kind that is taken"),
        ("x.pdf", b"", "of no kind that is taken"),
        ("x.pdf", PDF + b"0" * FILE_BYTES, "larger than 20 MiB"),
    ],
    ids=["program", "disguised", "page", "empty", "large"],
)
def test_a_file_that_is_not_taken(
    there: World, console: Client, name: str, content: bytes, what: str
) -> None:
    (key,) = keys(page_of(console))
    answer = send(console, content, name, proves=key)

    assert answer.status_code == 422
    assert what in answer.text
    assert stored(there).documents == ()


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({}, "the document proves nothing yet"),
        ({"proves": "0" * 20}, "has changed meanwhile"),
        ({"new.facility": "1"}, "required"),
        ({"new.facility": "1", "facility.kind": HOSTILE}, "facilities"),
        ({"new.contract": "1", "contract.campus": f"{OTHER}-01"}, "campus"),
        ({"document.issued_on": "2026-13-01"}, "2026-13-01"),
        (
            {
                "new.facility": "1",
                "facility.kind": "vr_room",
                "facility.completed_on": "2026-09-02",
                "facility.expires_on": "2026-09-01",
            },
            "before",
        ),
    ],
)
def test_a_form_with_a_fault_says_where_keeps_what_was_written_and_changes_nothing(
    there: World, console: Client, fields: dict[str, str], what: str
) -> None:
    before = stored(there)
    given = {"document.title": HOSTILE, **fields}
    if "document.issued_on" in fields:
        given["proves"] = keys(page_of(console))[0]
    answer = send(console, **given)

    assert answer.status_code == 422
    told = answer.text.partition('role="alert"')[2].partition("</section>")[0]
    assert what in told
    assert "alert(1)&lt;/script&gt;" in answer.text
    assert "<script>alert" not in answer.text
    assert stored(there) == before


def test_the_forms_own_columns_cannot_be_forged(there: World, console: Client) -> None:
    (key,) = keys(page_of(console))
    forged = {"document.review": "accepted", "document.reviewed_by": "x", "document.level": "E5"}
    row = {"new.facility": "1", "facility.kind": "vr_room", "facility.evidence": "accepted"}
    owner = {"facility.school": OTHER, "facility.document": "another"}
    assert send(console, proves=key, **forged, **row, **owner).status_code == 303

    (document,) = stored(there).documents
    (facility,) = stored(there).facilities
    assert (document.review, document.reviewed_by, document.level) == ("claimed", "", "E2")
    assert (facility.evidence, facility.document) == ("claimed", document.id)
    assert stored(there, OTHER).facilities == ()


def test_a_form_of_another_page_is_refused(there: World, console: Client) -> None:
    assert send(console, csrf="forged", **{"new.facility": "1"}).status_code == 403
    assert stored(there).documents == ()


def test_the_file_comes_back_as_it_was_and_is_never_a_page(there: World, console: Client) -> None:
    (key,) = keys(page_of(console))
    send(console, proves=key, name="../../etc/<script>.pdf")
    (document,) = stored(there).documents

    answer = console.get(f"/console/schools/{SCHOOL}/evidence/{document.id}/file")

    assert answer.content == PDF
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == f'attachment; filename="{document.sha256[:16]}.pdf"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert ".." not in document.file


def test_a_file_that_is_damaged_is_not_handed_out(there: World, console: Client) -> None:
    (key,) = keys(page_of(console))
    send(console, proves=key)
    (document,) = stored(there).documents
    with there.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE document_file SET body = x'00' WHERE part = 1")

    answer = console.get(f"/console/schools/{SCHOOL}/evidence/{document.id}/file", headers=EN)

    assert answer.status_code == 400
    assert "damaged" in answer.text


def test_a_school_hands_in_no_more_than_there_is_room_for(there: World) -> None:
    with there.engine.begin() as connection:
        sha256 = keep_file(connection, SCHOOL, "pdf", PDF, 1.0)
        assert read_file(connection, SCHOOL, sha256) == PDF
        assert len(PDF) > PART_BYTES
        assert keep_file(connection, SCHOOL, "pdf", PDF, 2.0) == sha256, "the same file is kept once"
        connection.exec_driver_sql(f"UPDATE document_file SET size = {SCHOOL_BYTES}")
        with pytest.raises(InputError, match="larger than"):
            keep_file(connection, SCHOOL, "pdf", b"%PDF-more", 3.0)


@pytest.mark.parametrize("text", ["' OR 1=1 --", "%", "\x00", "{{7*7}}", "../../etc/passwd"])
def test_whatever_is_searched_for_is_only_text(console: Client, text: str) -> None:
    answer = console.get("/console/evidence", params={"text": text, "state": text, "page": text})

    assert answer.status_code == 200
