"""The console's pages about agents and plans: what they show, to whom, and the code that they make."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from asgi import Client
from console_world import ADMIN, AUDITOR, CLERK, CSRF, PLAN, SCHOOLS, World, plan_of, world

from collector.people.audit import By, write
from collector.store.engine import open_store
from collector.store.verdicts import keep_profile

OWN, OTHER = SCHOOLS[1], SCHOOLS[0]
EN = {"Cookie": "wanzhao_language=en"}
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


# Agents


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_campus_has_a_line_and_each_agent_its_last_report(
    console: Client, there: World, language: str
) -> None:
    page = console.get("/console/agents", headers={"Cookie": f"wanzhao_language={language}"}).text

    for school in SCHOOLS:
        for campus in school.campuses:
            assert f'name="campus" value="{campus.id}"' in page
    heard = sum("ok" in campus.agent for school in SCHOOLS for campus in school.campuses)
    assert f"<b>{heard}</b> / {sum(len(school.campuses) for school in SCHOOLS)}" in page


def test_who_has_never_reported_stands_first(console: Client, there: World) -> None:
    with there.engine.begin() as connection:
        kept = connection.exec_driver_sql(
            "SELECT last_report FROM agent_seen WHERE campus_id = ?", (OTHER.campuses[0].id,)
        ).scalar()
        connection.exec_driver_sql(
            "UPDATE agent_seen SET last_report = 86400 WHERE campus_id = ?", (OTHER.campuses[0].id,)
        )
    page = console.get("/console/agents").text
    with there.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE agent_seen SET last_report = ? WHERE campus_id = ?", (kept, OTHER.campuses[0].id)
        )

    others = [page.index(f'value="{campus.id}"') for campus in OWN.campuses if "ok" in campus.agent]
    assert page.index(f'value="{OTHER.campuses[0].id}"') < min(others)


def test_a_text_finds_campuses_by_name_or_code(console: Client) -> None:
    page = console.get(f"/console/agents?text={OWN.id}").text

    assert OWN.id in page
    assert f'value="{OTHER.campuses[0].id}"' not in page
    for asked in ("text=' OR 1=1 --", "page=-1", "page=99999999", "text=%00"):
        assert console.get(f"/console/agents?{asked}").status_code == 200


def test_a_clerk_sees_the_agents_of_his_school_alone_and_makes_no_code(there: World, console: Client) -> None:
    there.person = CLERK

    page = console.get("/console/agents").text

    assert OWN.campuses[0].id in page
    assert not [school.id for school in SCHOOLS if school is not OWN and school.id in page]
    assert "<button>" not in page.partition("<table")[2]


def test_a_code_is_made_shown_once_and_told_in_the_audit_log(there: World, console: Client) -> None:
    campus = OWN.campuses[0].id
    answer = console.post("/console/agents", data={"csrf": CSRF, "campus": campus}, headers=EN)

    assert answer.status_code == 200
    (code,) = set(re.findall(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b", answer.text))
    assert answer.headers["Cache-Control"] == "no-store"
    assert ("admin", "code_made", campus) in there.told
    assert code not in console.get("/console/agents").text


@pytest.mark.parametrize(
    ("person", "form", "status"),
    [
        (ADMIN, {"campus": OWN.campuses[0].id}, 403),
        (ADMIN, {"csrf": "another", "campus": OWN.campuses[0].id}, 403),
        (CLERK, {"csrf": CSRF, "campus": OWN.campuses[0].id}, 403),
        (AUDITOR, {"csrf": CSRF, "campus": OWN.campuses[0].id}, 403),
        (ADMIN, {"csrf": CSRF, "campus": HOSTILE}, 404),
        (ADMIN, {"csrf": CSRF}, 404),
        (None, {"csrf": CSRF, "campus": OWN.campuses[0].id}, 303),
    ],
)
def test_a_code_needs_the_session_s_token_the_role_and_a_campus(
    there: World, console: Client, person: object, form: dict[str, str], status: int
) -> None:
    told = list(there.told)
    there.person = person  # type: ignore[assignment]

    answer = console.post("/console/agents", data=form)

    assert answer.status_code == status
    assert "CODE-" not in answer.text
    assert "<script>alert" not in answer.text
    assert there.told == told


# Plans


def test_the_plan_is_shown_with_its_versions(console: Client) -> None:
    profile = plan_of().profile
    page = console.get("/console/plans", headers=EN).text

    assert profile.sha256 in page
    assert profile.version in page
    assert f'<dd class="fig">{len(profile.targets)}</dd>' in page


def test_two_versions_are_compared_key_by_key(there: World, console: Client) -> None:
    plan = plan_of()
    target = plan.profile.targets[0]
    old = plan.text.replace(f'version = "{plan.profile.version}"', 'version = "0.1"', 1)
    old = old.replace(f'id = "{target.id}"', 'id = "old-target"', 1)
    old = old.replace(f'title = "{plan.profile.head.title}"', f"title = '''{HOSTILE}'''", 1)
    assert old.count('"0.1"') == 1
    with there.engine.begin() as connection:
        keep_profile(connection, PLAN, "0.1", "0" * 64, old, 1.0)

    page = console.get(f"/console/plans?plan={PLAN}&old=0.1", headers=EN).text

    assert "<li>old-target</li>" in page
    assert f"<li>{target.id}</li>" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    back = console.get(
        f"/console/plans?old={plan.profile.version}&new={plan.profile.version}", headers=EN
    ).text
    assert "Nothing that is judged or shown differs." in back


@pytest.mark.parametrize(
    "asked", ["plan=nonsense", "old=99", "old=../../etc/passwd", "old=' OR 1=1 --", "old=%3Cscript%3E"]
)
def test_a_version_that_never_judged_is_not_there(console: Client, asked: str) -> None:
    answer = console.get(f"/console/plans?{asked}")

    assert answer.status_code == 404
    assert "<script>" not in answer.text.partition("<main")[2]


def test_nobody_sees_agents_or_plans_without_signing_in(there: World, console: Client) -> None:
    there.person = None

    assert {console.get(f"/console/{name}").status_code for name in ("agents", "plans")} == {303}


# The audit log


def test_the_audit_log_shows_who_did_what_as_text_and_that_it_is_whole(there: World, console: Client) -> None:
    with there.engine.begin() as connection:
        write(connection, 1.0, By(HOSTILE, "10.0.0.1"), "code_made", HOSTILE, after={"x": HOSTILE})
        write(connection, 2.0, By("another", "10.0.0.2"), "sign_in", "another")

    page = console.get("/console/audit?verify=1", headers=EN).text

    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 3
    assert "<script>alert" not in page
    assert page.index("signed in</td>") < page.index("made an enrolment code</td>"), "the newest first"
    assert "Every row is as it was written." in page
    only = console.get("/console/audit?who=another", headers=EN).text
    assert "10.0.0.2" in only
    assert "10.0.0.1" not in only
    assert "10.0.0.2" not in console.get("/console/audit?before=2", headers=EN).text
    for asked in ("before=-1", "before=9999999999999999999", "who=' OR 1=1 --", "action=nonsense"):
        assert console.get(f"/console/audit?{asked}").status_code == 200

    with there.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_no_update")
        connection.exec_driver_sql("UPDATE audit SET who = 'nobody' WHERE number = 1")
    broken = console.get("/console/audit?verify=1", headers=EN).text
    assert "The log is not as it was written, from row 1: altered" in broken


@pytest.mark.parametrize(("person", "status"), [(ADMIN, 200), (AUDITOR, 200), (CLERK, 403), (None, 303)])
def test_the_audit_log_is_for_those_who_may_read_it(
    there: World, console: Client, person: object, status: int
) -> None:
    there.person = person  # type: ignore[assignment]

    assert console.get("/console/audit").status_code == status
    assert ('href="/console/audit"' in console.get("/console/schools").text) is (status == 200)
