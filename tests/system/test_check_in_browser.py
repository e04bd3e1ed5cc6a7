"""The whole work of a check (万兆到校) in a real browser, on real processes: a collector, an agent, devices
that answer SNMP. From an empty register to a report in the hand; nothing is done behind the console's back
but what a person does on another machine: installing the agent, putting in another optic."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from browser_visit import CHROMIUM, Visit, broken, chromium
from devices import answering
from line import Box, Line, line, until, wanzhao
from playwright.sync_api import Browser, Page, expect

from exporters.workbook.write import export
from inventory.load import load_register
from inventory.register import Register
from wanzhao.demo.county import falls, simulated_devices
from wanzhao.demo.devices import Ports, SimDevice
from wanzhao.demo.falling import as_accepted
from wanzhao.demo.run import PLAN, REGISTER

pytestmark = [
    pytest.mark.slow,
    pytest.mark.chromium,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here; apt-get install chromium"),
]
FALL = falls()[0]
SCHOOL = FALL.school
TARGET = "demo-access-10g"
FIRST, SECOND = "first password 10G", "second password 10G"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108020000009077"
    "53de0000000c4944415408d763f8cfc000000301010018dd8db00000000049454e44ae426082"
)
PICTURES = os.environ.get("WANZHAO_TEST_PICTURES", "")
"""A folder for pictures of every step; none are taken without it."""


@dataclass
class There:
    """The county: its processes, its simulated devices as they were accepted and as they fall."""

    line: Line
    ports: Ports
    before: dict[str, SimDevice]
    after: dict[str, SimDevice]


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[There]:
    folder = tmp_path_factory.mktemp("check")
    campus = register().schools[0].campuses[0].id
    own = [device for device in simulated_devices() if device.campus == campus]
    before = as_accepted(own)
    with answering(before) as ports, line(folder, interval_s=3) as one:
        one.config.write_text(
            f"[collector]\nstate_dir = {json.dumps(str(folder / 'state'))}\n"
            f'listen = "127.0.0.1:{one.port}"\n'
            f"profiles = [{json.dumps(str(PLAN))}]\njudge_interval_s = 0.5\n",
            encoding="utf-8",
        )
        add(one, "admin", "county_admin")
        one.start_collector()
        assert isinstance(ports, Ports)
        yield There(one, ports, {each.id: each for each in before}, {each.id: each for each in own})


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def register() -> Register:
    """Of the demo county the school whose uplink falls, and one that nobody measures. No library is known."""
    whole = load_register(REGISTER)
    ours = [school for school in whole.schools if school.id == SCHOOL]
    others = [school for school in whole.schools if school.id != SCHOOL][:1]
    schools = [replace(school, facilities=(), documents=()) for school in (*ours, *others)]
    return replace(whole, schools=tuple(schools), links=(), platforms=(), facilities=(), documents=())


def add(one: Line, name: str, role: str, *more: str) -> None:
    """An account by the command, as on the collector's own machine."""
    secret = one.folder / f"{name}.password"
    secret.write_text(FIRST + "\n")
    told = ("--role", role, *more, "--password-file", str(secret), "--config", str(one.config))
    done = wanzhao("user", "add", name, *told)
    assert done.returncode == 0, done.stderr


class Walk(Visit):
    """A visit that looks at every page it comes to: fit for everybody, no wider than the screen."""

    def __init__(self, browser: Browser, url: str, name: str, **screen: Any) -> None:
        self.context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", **screen)
        super().__init__(self.context, url)
        self.name = name
        self.steps = 0

    def look(self) -> None:
        """Nothing on this page is unfit; a picture of it where somebody wants to see."""
        assert broken(self.page) == []
        wide = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{self.page.url} is {wide} pixels too wide"
        self.steps += 1
        if PICTURES:
            self.page.screenshot(path=f"{PICTURES}/{self.name}-{self.steps:02}.png", full_page=True)

    def visit(self, path: str) -> Page:
        """A page by its address, looked at."""
        self.go(path)
        self.look()
        return self.page

    def menu(self, name: str) -> Page:
        """A page by the menu, looked at."""
        self.page.get_by_role("navigation").get_by_role("link", name=name, exact=True).click()
        self.look()
        return self.page

    def end(self) -> None:
        self.context.close()
        assert self.wrong == []


def verdict_is(walk: Walk, target: str, words: str) -> None:
    """Wait until the school's page says so."""

    def says() -> bool:
        walk.go(f"/console/schools/{SCHOOL}")
        row = walk.page.locator("section[aria-labelledby=targets] tbody tr").filter(has_text=target)
        return words in row.inner_text()

    until(says, f"{target}: {words}")
    walk.look()


def test_the_whole_work_of_a_check(there: There, browser: Browser, tmp_path: Path) -> None:
    url = there.line.url
    admin = Walk(browser, url, "admin", viewport={"width": 1366, "height": 768})
    admin.sign_in("admin", FIRST)
    admin.look()

    import_schools_with_errors_and_mend(admin)
    verdict_is(admin, TARGET, "待核实")
    enrol_an_agent(admin, there, tmp_path)
    verdict_is(admin, TARGET, "达标")

    add(there.line, "clerk", "school_clerk", "--school", SCHOOL)
    clerk = Walk(browser, url, "clerk", viewport={"width": 390, "height": 844})
    hand_in_a_document(clerk)
    review_it(admin)
    verdict_is(admin, "demo-library", "达标")

    accept_a_baseline_and_see_it_fall(admin, there)
    close_an_item(admin, there)
    enter_a_test_on_site(admin, order_a_report(admin, there, tmp_path))

    page = admin.menu("审计日志")
    for done in ("导入了台账", "提交了材料", "审核通过材料", "验收了实测结果", "生成了报告"):
        expect(page.locator("main")).to_contain_text(done)
    clerk.end()
    admin.end()
    checked = wanzhao("audit", "verify", "--config", str(there.line.config))
    assert checked.returncode == 0, checked.stdout


def import_schools_with_errors_and_mend(admin: Walk) -> None:
    """A workbook with a wrong kind of school is told cell by cell; the mended one becomes the register."""
    whole = export(register())
    book = openpyxl.load_workbook(io.BytesIO(whole))
    sheet = next(each for each in book.worksheets if "学校" in each.title)
    heads = {str(cell.value): cell.column for row in sheet.iter_rows(max_row=3) for cell in row}
    column = next(at for head, at in heads.items() if "办学类型" in head)
    sheet.cell(sheet.max_row, column).value = "<b>大学</b>"
    out = io.BytesIO()
    book.save(out)

    page = admin.menu("导入")
    send(page, "schools.xlsx", out.getvalue())
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("section tbody tr").first).to_contain_text("<b>大学</b>")
    admin.look()
    send(page, "schools.xlsx", whole)
    admin.look()
    page.locator("form[action='/console/import/confirm'] button").click()
    expect(page.get_by_role("status")).to_be_visible()


def send(page: Page, name: str, content: bytes) -> None:
    page.set_input_files(
        "input[type=file]", {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )
    page.locator("form[enctype] button").click()


def enrol_an_agent(admin: Walk, there: There, tmp_path: Path) -> None:
    """A code from the console; with it the school's server enrols itself and begins to report."""
    campus = register().schools[0].campuses[0]
    page = admin.menu("代理")
    page.locator(f"form:has(input[value='{campus.id}']) button").click()
    admin.look()
    code = page.locator("code.once").inner_text()
    token = tmp_path / "token"
    told = ("--collector", there.line.url, "--code", code, "--token-file", str(token))
    done = wanzhao("agent", "enrol", *told)
    assert done.returncode == 0, done.stderr
    roles = {device.id: device.role for device in campus.devices}
    boxes = [Box(each, there.ports[each], roles[each]) for each in there.before]
    there.line.run_agent(campus.id, boxes, token)

    def is_heard() -> bool:
        admin.go("/console/agents")
        return "尚无代理" not in admin.page.locator("tbody tr").filter(has_text=campus.id).inner_text()

    until(is_heard, "the agent is heard")


def hand_in_a_document(clerk: Walk) -> None:
    """The clerk changes the first password, sees one school alone, proves its library from a telephone."""
    clerk.sign_in("clerk", FIRST)
    page = clerk.page
    page.fill("input[name=old]", FIRST)
    page.fill("input[name=new]", SECOND)
    page.fill("input[name=again]", SECOND)
    page.locator("form:has(input[name=again]) button").click()
    page.wait_for_load_state()
    other = register().schools[1].id
    answer = clerk.page.request.get(f"{clerk.url}/console/schools/{other}")
    assert answer.status == 404

    clerk.visit(f"/console/schools/{SCHOOL}/evidence")
    page.set_input_files("input[name=file]", {"name": "图书馆.png", "mimeType": "image/png", "buffer": PNG})
    page.select_option("select[name='document.kind']", "acceptance")
    page.fill("input[name='document.title']", "智能图书馆验收单")
    page.get_by_text("台账中还没有的设施").click()
    page.check("input[name='new.facility']")
    # Without its kind a facility cannot be taken; what was written stays.
    page.get_by_role("button", name="提交材料").click()
    expect(page.get_by_role("alert")).to_be_visible()
    clerk.look()
    assert page.input_value("input[name='document.title']") == "智能图书馆验收单"
    page.set_input_files("input[name=file]", {"name": "图书馆.png", "mimeType": "image/png", "buffer": PNG})
    page.select_option("select[name='facility.kind']", "smart_library")
    page.fill("input[name='facility.name']", "图书馆")
    page.fill("input[name='facility.features']", "自助借还;RFID")
    page.get_by_role("button", name="提交材料").click()
    expect(page.locator(".verdict")).to_contain_text("待审核")
    clerk.look()
    expect(page.get_by_role("button", name="通过")).to_have_count(0)


def review_it(admin: Walk) -> None:
    """Another person looks at the picture and accepts it."""
    page = admin.menu("佐证材料")
    page.get_by_role("link", name="智能图书馆验收单").click()
    expect(page.locator("img.paper")).to_be_visible()
    assert page.evaluate("document.querySelector('img.paper').naturalWidth") == 1
    admin.look()
    page.fill("textarea[name=note]", "与现场一致")
    page.get_by_role("button", name="通过").click()
    expect(page.locator(".verdict")).to_contain_text("已通过")
    expect(page.locator("main")).to_contain_text("与现场一致")


def accept_a_baseline_and_see_it_fall(admin: Walk, there: There) -> None:
    page = admin.menu("验收基线")
    page.fill("input[name=school]", SCHOOL)
    page.fill("input[name=note]", "2026年度验收")
    page.get_by_role("button", name="验收", exact=True).click()
    expect(page.locator("section[aria-labelledby=accepted]")).to_contain_text(TARGET)

    there.ports.change(there.after[FALL.device])
    verdict_is(admin, TARGET, "未达标")

    def is_told() -> bool:
        admin.go("/console/baselines")
        return FALL.device in admin.page.locator("section[aria-labelledby=alarms]").inner_text()

    until(is_told, "the alarm")
    admin.look()


def close_an_item(admin: Walk, there: There) -> None:
    """Somebody is told to mend it; when it is measured again a person strikes the item off."""
    page = admin.menu("整改与补证")
    row = page.locator("tbody tr").filter(has_text=TARGET).first
    name = row.locator("th").inner_text().split()[0]
    row.locator("summary").first.click()
    row.locator("input[name=person]").fill("王五")
    row.locator("input[name=until]").fill("2026-12-31")
    row.get_by_role("button", name="指派").click()
    expect(page.locator(f"#{name}")).to_contain_text("王五")

    there.ports.change(there.before[FALL.device])
    verdict_is(admin, TARGET, "达标")
    row = page.locator(f"#{name}")
    until(lambda: _waits(admin, name), "the item waits for a review")
    admin.look()
    row.locator("summary", has_text="销号").click()
    row.locator("input[name=document]").fill("验收〔2026〕1号")
    row.get_by_role("button", name="销号").click()
    expect(page.locator(f"#{name}")).to_contain_text("已销号")
    expect(page.locator(f"#{name}")).to_contain_text("验收〔2026〕1号")


def _waits(admin: Walk, name: str) -> bool:
    admin.go(f"/console/schools/{SCHOOL}")
    return "待复核" in admin.page.locator(f"#{name}").inner_text()


def order_a_report(admin: Walk, there: There, tmp_path: Path) -> bytes:
    """The report is made while its progress is shown; its files come as one archive, and verify. Gives back
    the workbook."""
    page = admin.menu("报告")
    page.get_by_role("button", name="生成报告").click()
    expect(page.get_by_role("link", name="查看文件")).to_be_visible(timeout=120_000)
    admin.look()
    page.get_by_role("link", name="查看文件").click()
    admin.look()
    with page.expect_download() as told:
        page.get_by_role("link", name="全部文件打包下载").click()
    packed = tmp_path / "report.zip"
    told.value.save_as(packed)
    with zipfile.ZipFile(packed) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert {"report.json", "report.xlsx", "report.html", "report.csv"} <= files.keys()
    lines = json.loads(files["report.json"])["tables"]["schools"]
    of_targets = [line for line in lines if line["school"] == SCHOOL and line["section"] == "targets"]
    assert {line["item"]: line["state"] for line in of_targets}[TARGET] == "pass"
    for name in ("report.xlsx", "report.json"):
        (tmp_path / name).write_bytes(files[name])
        done = wanzhao("report", "verify", str(tmp_path / name), "--config", str(there.line.config))
        assert done.returncode == 0, done.stdout
    return files["report.xlsx"]


def enter_a_test_on_site(admin: Walk, workbook: bytes) -> None:
    """What an inspector found on site comes back in the report's own sheet and counts before all else."""
    book = openpyxl.load_workbook(io.BytesIO(workbook))
    sheet = next(each for each in book.worksheets if "抽查" in each.title)
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    head = next(n for n, row in enumerate(rows) if "核查人" in row)
    at = {str(name): number for number, name in enumerate(rows[head], 1)}
    row = next(
        n
        for n, cells in enumerate(rows, 1)
        if SCHOOL in cells and "demo-library" in cells  # the paper says yes, the inspector no
    )
    for title, value in (("现场结论(达标、未达标)", "未达标"), ("核查人", "李四"), ("核查日期", today())):
        sheet.cell(row, at[title]).value = value
    out = io.BytesIO()
    book.save(out)

    page = admin.menu("现场核验")
    send(page, "抽查单.xlsx", out.getvalue())
    expect(page.get_by_role("region").locator("tbody tr")).to_have_count(1)
    admin.look()
    page.get_by_role("button", name="确认录入").click()
    expect(page.get_by_role("status")).to_be_visible()
    verdict_is(admin, "demo-library", "未达标")


def today() -> str:
    return datetime.now(ZoneInfo("Asia/Shanghai")).date().isoformat()
