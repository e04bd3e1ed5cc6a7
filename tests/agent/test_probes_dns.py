"""What resolvers say of AAAA, and how they fail, against a small name server of our own."""

from __future__ import annotations

import asyncio

import pytest
from dns_server import Zone, name_server
from web_site import need_ipv6

from agent.probes.config import Resolver
from agent.probes.delegation import Delegation, asker, delegation
from agent.probes.resolvers import ask, probe_resolver, with_global
from inventory.probes import PROBE_REASONS, ProbeResult

AT = "2026-09-01T08:00:00Z"
SIX = {"AAAA": ["2001:db8::1"]}
ZONE: Zone = {
    "good.test": SIX,
    "alias.test": {"CNAME": ["good.test"]},
    "dangling.test": {"CNAME": ["gone.test"]},
    "v4only.test": {"A": ["192.0.2.1"]},
    "ula.test": {"AAAA": ["fd00::1"]},
    "mapped.test": {"AAAA": ["64:ff9b::c000:201"]},
    "mixed.test": {"AAAA": ["fd00::1", "2001:db8::2"]},
    "broken.test": "servfail",
    "refuses.test": "refused",
    "silent.test": "silent",
    "lost.test": "lost_once",
    "long.test": "truncated",
    "cut.test": "cut",
    "garbage.test": "garbage",
}


async def told(name: str, limit_s: float = 2.0) -> str | None:
    async with name_server(ZONE) as server:
        resolver = Resolver(name="r", address="127.0.0.1", port=server.port)
        return with_global(await ask(resolver, name, "AAAA", limit_s)).reason


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("good.test", None),
        ("alias.test", None),
        ("mixed.test", None),
        ("long.test", None),
        ("dangling.test", "no_address"),
        ("v4only.test", "no_address"),
        ("gone.test", "no_such_name"),
        ("ula.test", "not_global"),
        ("mapped.test", "not_global"),
        ("broken.test", "servfail"),
        ("refuses.test", "dns_refused"),
        ("cut.test", "truncated"),
    ],
)
def test_every_way_to_answer_is_told_apart(name: str, reason: str | None) -> None:
    assert asyncio.run(told(name)) == reason


@pytest.mark.parametrize("name", ["silent.test", "garbage.test"])
def test_silence_and_nonsense_end_with_the_time(name: str) -> None:
    assert asyncio.run(told(name, limit_s=0.3)) == "dns_timeout"


def test_one_lost_datagram_is_no_verdict() -> None:
    assert asyncio.run(told("lost.test", limit_s=1.0)) is None


def test_a_port_where_nobody_listens_is_told_at_once() -> None:
    resolver = Resolver(name="r", address="127.0.0.1", port=9)

    assert asyncio.run(ask(resolver, "good.test", "AAAA", 30)).reason == "refused"


async def probed(names: list[str], host: str = "127.0.0.1") -> ProbeResult:
    async with name_server(ZONE, host) as server:
        return await probe_resolver(Resolver(name="campus", address=host, port=server.port), names, AT)


def test_a_resolver_is_judged_by_its_share_of_names() -> None:
    names = ["good.test", "alias.test", "long.test", "v4only.test", "mixed.test"]

    result = asyncio.run(probed(names))

    assert (result.kind, result.name, result.family) == ("dns", "campus", "ipv4")
    assert (result.ok, result.value, result.unit, result.reason) == (False, 0.8, "ratio", "no_address")
    assert result.details["answer v4only.test"] == "no_address"
    assert result.details["answer good.test"] == "ok"
    assert result.details["truncated"] == 1


@need_ipv6()
def test_a_resolver_is_asked_over_the_transport_of_its_address() -> None:
    result = asyncio.run(probed(["good.test"], host="::1"))

    assert (result.family, result.ok, result.value) == ("ipv6", True, 1.0)


def test_no_names_prove_nothing() -> None:
    assert asyncio.run(probed([])).ok is None


def test_all_reasons_have_words() -> None:
    names = [name for name in ZONE if name not in ("silent.test", "garbage.test", "lost.test")]

    result = asyncio.run(probed(names))

    reasons = {str(value) for name, value in result.details.items() if name.startswith("answer ")}
    assert reasons - {"ok"} <= PROBE_REASONS.keys()


NS6 = {"NS": ["ns6.test."]}
TREE: Zone = {
    "test": NS6,
    "edu.test": {"NS": ["ns4.test.", "ns6.test."]},
    "school.edu.test": NS6,
    "www.school.edu.test": SIX,
    "old.test": {"NS": ["ns4.test."]},
    "www.old.test": SIX,
    "lame.test": {"NS": ["dead.test."]},
    "www.lame.test": SIX,
    "ns6.test": SIX,
    "ns4.test": {"A": ["192.0.2.53"]},
    "dead.test": "servfail",
}


async def walked(host: str) -> Delegation:
    async with name_server(TREE) as server:
        return await delegation(host, asker(Resolver(name="r", address="127.0.0.1", port=server.port)))


def test_a_delegation_with_ipv6_all_the_way_is_good() -> None:
    found = asyncio.run(walked("www.school.edu.test"))

    assert found == Delegation(("test", "edu.test", "school.edu.test"))
    assert found.ok


def test_one_zone_served_over_ipv4_alone_cuts_the_name_off() -> None:
    found = asyncio.run(walked("www.old.test"))

    assert (found.ok, found.without) == (False, ("old.test",))


def test_a_name_server_that_cannot_be_looked_up_proves_nothing() -> None:
    found = asyncio.run(walked("www.lame.test"))

    assert (found.ok, found.unknown) == (None, ("lame.test",))
