"""A device whose every name is an attack, from its SNMP agent to pages, reports and CSV: text stays text. A
real browser sees no dialog, no error and nothing that its policy had to stop."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from browser_visit import CHROMIUM, Visit, chromium
from devices import answering
from line import Box, Line, line, until, wanzhao
from playwright.sync_api import Browser

from inventory.load import load_register
from wanzhao.demo.county import simulated_devices
from wanzhao.demo.devices import SimDevice
from wanzhao.demo.run import PLAN, REGISTER

pytestmark = [
    pytest.mark.slow,
    pytest.mark.chromium,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here; apt-get install chromium"),
]
PASSWORD = "first password 10G"
ATTACKS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(2)>',
    "<svg onload=alert(3)>",
    "{{7*7}}${7*7}<%= 7*7 %>",
    '=HYPERLINK("http://x","y")',
    "+cmd|' /C calc'!A0",
    "@SUM(1+1)\t-2+3",
    "javascript:alert(4)",
    "'; DROP TABLE fact; --",
    "\u202egnp.exe",
)
SYSTEM = ((1, 3, 6, 1, 2, 1, 1, 5, 0), (1, 3, 6, 1, 2, 1, 1, 6, 0))
ALIAS = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 18)
"""sysName, sysLocation; ifAlias (RFC 3418, RFC 2863)."""


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    folder = tmp_path_factory.mktemp("hostile")
    campus = load_register(REGISTER).schools[0].campuses[0]
    own = [attacking(each) for each in simulated_devices() if each.campus == campus.id]
    with answering(own) as ports, line(folder, interval_s=3) as one:
        one.set_up(REGISTER, PLAN)
        secret = folder / "password"
        secret.write_text(PASSWORD + "\n")
        told = ("--role", "county_admin", "--password-file", str(secret), "--config", str(one.config))
        done = wanzhao("user", "add", "admin", *told)
        assert done.returncode == 0, done.stderr
        one.start_collector()
        roles = {device.id: device.role for device in campus.devices}
        one.start_agent(campus.id, [Box(each.id, ports[each.id], roles[each.id]) for each in own])
        yield one


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def attacking(device: SimDevice) -> SimDevice:
    """The device with an attack wherever its maker or its engineer could write a text."""
    view = dict(device.view)
    number = 0
    for oid, (kind, _value) in sorted(device.view.items()):
        if oid in SYSTEM or oid[: len(ALIAS)] == ALIAS:
            view[oid] = (kind, ATTACKS[number % len(ATTACKS)].encode())
            number += 1
    return replace(device, view=view)


def test_names_of_devices_are_only_text_everywhere(there: Line, browser: Browser, tmp_path: Path) -> None:
    school = load_register(REGISTER).schools[0]
    campus = school.campuses[0]
    until(lambda: there.school_states().get(("demo-access-10g", school.id)) == "pass", "the school is judged")
    context = browser.new_context(locale="zh-CN")
    visit = Visit(context, there.url)
    visit.page.on("dialog", lambda dialog: visit.wrong.append(f"dialog {dialog.message}"))
    visit.sign_in("admin", PASSWORD)

    shown = ""
    pages = [f"/console/schools/{school.id}", f"/console/schools/{school.id}?all=1"]
    pages += [f"/console/schools/{school.id}/targets/{name}" for name in ("demo-access-10g", "demo-wifi")]
    pages += [
        f"/console/schools/{school.id}/devices/{campus.id}/{quote(d.id)}"
        for d in campus.devices
        if d.role != "ap"
    ]
    pages += ["/console/", "/console/agents", "/console/items", "/console/audit", "/report/report.html"]
    pages += ["/report/report-schools.html", f"/console/schools?text={quote(ATTACKS[1])}"]
    for path in pages:
        visit.go(path)
        visit.page.wait_for_load_state("networkidle")
        shown += visit.page.inner_text("body")
        assert visit.page.evaluate("document.querySelectorAll('img[src=\"x\"], svg[onload]').length") == 0
        assert "49${" not in shown
    assert "<script>alert(1)</script>" in shown, "the attack has come through, as text"
    assert visit.wrong == []
    context.close()

    out = tmp_path / "out"
    done = wanzhao("report", "--config", str(there.config), "--out", str(out), "--profile", "demo")
    assert done.returncode == 0, done.stderr
    for path in out.glob("*.csv"):
        for row in csv.reader(io.StringIO(path.read_text("utf-8-sig"))):
            assert [cell for cell in row if is_formula(cell)] == []
    assert json.loads((out / "report.json").read_text("utf-8"))["tables"]["county"]
    assert sorted(path.name for path in out.rglob("*.pdf"))


def is_formula(cell: str) -> bool:
    """Whether a spreadsheet would compute this cell."""
    if cell[:1] not in tuple("=+-@\t") or len(cell) < 2:
        return False
    try:
        float(cell)
    except ValueError:
        return True
    return False


def test_the_scrape_page_is_still_one_sample_a_line(there: Line) -> None:
    until(lambda: "wanzhao_school_target_state" in there.metrics(), "something is judged")

    for text in (there.metrics(), httpx.get(f"http://{next(iter(there.pages.values()))}/metrics").text):
        for sample in text.splitlines():
            assert sample.startswith("#") or sample.rpartition(" ")[2].replace("-", "").replace("+", "")
            assert sample.startswith("#") or sample[:1].isalpha(), sample
