"""The demo from end to end: devices, register, collector, enrolment, agents, verdicts.

Everything but the devices is the product itself: real processes, SNMP over UDP, batches over HTTP.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from collector.config import load_collector_settings
from collector.daemon import PEPPER_FILE
from collector.judging import load_plans, look
from collector.store.engine import open_store
from collector.store.registers import store_register
from collector.store.tokens import load_pepper, new_code
from exporters.report.codes import state_word
from inventory.errors import WanzhaoError
from inventory.load import load_register
from inventory.reasons import words
from inventory.register import Register
from inventory.verdict import CountyView, SchoolView, State, Verdict
from inventory.words import _, language
from wanzhao.commands.report import print_county
from wanzhao.demo.county import SILENT_AGENTS, simulated_devices
from wanzhao.demo.devices import SimDevice, serve
from wanzhao.demo.falling import accept_and_fall, alarms_of, as_accepted
from wanzhao.demo.people import NAME, add_administrator
from wanzhao.demo.processes import Children, free_port
from wanzhao.options import print_table

HERE = Path(__file__).parent
REGISTER = HERE / "register"
PLAN = HERE / "plan.toml"
HOST = "127.0.0.1"
JUDGE_S = 2.0
FILES = {
    "report.html": "/report/report.html",
    "report-schools.html": "/report/report-schools.html",
    "report.csv": "/report/report.csv",
    "report.json": "/report/report.json",
    "metrics.prom": "/probe",
}


async def run_demo(*, once: bool, out: Path | None, port: int, give_up_s: float) -> int:
    """Run the demo county; with ``once`` until it is judged, else until Ctrl-C or SIGTERM."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with tempfile.TemporaryDirectory(prefix="wanzhao-demo-") as name:
        folder = Path(name)
        children = Children(folder)
        try:
            return await _run(folder, children, stop, once=once, out=out, port=port, give_up_s=give_up_s)
        finally:
            await children.stop_all()


async def _run(
    folder: Path,
    children: Children,
    stop: asyncio.Event,
    *,
    once: bool,
    out: Path | None,
    port: int,
    give_up_s: float,
) -> int:
    started = time.monotonic()
    devices = simulated_devices()
    ports = await serve(as_accepted(devices))
    _say(_("%(count)d simulated devices answer SNMP on %(host)s") % {"count": len(ports), "host": HOST})
    register = load_register(REGISTER)
    url = f"http://{HOST}:{port or free_port()}"
    config = _collector_config(folder, url, register)
    password = add_administrator(load_collector_settings(config).database_url)
    await children.start("collector", "collector", "run", "--config", str(config))
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=120) as client:
        await _until_healthy(client, children, stop)
        _say(_("collector at %(url)s") % {"url": url})
        page = ""
        for campus, code in _codes(config, register):
            page = f"{HOST}:{free_port()}"
            await _start_agent(folder, children, client, campus, code, register, devices, ports, page)
        _say(_("agents started; the verdicts need about a minute"))
        await _until_decided(client, children, stop, register, give_up_s)
        if not stop.is_set():
            _say(_("one uplink is accepted at 10G, and falls to 1G"))
            by_id = {device.id: device for device in devices}
            await accept_and_fall(client, children, stop, config, by_id, ports, give_up_s)
        if stop.is_set():
            return 130
        alarms = await alarms_of(children, config)
        _show(config, url, page, alarms, time.monotonic() - started)
        told = {"url": f"{url}/console/", "name": NAME, "password": password}
        print(_("console: %(url)s  name %(name)s  password %(password)s") % told, flush=True)
        if not once:
            print(_("running on; stop with Ctrl-C"), flush=True)
        if out:
            await _write(client, out)
        while not once and not stop.is_set():
            children.check()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), 1.0)
    return 0


def _collector_config(folder: Path, url: str, register: Register) -> Path:
    config = folder / "collector.toml"
    config.write_text(
        f"[collector]\nstate_dir = {json.dumps(str(folder / 'collector'))}\n"
        f'listen = "{url.removeprefix("http://")}"\n'
        f"profiles = [{json.dumps(str(PLAN))}]\njudge_interval_s = {JUDGE_S}\n"
        'detail = "all"\n',
        encoding="utf-8",
    )
    engine = open_store(load_collector_settings(config).database_url)
    with engine.begin() as connection:
        store_register(connection, register, author="demo", at=time.time(), source="demo")
    engine.dispose()
    return config


def _codes(config: Path, register: Register) -> Iterator[tuple[str, str]]:
    """(campus, one-time code) of each campus whose agent is started."""
    settings = load_collector_settings(config)
    engine = open_store(settings.database_url)
    pepper = load_pepper(settings.state_dir / PEPPER_FILE)
    for school in register.schools:
        for campus in school.campuses:
            if campus.id in SILENT_AGENTS:
                continue
            with engine.begin() as connection:
                code = new_code(connection, pepper, school.id, campus.id, time.time())
            yield campus.id, code
    engine.dispose()


async def _start_agent(
    folder: Path,
    children: Children,
    client: httpx.AsyncClient,
    campus: str,
    code: str,
    register: Register,
    devices: list[SimDevice],
    ports: dict[str, int],
    page: str,
) -> None:
    """Enrol and start the agent of a campus; ``page`` is where it shows its metrics."""
    answer = await client.post("/v1/enrol", json={"code": code})
    answer.raise_for_status()
    home = folder / campus
    home.mkdir()
    token = home / "token"
    token.write_text(answer.json()["token"], encoding="ascii")
    token.chmod(0o600)
    roles = {d.id: d.role for s in register.schools for c in s.campuses for d in c.devices}
    lines = [
        "[agent]",
        f'campus = "{campus}"',
        f"state_dir = {json.dumps(str(home))}",
        f"poll_interval_s = {register.poll_interval_s}",
        f'metrics_listen = "{page}"',
        "[agent.collector]",
        f'url = "{client.base_url}"',
        f"token = {json.dumps(f'file:{token}')}",
    ]
    for device in devices:
        if device.campus != campus:
            continue
        lines += [
            "[[agent.device]]",
            f'id = "{device.id}"',
            f'address = "{HOST}"',
            f"port = {ports[device.id]}",
            f'role = "{roles[device.id]}"',
            'community = "plain:public"',
            "timeout_s = 0.4",
            "retries = 1",
        ]
    config = home / "agent.toml"
    config.write_text("\n".join(lines) + "\n", encoding="utf-8")
    await children.start(f"agent-{campus}", "agent", "run", "--config", str(config))


async def _until_healthy(client: httpx.AsyncClient, children: Children, stop: asyncio.Event) -> None:
    while not stop.is_set():
        children.check()
        with contextlib.suppress(httpx.HTTPError):
            if (await client.get("/-/healthy")).status_code == 200:
                return
        await asyncio.sleep(0.2)


async def _until_decided(
    client: httpx.AsyncClient, children: Children, stop: asyncio.Event, register: Register, give_up_s: float
) -> None:
    """Wait until every school with an agent has a verdict on its uplink that does not lack polls."""
    deadline = time.monotonic() + give_up_s
    waiting = _heard_schools(register)
    while waiting and not stop.is_set():
        children.check()
        if time.monotonic() > deadline:
            raise WanzhaoError(
                _("no verdict in %(seconds)d s for: %(schools)s")
                % {"seconds": give_up_s, "schools": ", ".join(sorted(waiting))},
                do=_("is the machine very busy? try --wait with more seconds"),
            )
        page = (await client.get("/probe")).text
        waiting = _heard_schools(register) - _decided(page)
        await asyncio.sleep(0.5)


def _heard_schools(register: Register) -> set[str]:
    return {s.id for s in register.schools if not any(c.id in SILENT_AGENTS for c in s.campuses)}


def _decided(page: str) -> set[str]:
    """Schools whose access and wireless targets have passed or failed, read from the scrape page."""
    states: dict[str, set[str]] = defaultdict(set)
    for line in page.splitlines():
        if line.startswith("wanzhao_school_target_state{") and any(
            t in line for t in ("access", "wifi", "ipv6")
        ):
            school = line.partition('school="')[2].partition('"')[0]
            states[school].add(line.partition('state="')[2].partition('"')[0])
    return {school for school, seen in states.items() if seen and "unknown" not in seen}


def _show(config: Path, url: str, page: str, alarms: str, seconds: float) -> None:
    settings = load_collector_settings(config)
    plan = load_plans(settings.profiles, config.parent)[0]
    engine = open_store(settings.database_url)
    view = look(engine, plan.profile, time.time())
    engine.dispose()
    print()
    print_county(view)
    print()
    print_schools(view)
    print()
    print(_("below what was accepted (wanzhao baseline alarms):"))
    print(alarms)
    print(_("judged %(seconds)d s after the start") % {"seconds": seconds})
    print(_("metrics: %(url)s") % {"url": f"{url}/probe"})
    print(_("an agent's metrics: %(url)s") % {"url": f"http://{page}/metrics"})
    print(_("report:  %(url)s") % {"url": f"{url}/report/report.html"})
    sys.stdout.flush()


def print_schools(view: CountyView) -> None:
    """A line per school: the state of each target, and why not."""
    targets = [text.id for text in view.texts]
    rows: list[list[Any]] = []
    for school in view.schools:
        states = {verdict.target: verdict.state.value for verdict in school.verdicts}
        shown = [state_word(states[t], language()) if t in states else "-" for t in targets]
        rows.append([school.school.name, *shown, _why(school)])
    print_table([_("school"), *targets, _("why not")], rows)


def _why(view: SchoolView) -> str:
    """The reasons in words: those of the fails, else of the unknowns that polling could tell."""
    leaves = [leaf for v in view.verdicts for campus in v.campuses for leaf in _leaves(campus)]
    for state in (State.FAIL, State.UNKNOWN):
        codes = dict.fromkeys(v.reason for v in leaves if v.state is state and v.reason != "not_computed")
        if codes:
            return "; ".join(words(code, language()) for code in codes)
    return ""


def _leaves(verdict: Verdict) -> Iterator[Verdict]:
    if not verdict.legs:
        yield verdict
    for leg in verdict.legs:
        yield from _leaves(leg)


async def _write(client: httpx.AsyncClient, out: Path) -> None:
    for name, path in FILES.items():
        answer = await client.get(path)
        answer.raise_for_status()
        _keep(out / name, answer.content)


def _keep(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    print(path)


def _say(text: str) -> None:
    print(f"· {text}", flush=True)
