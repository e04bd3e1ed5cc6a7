"""wanzhao doctor: check what goes wrong in the field, and say what to do about it."""

from __future__ import annotations

import argparse
import asyncio
import email.utils
import importlib
import platform
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import httpx

from agent.config import AgentSettings, load_agent_settings, target_of
from agent.poll import STATUS_JOBS, poll_device
from agent.uplink import client_for
from inventory.config import read_toml
from inventory.errors import WanzhaoError
from inventory.version import VERSION
from inventory.words import _
from wanzhao.options import Subparsers, add_config, add_json, print_json

PACKAGES = ("wanzhao", "inventory", "agent", "collector", "exporters")
LEAST_FREE_BYTES = 512 * 2**20
CLOCK_TOLERANCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: ``level`` is ok, warning or error."""

    level: Literal["ok", "warning", "error"]
    what: str
    do: str = ""


def add(commands: Subparsers, text: str) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("doctor", help=text, description=text)
    add_config(parser)
    add_json(parser)
    parser.set_defaults(run=_doctor)


def _doctor(args: argparse.Namespace) -> int:
    findings = list(_examine(args.config))
    if args.json:
        print_json([{"level": f.level, "what": f.what, "do": f.do} for f in findings])
    else:
        marks = {"ok": "✓", "warning": "!", "error": "✗"}
        for finding in findings:
            print(f"{marks[finding.level]} {finding.what}")
            if finding.do:
                print(f"    → {finding.do}")
    return 1 if any(finding.level == "error" for finding in findings) else 0


def _examine(config: Path) -> Iterator[Finding]:
    yield from _installation()
    try:
        tables = read_toml(config)
    except WanzhaoError as error:
        yield Finding("error", str(error))
        return
    yield Finding("ok", _("configuration %(file)s is TOML") % {"file": config})
    for table, look in (("agent", _agent), ("collector", _collector)):
        if table not in tables:
            continue
        try:
            yield from look(config)
        except WanzhaoError as error:
            yield Finding("error", str(error))


def _installation() -> Iterator[Finding]:
    yield Finding("ok", f"wanzhao {VERSION}, Python {platform.python_version()}, {platform.platform()}")
    parents = {}
    for name in PACKAGES:
        module = importlib.import_module(name)
        parents[name] = Path(str(module.__file__)).parents[1]
    if len(set(parents.values())) == 1:
        yield Finding("ok", _("all packages come from %(place)s") % {"place": parents["wanzhao"]})
    else:
        places = ", ".join(f"{name}: {place}" for name, place in parents.items())
        yield Finding(
            "error",
            _("the packages come from different places: %(places)s") % {"places": places},
            _("install wanzhao in a virtual environment of its own"),
        )


def _agent(config: Path) -> Iterator[Finding]:
    settings = load_agent_settings(config)
    yield Finding("ok", _("[agent] is right: campus %(campus)s") % {"campus": settings.campus})
    yield _folder(settings.state_dir)
    yield from asyncio.run(_devices(settings))
    yield from asyncio.run(_uplink(settings))


async def _devices(settings: AgentSettings) -> list[Finding]:
    async def one(number: int) -> Finding:
        device = settings.device[number]
        reading = await poll_device(target_of(device), now=datetime.now(UTC), jobs=STATUS_JOBS)
        where = f"{device.id} ({device.address}:{device.port})"
        if reading.outcome == "ok":
            return Finding(
                "ok",
                _("%(where)s answers SNMP: %(model)s")
                % {"where": where, "model": reading.system.model or reading.system.sys_object_id or "?"},
            )
        return Finding(
            "error",
            _("%(where)s does not answer SNMP") % {"where": where},
            _("check reachability, SNMP version, community and the device's access list"),
        )

    return list(await asyncio.gather(*(one(number) for number in range(len(settings.device)))))


async def _uplink(settings: AgentSettings) -> list[Finding]:
    async with client_for(settings.collector) as client:
        try:
            answer = await client.get("/v1/agent")
        except httpx.HTTPError as error:
            return [
                Finding(
                    "error",
                    _("the collector does not answer: %(why)s") % {"why": str(error) or type(error).__name__},
                    _("check agent.collector.url, the line, TLS and that the collector runs"),
                )
            ]
    findings = [Finding("ok", _("the collector answers at %(url)s") % {"url": settings.collector.url})]
    findings.append(_token(answer, settings.campus))
    return findings + _clock(answer.headers.get("Date"))


def _token(answer: httpx.Response, campus: str) -> Finding:
    if answer.status_code in (401, 403):
        return Finding(
            "error", _("the collector refuses the token"), _("enrol this agent anew: wanzhao agent enrol")
        )
    if answer.status_code != 200:
        return Finding(
            "error",
            _("the collector answers HTTP %(status)d") % {"status": answer.status_code},
            _("check agent.collector.url, and any proxy in front of the collector"),
        )
    owner = str(answer.json().get("campus", ""))
    if owner != campus:
        return Finding(
            "error",
            _("the token belongs to campus %(own)s, the configuration says %(said)s")
            % {"own": owner, "said": campus},
            _("correct agent.campus, or enrol with a code for this campus"),
        )
    return Finding("ok", _("the collector takes the token"))


def _clock(date: str | None) -> list[Finding]:
    if date is None:
        return []
    skew = time.time() - email.utils.parsedate_to_datetime(date).timestamp()
    if abs(skew) <= CLOCK_TOLERANCE_S:
        return [Finding("ok", _("the clock agrees with the collector's"))]
    return [
        Finding(
            "warning",
            _("the clock differs from the collector's by %(seconds)d s") % {"seconds": skew},
            _("set up NTP on this host"),
        )
    ]


def _collector(config: Path) -> Iterator[Finding]:
    # Imported here alone: a school's server has no need of these libraries.
    try:
        from collector.config import load_collector_settings
        from collector.judging import load_plans
        from collector.store.engine import open_store
        from collector.store.registers import read_register
    except ImportError as error:
        yield Finding(
            "error",
            str(error),
            _("install the extra: pip install 'wanzhao[%(name)s]'") % {"name": "collector"},
        )
        return
    settings = load_collector_settings(config)
    yield Finding("ok", _("[collector] is right: listens on %(listen)s") % {"listen": settings.listen})
    yield _folder(settings.state_dir)
    for plan in load_plans(settings.profiles, config.parent):
        yield Finding(
            "ok",
            _("plan %(id)s %(version)s loads") % {"id": plan.profile.id, "version": plan.profile.version},
        )
    engine = open_store(settings.database_url)
    with engine.connect().execution_options(reads_only=True) as connection:
        register = read_register(connection)
    yield Finding("ok", _("the database opens"))
    if register is None:
        yield Finding(
            "warning",
            _("the register is empty"),
            _("import it first: wanzhao inventory import FOLDER --apply --config FILE"),
        )
    else:
        yield Finding("ok", _("the register has %(count)d schools") % {"count": len(register.schools)})


def _folder(folder: Path) -> Finding:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".doctor"
        probe.write_bytes(b"")
        probe.unlink()
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return Finding(
            "error",
            _("%(folder)s cannot be written: %(why)s") % {"folder": folder, "why": error.strerror},
            _("create it and give it to the user that runs wanzhao"),
        )
    if free < LEAST_FREE_BYTES:
        return Finding(
            "warning",
            _("%(folder)s has only %(mib)d MiB free") % {"folder": folder, "mib": free // 2**20},
            _("free disk space"),
        )
    return Finding(
        "ok", _("%(folder)s can be written, %(gib)d GiB free") % {"folder": folder, "gib": free // 2**30}
    )
