"""The console's pages as a browser asks for them: what they show, to whom, and what they let be done."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pypdf
import pytest
from asgi import Client
from console_world import ADMIN, AUDITOR, CLERK, CSRF, SCHOOLS, World, world
from sixty_register import register_of
from sixty_types import CountyTruth

from collector.store.engine import open_store
from collector.store.items import act, read_items
from inventory.items import Event, WorkItem

OWN, OTHER = SCHOOLS[1].id, SCHOOLS[0].id
HOSTILE = "<script>alert(1)</script>\"'{{7*7}}"


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    engine = open_store(f"sqlite:///{tmp_path_factory.mktemp('console') / 'wanzhao.db'}")
    yield world(engine)
    engine.dispose()


@pytest.fixture
def console(there: World) -> Client:
    there.person = ADMIN
    return Client(there.app)


def items_of(there: World, school: str) -> list[WorkItem]:
    with there.engine.connect() as connection:
        return read_items(connection, [school]).get(school, [])


READING = (
    "/console/",
    "/console/schools",
    "/console/schools.csv",
    f"/console/schools/{OWN}",
    f"/console/schools/{OWN}?all=1",
    f"/console/schools/{OWN}?as_of=2026-09-15",
    f"/console/schools/{OWN}/targets/cx-access-10g",
    "/console/items",
    "/console/items?kind=prove&status=open",
    "/console/baselines",
    "/console/reports",
    "/console/reports/report.html",
)


@pytest.mark.parametrize("address", READING)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_is_shown_in_both_languages(console: Client, address: str, language: str) -> None:
    answer = console.get(address, headers={"Cookie": f"wanzhao_language={language}"})

    assert answer.status_code == 200, answer.text[:300]
    assert answer.headers["X-Content-Type-Options"] == "nosniff" or address.endswith(".csv")
    if answer.headers["content-type"].startswith("text/html") and "/reports/" not in address:
        assert f'lang="{"zh-CN" if language == "zh" else "en"}"' in answer.text
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        assert "<style" not in answer.text
        assert "onclick" not in answer.text


@pytest.mark.parametrize("address", READING)
def test_nobody_sees_a_page_without_signing_in(there: World, console: Client, address: str) -> None:
    there.person = None

    answer = console.get(address)

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/console/login?next=%2Fconsole")


def test_the_county_shows_each_target_as_it_is_judged(there: World, console: Client) -> None:
    page = console.get("/console/").text
    view = there.published.views["changxing-145"]

    assert len(view.targets) > 10
    for target in view.targets:
        assert target.target in page
        assert f"<b>{target.counts.p}</b> / {target.counts.n}" in page


@pytest.mark.parametrize("state", ["pass", "fail", "unknown"])
def test_the_list_finds_the_schools_in_a_state(there: World, console: Client, state: str) -> None:
    view = there.published.views["changxing-145"]
    wanted = {
        school.school.id
        for school in view.schools
        for verdict in school.verdicts
        if (verdict.target, verdict.state.value) == ("cx-access-10g", state)
    }

    answer = console.get(f"/console/schools.csv?target=cx-access-10g&state={state}")
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))

    assert {row[0] for row in rows[1:]} == wanted


def test_filters_go_together_and_nonsense_finds_nothing(console: Client) -> None:
    kind = register_of(CountyTruth(SCHOOLS)).schools[0].kind
    both = console.get(f"/console/schools?text={OTHER[:6]}&kind={kind}").text
    assert OTHER in both

    for asked in ("text=' OR 1=1 --", "kind=../../etc/passwd", "page=-1&text=%00", "page=99999999999"):
        assert console.get(f"/console/schools?{asked}").status_code == 200
    assert "' OR 1=1" not in console.get("/console/schools?text=x' OR 1=1 --").text.replace("&#39;", "")


def test_a_school_page_tells_reasons_items_and_history(there: World, console: Client) -> None:
    page = console.get(f"/console/schools/{OWN}").text
    (view,) = [each for each in there.published.views["changxing-145"].schools if each.school.id == OWN]

    for verdict in view.verdicts:
        assert f"/targets/{verdict.target}" in page
    for item in items_of(there, OWN):
        assert item.name in page
    assert "2026-09-18 20:00" in page, "since when the verdicts stand"


@pytest.mark.parametrize(
    "address",
    [
        "/console/schools/9999999999",
        "/console/schools/..%2f..%2fetc%2fpasswd",
        f"/console/schools/{OWN}/targets/no-such-target",
        "/console/schools/%3Cscript%3E",
        f"/console/schools/{OWN}?plan=nonsense",
        "/console/reports/..%2Freport.html",
        "/console/reports/nothing.html",
    ],
)
def test_what_is_not_there_is_404_and_says_so_plainly(console: Client, address: str) -> None:
    answer = console.get(address)

    assert answer.status_code == 404
    assert "<script>" not in answer.text.replace(
        '<script src="/console/assets/htmx.min.js" defer></script>', ""
    )


@pytest.mark.parametrize("written", ["yesterday", "2026-13-45", "9" * 50, "2026-09-15T99:99"])
def test_a_date_that_is_none_is_told(console: Client, written: str) -> None:
    answer = console.get(f"/console/schools/{OWN}?as_of={written}")

    assert answer.status_code == 400
    assert "2026-12-31" in answer.text


# A clerk sees his own school and no other


@pytest.mark.parametrize(
    "address",
    [
        f"/console/schools/{OTHER}",
        f"/console/schools/{OTHER}?all=1",
        f"/console/schools/{OTHER}?as_of=2026-09-15",
        f"/console/schools/{OTHER}/targets/cx-access-10g",
        "/console/reports/report.html",
        "/console/reports/report.json",
    ],
)
def test_a_clerk_is_refused_other_schools_as_if_they_were_not_there(
    there: World, console: Client, address: str
) -> None:
    there.person = CLERK

    answer = console.get(address)

    assert answer.status_code == 404
    assert register_of(CountyTruth(SCHOOLS)).schools[0].name not in answer.text.replace(OTHER, "", 2)


@pytest.mark.parametrize(
    "address",
    [
        "/console/schools",
        "/console/schools.csv",
        "/console/items",
        f"/console/items?school={OTHER}",
        "/console/items?kind=prove",
        "/console/baselines",
        "/console/reports",
    ],
)
def test_a_clerk_s_lists_hold_his_school_alone(there: World, console: Client, address: str) -> None:
    there.person = CLERK

    page = console.get(address)

    assert page.status_code == 200
    text = page.text.replace(f'name="school" value="{OTHER}"', "")
    assert OTHER not in text
    assert not [school.id for school in SCHOOLS if school.id != OWN and school.id in text]


def test_a_clerk_s_county_is_his_schools(there: World, console: Client) -> None:
    there.person = CLERK

    assert console.get("/console/").headers["location"] == "/console/schools"
    assert OWN in console.get("/console/schools").text


# What is changed


def test_an_item_is_assigned_by_a_form_and_told_in_the_audit_log(there: World, console: Client) -> None:
    item = items_of(there, OWN)[0]
    form = {"csrf": CSRF, "do": "assign", "person": "王五", "until": "2026-12-31"}

    answer = console.post(f"/console/items/{item.name}", data=form)

    assert (answer.status_code, answer.headers["location"]) == (303, f"/console/schools/{OWN}#items")
    assigned = items_of(there, OWN)[0].assigned
    assert assigned is not None
    assert (assigned.person, assigned.by) == ("王五", "admin")
    assert ("admin", "item_changed", item.name) in there.told
    assert "王五" in console.get(f"/console/schools/{OWN}").text


@pytest.mark.parametrize(
    ("person", "form", "status"),
    [
        (ADMIN, {"do": "assign", "person": "x"}, 403),
        (ADMIN, {"csrf": "another", "do": "assign", "person": "x"}, 403),
        (CLERK, {"csrf": CSRF, "do": "assign", "person": "x"}, 403),
        (AUDITOR, {"csrf": CSRF, "do": "close"}, 403),
        (ADMIN, {"csrf": CSRF, "do": "delete"}, 404),
        (ADMIN, {"csrf": CSRF, "do": "close"}, 400),
        (ADMIN, {"csrf": CSRF, "do": "assign", "until": "soon"}, 400),
    ],
)
def test_a_change_needs_the_session_s_token_the_role_and_the_state(
    there: World, console: Client, person: object, form: dict[str, str], status: int
) -> None:
    item = items_of(there, OWN)[-1]
    told = list(there.told)
    there.person = person  # type: ignore[assignment]

    answer = console.post(f"/console/items/{item.name}", data=form)

    assert answer.status_code == status
    assert items_of(there, OWN)[-1] == item
    assert there.told == told


def test_a_clerk_cannot_touch_an_item_of_another_school(there: World, console: Client) -> None:
    item = items_of(there, OTHER)[0]
    there.person = replace(CLERK, roles=("school_clerk",))

    assert console.post(f"/console/items/{item.name}", data={"csrf": CSRF, "do": "start"}).status_code == 404
    assert items_of(there, OTHER)[0] == item


def test_an_item_that_waits_is_struck_off(there: World, console: Client) -> None:
    item = items_of(there, OWN)[1]
    with there.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE work_item SET doc = ? WHERE school_id = ? AND kind = ? AND number = ? AND profile_id = ?",
            (_gone(item), OWN, item.kind, item.number, item.profile),
        )

    answer = console.post(
        f"/console/items/{item.name}", data={"csrf": CSRF, "do": "close", "document": "d9", "note": "看过"}
    )

    assert answer.status_code == 303
    closing = items_of(there, OWN)[1].closing
    assert closing is not None
    assert (closing.by, closing.document, closing.note) == ("admin", "d9", "看过")
    with there.engine.begin() as connection:
        act(connection, item.name, Event(at=closing.at + 1, kind="reopened", by="test"))


def _gone(item: WorkItem) -> bytes:
    import msgspec

    return msgspec.json.encode(item.with_event(Event(at=item.opened_at + 1, kind="gone")))


def test_a_school_is_accepted_and_ended(there: World, console: Client) -> None:
    form = {"csrf": CSRF, "do": "accept", "plan": "changxing-145", "school": OWN, "note": "验收"}
    there.person = AUDITOR
    assert console.post("/console/baselines", data=form).status_code == 403

    there.person = ADMIN
    assert console.post("/console/baselines", data=form).status_code == 303

    page = console.get("/console/baselines").text
    assert page.count('name="do" value="end"') > 3
    assert "验收" in page
    assert ("admin", "baseline_accepted", OWN) in there.told


# Hostile words


def test_hostile_names_are_text_on_every_page(tmp_path: Path) -> None:
    register = register_of(CountyTruth(SCHOOLS[:2]))
    schools = tuple(
        replace(
            school,
            name=HOSTILE,
            township=HOSTILE,
            contact=HOSTILE,
            campuses=tuple(replace(campus, name=HOSTILE, address=HOSTILE) for campus in school.campuses),
        )
        for school in register.schools
    )
    engine = open_store(f"sqlite:///{tmp_path / 'wanzhao.db'}")
    there = world(engine, replace(register, county=HOSTILE, schools=schools), with_batches=False)
    client = Client(there.app)
    for address in READING:
        answer = client.get(address)
        if answer.headers.get("content-type", "").startswith("text/html"):
            assert "<script>alert" not in answer.text
            assert "49" not in answer.text or "{{7*7}}" in answer.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in client.get("/console/schools").text
    asked = f"/console/items/{HOSTILE.replace('/', '%2F')}"
    assert client.post(asked, data={"csrf": CSRF, "do": "start"}).status_code == 404
    engine.dispose()


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "/console//evil", "javascript:alert(1)"]
)
def test_the_language_link_never_leads_away(console: Client, back: str) -> None:
    answer = console.get("/console/language", params={"to": "en", "back": back})

    assert answer.headers["location"] == "/console/"


def test_a_schools_page_is_there_as_pdf_for_who_may_see_the_school(there: World, console: Client) -> None:
    answer = console.get(f"/console/schools/{OWN}/page.pdf?as_of=2026-09-18T20:00")

    assert answer.headers["content-type"] == "application/pdf"
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(answer.content)).pages)
    assert OWN in text.replace("\u200b", "")
    assert "目标结论" in text
    there.person = CLERK
    assert console.get(f"/console/schools/{OWN}/page.pdf").status_code == 200
    assert console.get(f"/console/schools/{OTHER}/page.pdf").status_code == 404
