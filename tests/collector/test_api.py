"""The JSON API: every row of its table asked for, its document, its tokens; it gives what pages show."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import jsonschema
import pytest
from asgi import Client
from console_world import AS_OF, PLAN, SCHOOLS, World, plan_of, world
from openapi_spec_validator import OpenAPIV31SpecValidator
from people import MACHINE, PEPPERS, add

from collector.api.endpoint import BASE, Endpoint
from collector.api.endpoints import endpoints
from collector.config import CollectorSettings
from collector.console.mount import routes_of
from collector.people.accounts import lock
from collector.people.api_tokens import SCOPES, make_token, read_tokens, revoke_token
from collector.people.audit import By
from collector.store.engine import open_store
from collector.store.items import read_items
from collector.telemetry import Telemetry
from collector.web.app import make_app
from collector.web.intake import Edge
from wanzhao.publish import console_pages

SCHOOL = SCHOOLS[1].id
OTHER = SCHOOLS[0].id
CAMPUS = SCHOOLS[1].campuses[0].id
BY = By("test", "")
ROWS = endpoints(None)
EN = {"Accept-Language": "en"}
PLACES = {
    "school": SCHOOL,
    "target": "cx-access-10g",
    "campus": CAMPUS,
    "device": f"{CAMPUS}-gw",
    "document": f"{SCHOOL}-d1",
    "item": "Z0-01",
    "sha256": "0" * 64,
    "run": "0",
    "name": "report.json",
}
MADE = ("/reports/runs/{run}", "/reports/kept/{sha256}")
"""They are asked for where a report is made."""
NASTY = (
    "' OR 1=1 --",
    '"; DROP TABLE person; --',
    "%",
    "\x00",
    "../../etc/passwd",
    "{{7*7}}",
    "1e400",
    "-1",
    "９",
)


class Api:
    """The application with its API, and what asks it."""

    def __init__(self, folder: Path) -> None:
        self.engine = open_store(f"sqlite:///{folder / 'wanzhao.db'}")
        self.world: World = world(self.engine)
        settings = CollectorSettings(state_dir=folder)
        self.edge = Edge(settings, self.engine, PEPPERS, Telemetry(), lambda: self.world.published)
        self.client = Client(make_app(self.edge, routes_of(self.edge, [plan_of()], console_pages())))

    def token(self, person: str, *scopes: str, days: float = 1, now: float | None = None) -> str:
        with self.engine.begin() as connection:
            at = time.time() if now is None else now
            return make_token(connection, PEPPERS, person, "test", scopes or SCOPES, days, at, BY)

    def get(self, path: str, token: str = "", **options: Any) -> httpx.Response:
        return self.client.get(BASE + path, headers=_headers(token), **options)

    def post(self, path: str, token: str, body: Any = None, **options: Any) -> httpx.Response:
        sent = options if options else {"json": body}
        return self.client.post(BASE + path, headers=_headers(token), **sent)


def _headers(token: str) -> dict[str, str]:
    return EN | ({"Authorization": f"Bearer {token}"} if token else {})


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    made = Api(tmp_path_factory.mktemp("api"))
    now = time.time()
    add(made.engine, "admin", "county_admin", at=now)
    add(made.engine, "clerk", "school_clerk", at=now, schools=(SCHOOL,))
    add(made.engine, "reader", "auditor", at=now)
    yield made
    made.engine.dispose()


def path_of(row: Endpoint) -> str:
    return re.sub(r"\{(\w+)(:path)?\}", lambda found: PLACES[found[1]], row.path)


def name_of(row: Endpoint) -> str:
    return f"{row.method} {row.path}"


def test_the_document_is_openapi_and_names_every_address(api: Api) -> None:
    told = api.get("/openapi.json").json()

    OpenAPIV31SpecValidator(told).validate()
    named = {(method.upper(), path) for path, own in told["paths"].items() for method in own}
    assert named == {(row.method, row.path.replace(":path", "")) for row in ROWS}
    ids = [one["operationId"] for own in told["paths"].values() for one in own.values()]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("row", [row for row in ROWS if row.gives and row.path not in MADE], ids=name_of)
def test_every_answer_is_as_the_document_says(api: Api, row: Endpoint) -> None:
    if row.method == "POST":
        what = {"files": {"file": ("x.csv", b"x")}} if row.upload else {"json": {"campus": CAMPUS}}
        answer = api.post(path_of(row), api.token("admin"), **what)
    else:
        answer = api.get(path_of(row), api.token("admin"), params={"as_of": "2026-09-18T20:00"})

    assert answer.status_code in (200, 422), answer.text
    assert is_as_told(api, row, answer.json())


def is_as_told(api: Api, row: Endpoint, body: object) -> bool:
    """Whether an answer fits the document's schema; jsonschema says what does not."""
    document = api.get("/openapi.json").json()
    good = document["paths"][row.path.replace(":path", "")][row.method.lower()]["responses"]["200"]
    schema = good["content"]["application/json"]["schema"] | {"components": document["components"]}
    jsonschema.Draft202012Validator(schema).validate(body)
    return True


@pytest.mark.parametrize("row", ROWS, ids=name_of)
def test_no_wrong_revoked_or_old_token_opens_anything(api: Api, row: Endpoint) -> None:
    ask: Callable[..., httpx.Response] = api.get if row.method == "GET" else api.post
    revoked, over = api.token("admin"), api.token("admin", now=time.time() - 86_401)
    with api.engine.begin() as connection:
        revoke_token(connection, revoked.split("_")[1], time.time(), BY)
    right = api.token("admin")
    for token in ("", "x", right[:-1] + ("A" if right[-1] != "A" else "B"), revoked, over, right.upper()):
        answer = ask(path_of(row), token)
        assert answer.status_code == 401, token
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == 401
        assert right not in answer.text
        api.get("/county", right)  # a right one: patience begins anew


@pytest.mark.parametrize("row", ROWS, ids=name_of)
def test_without_its_scope_nothing_is_allowed(api: Api, row: Endpoint) -> None:
    ask: Callable[..., httpx.Response] = api.get if row.method == "GET" else api.post
    token = api.token("admin", *(scope for scope in SCOPES if scope != row.scope))

    answer = ask(path_of(row), token)

    assert answer.status_code == 403
    assert row.scope in answer.json()["detail"]


@pytest.mark.parametrize("row", [row for row in ROWS if row.method == "POST"], ids=name_of)
def test_a_token_may_no_more_than_its_person(api: Api, row: Endpoint) -> None:
    """An auditor changes nothing, whatever the scopes say; making a report is all that is allowed."""
    answer = api.post(path_of(row), api.token("reader"), {})

    assert answer.status_code == (400 if row.path == "/reports" else 403 if row.action != "read" else 404)


def test_a_clerks_token_knows_one_school(api: Api) -> None:
    token = api.token("clerk")

    assert [each["school"]["id"] for each in api.get("/schools", token).json()["schools"]] == [SCHOOL]
    assert api.get("/county", token).status_code == 403
    for path in (f"/schools/{OTHER}", f"/schools/{OTHER}/devices", f"/schools/{OTHER}/targets/cx-access-10g"):
        assert api.get(path, token).status_code == 404
    items = api.get("/items", token).json()["items"]
    assert {each["school"] for each in items} <= {SCHOOL}
    assert OTHER not in api.get("/evidence", token).text
    assert api.get("/audit", token).status_code == 403


def test_a_locked_account_locks_its_tokens(api: Api) -> None:
    add(api.engine, "leaver", "auditor", at=time.time())
    token = api.token("leaver")
    assert api.get("/county", token).status_code == 200
    with api.engine.begin() as connection:
        lock(connection, MACHINE, "leaver", time.time())

    assert api.get("/county", token).status_code == 401


def test_the_api_gives_what_the_report_says(api: Api) -> None:
    token = api.token("admin")
    view = api.world.published.views[PLAN]

    told = api.get("/county", token).json()["view"]
    assert [(each["target"], each["low_bp"], each["high_bp"]) for each in told["targets"]] == [
        (each.target, each.low_bp, each.high_bp) for each in view.targets
    ]
    found = api.get("/schools", token, params={"state": "fail", "target": "cx-access-10g"}).json()
    expected = [
        each.school.id
        for each in view.schools
        for verdict in each.verdicts
        if verdict.target == "cx-access-10g" and verdict.state.value == "fail"
    ]
    assert [each["school"]["id"] for each in found["schools"]] == expected
    why = api.get(f"/schools/{SCHOOL}/targets/cx-access-10g", token, params={"as_of": "2026-09-18T20:00"})
    own = next(each for each in view.schools if each.school.id == SCHOOL)
    verdict = next(each for each in own.verdicts if each.target == "cx-access-10g")
    assert why.json()["why"]["verdict"]["state"] == verdict.state.value


def test_an_item_is_assigned_and_the_log_says_who(api: Api) -> None:
    with api.engine.connect() as connection:
        item = read_items(connection, [SCHOOL])[SCHOOL][0]

    done = api.post(f"/items/{item.name}", api.token("admin"), {"do": "assign", "person": "王五"})

    assert done.json()["done"] is True
    with api.engine.connect() as connection:
        (changed,) = [each for each in read_items(connection, [SCHOOL])[SCHOOL] if each.name == item.name]
    assert changed.assigned is not None
    assert changed.assigned.by == "admin"
    assert ("admin", "item_changed", item.name) in api.world.told
    wrong = api.post(f"/items/{item.name}", api.token("admin"), {"do": "explode"})
    assert (wrong.status_code, wrong.json()["title"]) == (404, "not found")


def test_a_document_is_handed_in_and_reviewed_by_another(api: Api) -> None:
    clerk = api.token("clerk")
    form = {"document.title": "合同", "new.facility": "1", "facility.kind": "maker_space"}
    done = api.post(f"/schools/{SCHOOL}/evidence", clerk, data=form, files={"file": ("a.pdf", b"%PDF-1.7 x")})
    assert done.status_code == 200, done.text
    see = done.json()["see"].removeprefix(BASE)
    told = api.get(see, clerk).json()
    assert (told["document"]["title"], told["document"]["review"]) == ("合同", "claimed")
    assert api.get(f"{see}/file", clerk).content == b"%PDF-1.7 x"
    assert api.post(see, clerk, {"do": "accept"}).status_code == 403
    assert api.post(see, api.token("admin"), {"do": "accept", "note": "好"}).status_code == 200
    assert [each["what"] for each in api.get(see, clerk).json()["events"]] == ["uploaded", "accepted"]

    bad = api.post(f"/schools/{SCHOOL}/evidence", clerk, data={}, files={"file": ("a.exe", b"MZ")})
    assert bad.status_code == 422
    assert "no kind that is taken" in bad.json()["problems"][0]["what"]


def test_a_report_is_ordered_and_fetched(api: Api) -> None:
    token = api.token("admin")
    done = api.post("/reports", token, {"form.html": "1", "as_of": "2026-09-18", "language": "zh"})
    assert done.status_code == 200, done.text
    path = done.json()["see"].removeprefix(BASE)
    deadline = time.monotonic() + 120
    while (run := api.get(path, token).json()["run"])["stage"] not in ("done", "failed"):
        assert time.monotonic() < deadline
        time.sleep(0.1)

    assert run["stage"] == "done", run["error"]
    kept = api.get(f"/reports/kept/{run['sha256']}", token).json()
    by_path = {row.path: row for row in ROWS if row.method == "GET"}
    assert is_as_told(api, by_path["/reports/runs/{run}"], {"run": run})
    assert is_as_told(api, by_path["/reports/kept/{sha256}"], kept)
    assert set(kept["report"]["files"]) == {"report.html", "report.json"}
    data = api.get(f"/reports/kept/{run['sha256']}/report.json", token)
    assert data.json()["as_of"] <= AS_OF + 86_400
    assert run["sha256"] in [each["sha256"] for each in api.get("/reports", token).json()["kept"]]


@pytest.mark.parametrize("row", [row for row in ROWS if row.method == "GET"], ids=name_of)
def test_whatever_stands_in_an_address_is_only_text(api: Api, row: Endpoint) -> None:
    token = api.token("admin")
    for nasty in NASTY:
        told = dict.fromkeys(row.query, nasty)
        answer = api.get(path_of(row), token, params=told)
        assert answer.status_code < 500, (nasty, answer.text)
        if "{" in row.path:
            odd = re.sub(r"\{(\w+)(:path)?\}", quote(nasty, safe=""), row.path)
            assert api.get(odd, token).status_code in (200, 303, 400, 404), nasty


@pytest.mark.parametrize("body", ["", "[]", "nul", '{"do": [1]}', '{"do": {"a": "b"}}', "[" * 50_000])
def test_a_body_that_is_no_object_of_texts_is_refused(api: Api, body: str) -> None:
    token = api.token("admin")
    answer = api.client.post(f"{BASE}/items/Z0-01", headers=_headers(token), content=body)

    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


def test_wrong_tokens_cost_patience(tmp_path: Path) -> None:
    api = Api(tmp_path)
    answers = [api.get("/county", f"wzapi_{n:012x}_{'A' * 43}").status_code for n in range(40)]

    assert answers[0] == 401
    assert answers[-1] == 429
    api.engine.dispose()


def test_an_address_that_is_none_is_a_problem_and_no_page(api: Api) -> None:
    for path in ("", "/", "/nothing", "/schools/x/y/z"):
        answer = api.get(path, api.token("admin"))
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_a_token_stands_nowhere(api: Api) -> None:
    token = api.token("admin")
    api.get("/county", token)

    with api.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        dump = "\n".join(raw.iterdump())  # type: ignore[attr-defined]
        found = next(each for each in read_tokens(connection) if each.id == token.split("_")[1])
    assert token.split("_", 2)[2] not in dump
    assert found.used_at is not None
    assert json.dumps(replace(found, used_at=None).scopes) == json.dumps(list(SCOPES))
