"""The console in a real browser: a whole visit, on a desk and on a phone, by day and by night. Nothing is
asked of anybody else, no error is told, and axe finds nothing to mend."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from browser_visit import CHROMIUM, Visit, broken, chromium
from console_world import SCHOOLS, World, plan_of, world
from people import GOOD, PEPPERS, add
from playwright.sync_api import Browser, expect

from collector.config import CollectorSettings
from collector.console.mount import routes_of
from collector.people.audit import read_audit, verify
from collector.store.engine import open_store
from collector.store.items import read_items
from collector.telemetry import Telemetry
from collector.web.app import make_app
from collector.web.intake import Edge
from wanzhao.publish import console_pages

pytestmark = [
    pytest.mark.slow,
    pytest.mark.chromium,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here; apt-get install chromium"),
]
SCHOOL = SCHOOLS[1].id
CAMPUS = SCHOOLS[1].campuses[0].id
TELLS, TELLING = next(
    (school.id, campus.id)
    for school in SCHOOLS
    for campus in school.campuses
    if set(campus.gateway[-6:]) == {"ok"}
)
"""A school whose gateway has answered lately."""
DEVICE = f"/console/schools/{TELLS}/devices/{TELLING}/{TELLING}-gw"
FORMS = {
    "desk by day": {"viewport": {"width": 1366, "height": 768}, "color_scheme": "light"},
    "desk by night": {"viewport": {"width": 1366, "height": 768}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light"},
}
READING = (
    "/console/",
    "/console/schools",
    f"/console/schools/{SCHOOL}",
    f"/console/schools/{SCHOOL}?all=1",
    f"/console/schools/{SCHOOL}/targets/cx-access-10g",
    "/console/items",
    "/console/baselines",
    "/console/reports",
    "/console/account",
    f"/console/schools/{SCHOOL}/devices",
    f"{DEVICE}?as_of=2026-09-18T20:00",
    f"{DEVICE}?plot=uptime&of=&days=7&as_of=2026-09-18T20:00",
    "/console/agents",
    "/console/plans",
    "/console/import",
    "/console/people",
    "/console/people/admin",
    "/console/people/clerk",
    "/console/audit",
    "/console/evidence",
    f"/console/schools/{SCHOOL}/evidence",
    f"/console/schools/{SCHOOL}/evidence/{SCHOOL}-d15",
    "/console/spot",
)


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, str]]:
    """The console on a port of this machine, and a store behind it."""
    folder = tmp_path_factory.mktemp("console")
    engine = open_store(f"sqlite:///{folder / 'wanzhao.db'}")
    made = world(engine)
    add(engine, "admin", "county_admin", at=time.time())
    add(engine, "clerk", "school_clerk", schools=(SCHOOL,), at=time.time())
    edge = Edge(CollectorSettings(state_dir=folder), engine, PEPPERS, Telemetry(), lambda: made.published)
    app = make_app(edge, routes_of(edge, [plan_of()], console_pages()))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", lifespan="off", ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield made, f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()
    edge.close()
    engine.dispose()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(params=FORMS)
def visit(browser: Browser, there: tuple[World, str], request: pytest.FixtureRequest) -> Iterator[Visit]:
    context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", **FORMS[request.param])
    yield Visit(context, there[1])
    context.close()


def test_every_page_is_fit_for_everybody_and_asks_nobody_else(visit: Visit) -> None:
    visit.go("/console/login")
    found = broken(visit.page)
    visit.sign_in("admin", GOOD)
    for path in READING:
        visit.go(path)
        found += broken(visit.page)
        width = visit.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert width <= 0, f"{path} is {width} pixels too wide"

    assert found == []
    assert visit.wrong == []


def test_a_visit_of_an_administrator(browser: Browser, there: tuple[World, str]) -> None:
    made, url = there
    context = browser.new_context(locale="zh-CN")
    visit = Visit(context, url)
    page = visit.page
    visit.go(f"/console/schools/{SCHOOL}")
    page.fill("input[name=name]", "admin")
    page.fill("input[name=password]", "not the password")
    page.click("main button")
    expect(page.get_by_role("alert")).to_be_visible()
    page.fill("input[name=name]", "admin")
    page.fill("input[name=password]", GOOD)
    page.click("main button")
    expect(page).to_have_url(f"{url}/console/schools/{SCHOOL}")

    # Find a school by a part of its code: the list follows what is typed.
    page.get_by_role("link", name="学校", exact=True).click()
    expect(page.locator("#list tbody tr")).to_have_count(len(SCHOOLS))
    page.fill("input[name=text]", SCHOOL)
    expect(page.locator("#list tbody tr")).to_have_count(1)
    assert f"text={SCHOOL}" in page.url
    page.locator("#list tbody a").click()

    # Why does a target fail, and who looks after it?
    page.get_by_role("link", name="原因 cx-access-10g").click()
    expect(page.get_by_role("heading", name="原因")).to_be_visible()
    page.go_back()
    row = page.locator("section[aria-labelledby=items] tbody tr").first
    name = (row.locator("th").inner_text()).split()[0]
    row.locator("summary").first.click()
    row.locator("input[name=person]").fill("王五")
    row.locator("input[name=until]").fill("2026-12-31")
    row.get_by_role("button", name="指派").click()
    expect(page.locator(f"#{name}")).to_contain_text("王五")
    with made.engine.connect() as connection:
        item = next(each for each in read_items(connection, [SCHOOL])[SCHOOL] if each.name == name)
    assert item.assigned is not None
    assert item.assigned.by == "admin"

    # Accept what is measured.
    page.get_by_role("link", name="验收基线").click()
    page.fill("input[name=school]", SCHOOL)
    page.fill("input[name=note]", "现场验收")
    page.get_by_role("button", name="验收", exact=True).click()
    expect(page.locator("section[aria-labelledby=accepted]")).to_contain_text("现场验收")

    # In English, and out again.
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", name="Accepted states")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    visit.go("/console/")
    expect(page).to_have_url(f"{url}/console/login?next=%2Fconsole%2F")
    context.close()

    assert visit.wrong == []
    with made.engine.connect() as connection:
        told = [entry.action for entry in read_audit(connection)]
        assert verify(connection) is None
    assert {"sign_in", "sign_in_refused", "item_changed", "baseline_accepted", "sign_out"} <= set(told)


def test_a_visit_of_an_engineer(browser: Browser, there: tuple[World, str]) -> None:
    _made, url = there
    context = browser.new_context(locale="zh-CN", timezone_id="America/New_York")
    visit = Visit(context, url)
    page = visit.page
    visit.sign_in("admin", GOOD)

    # From the school to a device: its numbers are drawn in the county's time, wherever the browser is.
    visit.go(f"/console/schools/{TELLS}?as_of=2026-09-18T20:00")
    page.locator(f"a[href^='/console/schools/{TELLS}/devices']").click()
    page.locator(f"a[href^='{DEVICE}?']").click()
    page.select_option("select[name=plot]", "uptime")
    page.select_option("select[name=of]", "")
    page.locator("form[action$='#samples'] button").click()
    expect(page.locator(".plot canvas")).to_be_visible()
    page.locator(".plot .u-over").hover()
    expect(page.locator(".u-legend .u-value").first).to_contain_text("2026-09-18")
    page.locator("details summary").click()
    expect(page.locator("details tbody tr").first).to_contain_text("2026-09-18")

    # A code for a new agent is there once.
    visit.go("/console/agents")
    page.locator(f"form:has(input[value='{CAMPUS}']) button").click()
    expect(page.locator("code.once")).to_be_visible()
    visit.go("/console/agents")
    expect(page.locator("code.once")).to_have_count(0)

    # A file that is no register is told cell by cell, and there is no button that makes it one.
    visit.go("/console/import")
    content = "学校标识码,学校名称\n123,<script>alert(1)</script>\n".encode()
    page.set_input_files(
        "input[type=file]", {"name": "schools.csv", "mimeType": "text/csv", "buffer": content}
    )
    page.locator("form[enctype] button").click()
    expect(page.locator("#faults")).to_be_visible()
    expect(page.locator("input[name=secret]")).to_have_count(0)
    assert broken(page) == []

    visit.go("/console/audit?verify=1")
    expect(page.get_by_role("status")).to_be_visible()
    expect(page.locator("tbody")).to_contain_text(CAMPUS)
    context.close()
    assert [each for each in visit.wrong if "422" not in each] == []


def test_a_person_is_added_and_signs_in(browser: Browser, there: tuple[World, str]) -> None:
    """Without JavaScript: an administrator makes an account, the person takes it over."""
    made, url = there
    keeper = Visit(browser.new_context(locale="zh-CN", java_script_enabled=False), url)
    keeper.sign_in("admin", GOOD)
    page = keeper.page
    page.get_by_role("link", name="人员", exact=True).click()
    page.locator("summary").click()
    page.get_by_label("登录名", exact=True).fill("li.na")
    page.get_by_label("姓名", exact=True).fill("李娜")
    page.get_by_label("学校填报员", exact=True).check()
    page.get_by_label("学校填报员的学校").fill("0000000000")
    page.get_by_role("button", name="新建账号").click()
    expect(page.get_by_role("alert")).to_contain_text("0000000000")
    expect(page.get_by_label("姓名", exact=True)).to_have_value("李娜")
    expect(page.get_by_label("学校填报员", exact=True)).to_be_checked()
    page.get_by_label("学校填报员的学校").fill(SCHOOL)
    page.get_by_role("button", name="新建账号").click()
    password = page.locator("code.once").inner_text()

    person = Visit(browser.new_context(locale="zh-CN", java_script_enabled=False), url)
    person.go("/console/")
    person.page.fill("input[name=name]", "li.na")
    person.page.fill("input[name=password]", password)
    person.page.click("main button")
    person.go("/console/account")
    expect(person.page.get_by_role("alert")).to_be_visible()
    person.page.fill("input[name=old]", password)
    for field in ("new", "again"):
        person.page.fill(f"input[name={field}]", "an ode to 7 winds")
    person.page.get_by_role("button", name="修改密码").click()
    person.go("/console/schools")
    expect(person.page.locator("#list tbody tr")).to_have_count(1)
    expect(person.page.get_by_role("link", name="人员", exact=True)).to_have_count(0)

    page.get_by_role("link", name="李娜").click()
    page.get_by_role("button", name="停用账号").click()
    expect(page.get_by_role("status")).to_be_visible()
    person.go("/console/schools")
    expect(person.page).to_have_url(f"{url}/console/login?next=%2Fconsole%2Fschools")
    for visit in (keeper, person):
        visit.page.context.close()
    with made.engine.connect() as connection:
        told = [(entry.who, entry.action) for entry in read_audit(connection) if entry.object == "li.na"]
    assert told[0] == ("admin", "person_locked")
    assert told[-1] == ("admin", "person_added")
