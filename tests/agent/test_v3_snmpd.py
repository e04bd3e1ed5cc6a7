"""SNMPv3 through every engine against a real agent: net-snmp's snmpd on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import itertools
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest
from snmpd import has_ipv6, program, snmpd

from agent.poll import poll_device
from agent.snmp import gufo_engine
from agent.snmp.choose import ENGINES, EngineName, engine_named
from agent.snmp.engine import Answer, Link, Missing, oid
from agent.snmp.target import Auth, Target, User
from agent.snmp.usm import UsmEngine
from inventory.errors import NoAnswer
from inventory.reading import Reading

pytestmark = [
    pytest.mark.snmpd,
    pytest.mark.skipif(program() is None, reason="no snmpd here; apt-get install snmpd"),
]

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
SYS_NAME, NOTHING = oid("1.3.6.1.2.1.1.5.0"), oid("1.3.6.1.2.1.1.99.0")
IF_DESCR, IF_TYPE = oid("1.3.6.1.2.1.2.2.1.2"), oid("1.3.6.1.2.1.2.2.1.3")
T = TypeVar("T")


def user(name: str, **more: Any) -> User:
    """A user with passwords for the protocols that it has."""
    keys = {"auth": {"auth_key": "authpass-12"}, "priv": {"priv_key": "privpass-12"}}
    for protocol, key in keys.items():
        more |= key if protocol in more else {}
    return User(name, allow_md5=True, allow_des=True, **more)


DIGESTS: tuple[Auth, ...] = ("SHA1", "SHA224", "SHA256", "SHA384", "SHA512")
USERS = [
    user("nobody-checked"),
    user("md5", auth="MD5"),
    *(user(f"{auth}-only", auth=auth) for auth in DIGESTS),
    *(user(f"{auth}-aes128", auth=auth, priv="AES128") for auth in DIGESTS),
    *(
        user(f"{a}-{p}", auth=a, priv=p)
        for a, p in itertools.product(("SHA1", "SHA256"), ("AES192", "AES256"))
    ),
    user("reeder192", auth="SHA1", priv="AES192", key_extension="reeder"),
    user("reeder256", auth="MD5", priv="AES256", key_extension="reeder"),
    user("des", auth="SHA1", priv="DES"),
]
STRONG = next(one for one in USERS if one.name == "SHA256-aes128")


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    lines = ("sysName real-agent", "sysLocation 三年级一班")
    with snmpd(tmp_path_factory.mktemp("snmpd"), users=USERS, lines=lines) as found:
        yield found


@pytest.fixture(params=[name for name in ENGINES if name != "auto"])
def engine(request: pytest.FixtureRequest) -> EngineName:
    if request.param == "gufo" and not gufo_engine.IS_INSTALLED:
        pytest.skip("gufo-snmp has no wheel for this machine")
    name: EngineName = request.param
    return name


def target_of(one: User, port: int, **more: Any) -> Target:
    settings: dict[str, Any] = {"timeout_s": 2.0, "retries": 1} | more
    return Target(settings.pop("address", "127.0.0.1"), port=port, version="3", user=one, **settings)


def run(engine: EngineName, target: Target, work: Callable[[Link], Awaitable[T]]) -> T:
    async def main() -> T:
        link = await engine_named(engine, target).connect(target)
        try:
            return await work(link)
        finally:
            link.close()

    return asyncio.run(main())


def refused(engine: EngineName, one: User, port: int) -> str:
    """What a person reads when the agent refuses this user."""
    target = target_of(one, port, timeout_s=0.3, retries=0)
    with pytest.raises(NoAnswer) as caught:
        run(engine, target, lambda link: link.ask("get", [SYS_NAME], target.waits_s))
    for secret in filter(None, (one.auth_key, one.priv_key)):
        assert secret not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("one", USERS, ids=lambda one: one.name)
def test_every_kind_of_user_reads(engine: EngineName, one: User, port: int) -> None:
    target = target_of(one, port)

    async def work(link: Link) -> tuple[Answer, Answer]:
        single = await link.ask("get", [SYS_NAME, NOTHING], target.waits_s)
        return single, await link.ask("bulk", [IF_DESCR, IF_TYPE], target.waits_s, 1)

    single, several = run(engine, target, work)

    assert single == Answer(0, 0, [(SYS_NAME, b"real-agent"), (NOTHING, Missing.NO_SUCH_OBJECT)])
    assert several.varbinds[0] == ((*IF_DESCR, 1), b"lo")


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no ::1")
def test_a_user_reads_over_ipv6(engine: EngineName, port: int) -> None:
    target = target_of(STRONG, port, address="::1")

    answer = run(engine, target, lambda link: link.ask("get", [SYS_NAME], target.waits_s))

    assert answer == Answer(0, 0, [(SYS_NAME, b"real-agent")])


def test_an_unknown_user_is_told_so(engine: EngineName, port: int) -> None:
    assert "does not know the SNMPv3 user stranger" in refused(engine, user("stranger", auth="SHA1"), port)


def test_a_wrong_authentication_password_is_told_so(engine: EngineName, port: int) -> None:
    wrong = dataclasses.replace(STRONG, auth_key="not-this-one")

    assert "check the authentication password" in refused(engine, wrong, port)


@pytest.mark.parametrize("change", [{"priv_key": "not-this-one"}, {"priv": "AES256"}], ids=["key", "cipher"])
def test_a_wrong_privacy_password_or_cipher_is_not_only_a_time_out(
    engine: EngineName, change: dict[str, Any], port: int
) -> None:
    assert "check the privacy" in refused(engine, dataclasses.replace(STRONG, **change), port)


def test_more_security_than_the_user_has_is_told_so(engine: EngineName, port: int) -> None:
    assert "does not allow authNoPriv" in refused(engine, user("nobody-checked", auth="SHA1"), port)


def test_less_security_than_the_user_needs_is_told_so(engine: EngineName, port: int) -> None:
    assert "may read nothing at level noAuthNoPriv" in refused(engine, user(STRONG.name), port)


def test_a_refused_user_makes_a_gap_whose_note_says_why(port: int) -> None:
    wrong = dataclasses.replace(STRONG, auth_key="not-this-one")

    reading = asyncio.run(poll_device(target_of(wrong, port), now=NOW))

    assert reading.outcome == "gap"
    assert "authentication" in reading.notes[0]


def test_a_restarted_agent_is_read_by_the_same_link(engine: EngineName, tmp_path: Path) -> None:
    """snmpEngineBoots has moved on: the first question afterwards is answered too."""
    assert _asked_across_a_restart(engine, tmp_path, tmp_path) == [b"before", b"after"]


def test_another_agent_in_the_same_place_is_read_by_the_same_link(engine: EngineName, tmp_path: Path) -> None:
    """A replaced device: another engine id."""
    other = tmp_path / "other"
    other.mkdir()

    assert _asked_across_a_restart(engine, tmp_path, other) == [b"before", b"after"]


def _asked_across_a_restart(engine: EngineName, first: Path, second: Path) -> list[Any]:
    async def main() -> list[Any]:
        async with contextlib.AsyncExitStack() as stack:
            with snmpd(first, users=[STRONG], lines=_named("before", first)) as port:
                target = target_of(STRONG, port, timeout_s=0.7)
                link = await engine_named(engine, target).connect(target)
                stack.callback(link.close)
                before = await link.ask("get", [SYS_NAME], target.waits_s)
            with snmpd(second, users=[STRONG], lines=_named("after", second), port=port):
                after = await link.ask("get", [SYS_NAME], target.waits_s)
        return [before.varbinds[0][1], after.varbinds[0][1]]

    return asyncio.run(main())


def _named(name: str, folder: Path) -> list[str]:
    return [f"sysName {name}", f"engineID {folder.name[-8:]}"]  # at most 32 octets with what snmpd adds


def test_a_known_agent_is_not_discovered_again(port: int) -> None:
    engine, target = UsmEngine(), target_of(STRONG, port)

    async def reports() -> int:
        """usmStatsUnknownEngineIDs: how many discoveries the agent has seen."""
        link = await engine.connect(target)
        answer = await link.ask("get", [oid("1.3.6.1.6.3.15.1.1.4.0")], target.waits_s)
        link.close()
        value = answer.varbinds[0][1]
        assert isinstance(value, int)
        return value

    first, second = asyncio.run(reports()), asyncio.run(reports())

    assert first == second


def test_a_whole_poll_is_the_same_by_every_engine_and_version(port: int) -> None:
    def read(engine: EngineName, target: Target) -> dict[str, Any]:
        reading = asyncio.run(poll_device(target, now=NOW, engine=engine_named(engine, target)))
        return _lasting(reading)

    plain = Target("127.0.0.1", community="public", port=port)
    old = dataclasses.replace(plain, version="1")
    names: list[EngineName] = ["native", "pysnmp", *(["gufo"] if gufo_engine.IS_INSTALLED else [])]  # type: ignore[list-item]

    found = {(n, t.version): read(n, t) for n in names for t in (old, plain, target_of(STRONG, port))}

    expected = found["native", "2c"]
    assert expected["interfaces"]
    assert {key for key, reading in found.items() if reading != expected} == set()


def _lasting(reading: Reading) -> dict[str, Any]:
    """What does not change from one second to the next."""
    return {
        "outcome": reading.outcome,
        "name": (reading.system.sys_name, reading.system.location, reading.system.sys_object_id),
        "interfaces": [(item.if_index, item.name, item.type, item.speed_mbps) for item in reading.interfaces],
        "ipv4": sorted((item.address, item.prefix_length) for item in reading.ipv4_addresses),
        "ipv6": sorted((item.address, item.prefix_length) for item in reading.ipv6_addresses),
        "routes": reading.ipv6_default_routes,
        "notes": reading.notes,
    }
