"""A round of active tests, its facts, and a school whose IPv6 is broken in the ways it breaks."""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from dns_server import name_server
from netns import Namespace, need_namespaces, school
from pydantic import ValidationError
from web_site import Answer, Site, need_ipv6, web_site

from agent.probes.config import ProbesSettings
from agent.probes.facts import facts_of_probe
from agent.probes.run import due_kinds, run_probes
from inventory.probes import PROBE_KINDS, PROBE_REASONS, ProbeResult

pytestmark = need_ipv6()

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)


def probes(**tables: Any) -> ProbesSettings:
    return ProbesSettings.model_validate(tables)


async def _accept(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


def test_a_round_makes_every_test_that_is_due_and_one_failure_costs_only_itself() -> None:
    async def run() -> list[ProbeResult]:
        zone = {
            "www.test": {"A": ["127.0.0.1"], "AAAA": ["::1"]},
            "six.test": {"AAAA": ["2001:db8::1"]},
            "test": {"NS": ["www.test."]},
        }
        site = Site({"/": Answer("<p>hello school</p>")})
        async with name_server(zone) as server, web_site(site):
            settings = probes(
                resolvers=[{"name": "campus", "address": "127.0.0.1", "port": server.port}],
                names=["six.test"],
                tcp=[
                    {"name": "web", "host": "www.test", "port": site.port},
                    {"name": "closed", "host": "127.0.0.1", "port": 9},
                    {"name": "lost", "host": "gone.test"},
                ],
                http=[{"name": "page", "url": f"http://www.test:{site.port}/"}],
                site=[{"name": "school", "url": f"http://www.test:{site.port}/"}],
                dual_stack=[{"name": "web", "host": "www.test", "port": site.port}],
            )
            return await run_probes(settings, {"tcp", "dns", "http", "crawl"}, NOW)

    results = asyncio.run(run())

    assert [(item.subject, item.ok, item.reason) for item in results] == [
        ("probe:tcp:web:ipv4", True, None),
        ("probe:tcp:web:ipv6", True, None),
        ("probe:tcp:closed:ipv4", False, "refused"),
        ("probe:tcp:lost:ipv4", False, "no_such_name"),
        ("probe:tcp:lost:ipv6", False, "no_such_name"),
        ("probe:dns:campus:ipv4", True, None),
        ("probe:dns:none:ipv6", None, "no_resolver"),
        ("probe:http:page:ipv4", True, None),
        ("probe:http:page:ipv6", True, None),
        ("probe:http:school:ipv4", True, None),
        ("probe:http:school:ipv6", True, None),
        ("probe:crawl:school:ipv6", True, None),
    ]
    assert {item.at for item in results} == {"2026-09-01T08:00:00Z"}
    assert results[-1].details["zones_without_ipv6"] == "test"  # its name server has ::1 only
    assert all(msgspec.json.decode(msgspec.json.encode(item), type=ProbeResult) == item for item in results)


def test_a_fault_of_ours_is_one_result_and_not_the_end_of_the_round(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def broken(*_arguments: object) -> ProbeResult:
        raise RuntimeError("a bug")

    monkeypatch.setattr("agent.probes.run.probe_resolver", broken)
    settings = probes(
        resolvers=[{"name": "r", "address": "127.0.0.1"}],
        names=["a.test"],
        tcp=[{"name": "closed", "host": "127.0.0.1", "port": 9}],
    )

    results = asyncio.run(run_probes(settings, {"tcp", "dns"}, NOW))

    assert [(item.kind, item.ok, item.reason) for item in results] == [
        ("tcp", False, "refused"),
        ("dns", None, "probe_error"),
        ("dns", None, "no_resolver"),
    ]


@pytest.mark.parametrize(("kind", "ok"), [("tcp", False), ("parity", None)])
def test_a_test_that_does_not_end_is_ended(
    monkeypatch: pytest.MonkeyPatch, kind: str, ok: bool | None
) -> None:
    """A comparison or a load test that did not end proves nothing; a connection that did not is a failure."""

    async def hang(*_arguments: object) -> ProbeResult:
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(f"agent.probes.run.probe_{kind}", hang)
    monkeypatch.setattr("agent.probes.run._LIMITS_S", {kind: 0.05})
    host = {"name": "a", "host": "127.0.0.1"}
    settings = probes(tcp=[host], dual_stack=[host])

    (made,) = asyncio.run(run_probes(settings, {kind}, NOW))  # type: ignore[arg-type]

    assert (made.kind, made.ok, made.reason) == (kind, ok, "timeout")


def test_nothing_due_is_nothing_done() -> None:
    assert asyncio.run(run_probes(probes(tcp=[{"name": "a", "host": "127.0.0.1"}]), (), NOW)) == []


def test_kinds_come_due_by_their_intervals() -> None:
    settings = probes(intervals={"tcp_s": 300})
    now = NOW.timestamp()

    assert due_kinds(settings, now, {}) == {"tcp", "dns", "http", "parity", "crawl"}
    assert due_kinds(settings, now, dict.fromkeys(PROBE_KINDS, now - 299)) == set()
    assert due_kinds(settings, now, dict.fromkeys(PROBE_KINDS, now - 300)) == {"tcp"}


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ({"site": [{"name": "a", "url": "ftp://x/"}]}, "address such as"),
        ({"http": [{"name": "a", "url": "http://user:pw@x/"}]}, "without a user name"),
        ({"tcp": [{"name": "a", "host": "x:443"}, {"name": "a", "host": "y"}]}, "given twice"),
        ({"tcp": [{"name": "a:b", "host": "x"}]}, "pattern"),
        ({"tcp": [{"name": "a", "host": "https://x/"}]}, "without a port"),
        ({"resolvers": [{"name": "a", "address": "dns.x"}]}, "IP address"),
        ({"throughput": {"server": "x", "timezone": "Mars/Base"}}, "time zone"),
        ({"throughput": {"server": "x", "not_on": ["2027-06-31"]}}, "day or days"),
        ({"nope": 1}, "not permitted"),
    ],
)
def test_faults_in_the_configuration_are_told(tables: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        probes(**tables)


def result(kind: str, **more: Any) -> ProbeResult:
    return ProbeResult(kind=kind, name="n", family="ipv6", target="t", at="T", **more)  # type: ignore[arg-type]


def test_the_time_of_a_handshake_is_no_fact() -> None:
    made = result("tcp", ok=True, value=1.234, unit="ms", details={"source_scope": "global"})

    assert facts_of_probe(made) == [
        ("probe:tcp:n:ipv6", "ok", True),
        ("probe:tcp:n:ipv6", "reason", None),
        ("probe:tcp:n:ipv6", "source_scope", "global"),
        ("probe:tcp:n:ipv6", "own_global", None),
    ]


def test_a_throughput_travels_with_what_it_proves() -> None:
    made = result("throughput", ok=None, value=930.0, reason="probe_nic_too_slow", details={"bound": "lower"})

    facts = {key: value for _subject, key, value in facts_of_probe(made)}

    assert (facts["mbps"], facts["ok"], facts["bound"]) == (930.0, None, "lower")
    assert (facts["reason"], facts["tested_at"]) == ("probe_nic_too_slow", "T")


def test_a_load_test_that_was_not_made_leaves_the_last_number_alone() -> None:
    assert facts_of_probe(result("throughput", ok=None, reason="outside_window")) == []
    busy = facts_of_probe(result("throughput", ok=None, reason="link_busy"))
    assert busy == [("probe:throughput:n:ipv6", "reason", "link_busy")]


def test_every_reason_that_the_code_gives_has_words() -> None:
    folder = Path(__file__).parents[2] / "agent" / "probes"
    text = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))

    assert [code for code in PROBE_REASONS if f'"{code}"' not in text] == []


# ---- a school in a network namespace

SERVER = """
import asyncio
async def accept(reader, writer):
    writer.close()
async def main():
    server = await asyncio.start_server(accept, ["198.51.100.1", "2001:db8:100::1"], 443)
    print("ready", flush=True)
    await server.serve_forever()
asyncio.run(main())
"""
PROBE = """
import asyncio, json, sys
from datetime import UTC, datetime
from agent.probes.config import ProbesSettings
from agent.probes.run import run_probes
settings = ProbesSettings.model_validate({"tcp": [
    {"name": "v4", "host": "198.51.100.1"}, {"name": "v6", "host": "2001:db8:100::1"}]})
results = asyncio.run(run_probes(settings, {"tcp"}, datetime.now(UTC)))
print(json.dumps([[r.name, r.ok, r.reason, r.details] for r in results]))
"""


@contextlib.contextmanager
def served(county: Namespace) -> Iterator[None]:
    command = county.command(sys.executable, "-c", SERVER)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield
    finally:
        process.terminate()
        process.wait(10)
        assert process.stdout is not None
        process.stdout.close()


def probed(inside: Namespace) -> dict[str, tuple[bool, str | None, dict[str, Any]]]:
    return {name: (ok, reason, more) for name, ok, reason, more in json.loads(inside.python(PROBE))}


@need_namespaces()
def test_a_school_with_ipv6_reaches_both_and_shows_its_global_address() -> None:
    with school() as (inside, county), served(county):
        found = probed(inside)

    assert (found["v4"][0], found["v6"][0]) == (True, True)
    details = found["v6"][2]
    assert (details["source"], details["source_scope"], details["interface"]) == (
        "2001:db8:1::2",
        "global",
        "eth0",
    )
    assert details["own_global"] == 1


@need_namespaces()
@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (None, "no_route"),
        ("blackhole", "no_route"),
        ("unreachable", "no_route"),
        ("prohibit", "prohibited"),
    ],
)
def test_a_school_without_an_ipv6_route_is_told_so_while_ipv4_works(trouble: str | None, reason: str) -> None:
    with school(ipv6=False) as (inside, county), served(county):
        if trouble:
            inside.ip("-6", "route", "add", trouble, "2001:db8:100::/48")
        began = time.monotonic()
        found = probed(inside)
        took_s = time.monotonic() - began

    assert found["v4"][0] is True
    assert found["v6"][:2] == (False, reason)
    assert took_s < 60  # the process ends by itself, whatever the route


@need_namespaces()
def test_a_router_that_cannot_forward_ipv6_says_unreachable() -> None:
    """The county's side has no route for the target: its router answers with ICMPv6."""
    with school() as (inside, county), served(county):
        county.ip("-6", "addr", "del", "2001:db8:100::1/128", "dev", "lo")
        county.sysctl("net.ipv6.conf.all.forwarding=1")
        found = probed(inside)

    assert found["v6"][:2] == (False, "unreachable")


@need_namespaces()
def test_a_router_that_drops_ipv6_is_a_timeout() -> None:
    with school() as (inside, county), served(county):
        county.ip("-6", "addr", "del", "2001:db8:100::1/128", "dev", "lo")
        county.sysctl("net.ipv6.conf.all.forwarding=1")
        county.ip("-6", "route", "add", "blackhole", "2001:db8:100::/48")
        found = probed(inside)

    assert found["v4"][0] is True
    assert found["v6"][:2] == (False, "timeout")
