"""The same questions through every engine, over real UDP on loopback: awkward answers, garbage, strangers,
losses. What one engine cannot do is said here and in docs/decisions/0007."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest
from pysnmp.proto import rfc1905
from pysnmp.proto.api import v2c
from snmprec_device import FakeDevice, table
from udp_agent import Agent, Behaviour, answer_to, listening, obedient, question_in

from agent.snmp import gufo_engine
from agent.snmp.choose import ENGINES, EngineName, engine_named
from agent.snmp.engine import Answer, Link, Missing, Oid, Value, oid
from agent.snmp.session import Session
from agent.snmp.target import Target, User
from agent.snmp.walk import TableSpec, read_table
from inventory.errors import ConfigError, InputError

SYS_NAME = oid("1.3.6.1.2.1.1.5.0")
NAMES = [oid(f"1.3.6.1.2.1.1.{number}.0") for number in range(1, 9)]
IF_ENTRY = oid("1.3.6.1.2.1.2.2.1")
SW = v2c.OctetString(b"sw-01")
GOOD = Answer(0, 0, [(SYS_NAME, b"sw-01")])
T = TypeVar("T")


@pytest.fixture(params=[name for name in ENGINES if name != "auto"])
def engine(request: pytest.FixtureRequest) -> EngineName:
    if request.param == "gufo" and not gufo_engine.IS_INSTALLED:
        pytest.skip("gufo-snmp has no wheel for this machine")
    name: EngineName = request.param
    return name


def run(
    engine: EngineName,
    behave: Behaviour,
    work: Callable[[Link, Agent], Awaitable[T]],
    *,
    host: str = "127.0.0.1",
    address: str = "",
    version: Any = "2c",
) -> T:
    """What ``work`` gives with a link to an agent that behaves so."""

    async def main() -> T:
        async with listening(behave, host) as agent:
            target = Target(address or host, community="c", port=agent.port, version=version)
            link = await engine_named(engine, target).connect(target)
            try:
                return await work(link, agent)
            finally:
                link.close()

    return asyncio.run(main())


async def ask_name(link: Link, _agent: Agent) -> Answer:
    return await link.ask("get", [SYS_NAME], [0.5, 0.5, 0.5])


def honest(agent: Agent, request: bytes, addr: Any) -> None:
    agent.transport.sendto(answer_to(request, [SW]), addr)


def test_an_answer_comes_back(engine: EngineName) -> None:
    assert run(engine, honest, ask_name) == GOOD


@pytest.mark.parametrize(
    ("host", "address"), [("::1", "::1"), ("127.0.0.1", "localhost"), ("::1", "::1%1"), ("127.0.0.1", "")]
)
def test_ipv6_addresses_with_and_without_zone_and_host_names_are_reached(
    engine: EngineName, host: str, address: str
) -> None:
    assert run(engine, honest, ask_name, host=host, address=address) == GOOD


def test_a_host_name_that_does_not_exist_is_an_os_error(engine: EngineName) -> None:
    with pytest.raises(OSError):
        run(engine, honest, ask_name, address="no such host")


def test_values_of_every_type_keep_their_value(engine: EngineName) -> None:
    sent: list[tuple[Any, Value]] = [
        (v2c.OctetString(b"\xff\xfe\x00\xd6\xd0"), b"\xff\xfe\x00\xd6\xd0"),  # not UTF-8
        (v2c.Counter64(2**64 - 1), 2**64 - 1),
        (v2c.Opaque(b"\x9f\x78\x04\x42\x28\x00\x00"), b"\x9f\x78\x04\x42\x28\x00\x00"),  # a float: 42.0
        (v2c.IpAddress("192.0.2.1"), bytes((192, 0, 2, 1))),
        (v2c.IpAddress("1.2.4.8"), bytes((1, 2, 4, 8))),
        (v2c.ObjectIdentifier("1.3.6.1"), (1, 3, 6, 1)),
        (v2c.Integer(-40), -40),
        (v2c.TimeTicks(2**32 - 1), 2**32 - 1),
    ]

    def behave(agent: Agent, request: bytes, addr: Any) -> None:
        agent.transport.sendto(answer_to(request, [value for value, _plain in sent]), addr)

    async def ask(link: Link, _agent: Agent) -> Answer:
        return await link.ask("get", NAMES, [1.0])

    assert run(engine, behave, ask).varbinds == list(zip(NAMES, [plain for _v, plain in sent], strict=True))


def test_missing_values_beside_good_ones_keep_their_places_and_reasons(engine: EngineName) -> None:
    values = [SW, rfc1905.noSuchInstance, SW, rfc1905.noSuchObject, v2c.Null(""), SW]

    def behave(agent: Agent, request: bytes, addr: Any) -> None:
        agent.transport.sendto(answer_to(request, values), addr)

    async def ask(link: Link, _agent: Agent) -> Answer:
        return await link.ask("get", NAMES[:6], [1.0])

    found = [value for _name, value in run(engine, behave, ask).varbinds]

    none, nothing = Missing.NO_SUCH_INSTANCE, Missing.NO_SUCH_OBJECT
    assert found == [b"sw-01", none, b"sw-01", nothing, None, b"sw-01"]


@pytest.mark.parametrize("kind", ["get", "next", "bulk"])
@pytest.mark.parametrize(("error", "error_at"), [(1, 0), (5, 2)])
def test_tooBig_and_genErr_are_no_empty_answers(  # noqa: N802
    engine: EngineName, kind: Any, error: int, error_at: int
) -> None:
    def behave(agent: Agent, request: bytes, addr: Any) -> None:
        agent.transport.sendto(answer_to(request, error=error, error_at=error_at), addr)

    async def ask(link: Link, _agent: Agent) -> Answer:
        return await link.ask(kind, NAMES[:2], [1.0], 10)

    assert run(engine, behave, ask)[:2] == (error, error_at)


def test_an_empty_answer_without_error_is_empty(engine: EngineName) -> None:
    def behave(agent: Agent, request: bytes, addr: Any) -> None:
        agent.transport.sendto(answer_to(request, [], names=[]), addr)

    async def ask(link: Link, _agent: Agent) -> Answer:
        return await link.ask("bulk", NAMES[:2], [1.0], 10)

    assert run(engine, behave, ask) == Answer(0, 0, [])


def test_the_end_of_a_column_in_version_1_keeps_its_index(engine: EngineName) -> None:
    def behave(agent: Agent, request: bytes, addr: Any) -> None:
        agent.transport.sendto(answer_to(request, error=2, error_at=2, version="1"), addr)

    async def ask(link: Link, _agent: Agent) -> Answer:
        return await link.ask("next", NAMES[:3], [1.0])

    assert run(engine, behave, ask, version="1")[:2] == (2, 2)


@pytest.mark.parametrize("content", [b"\xff\xff\xff\xff", b"\xff\xff\xff\xff\xff\xff\xff\xff"])
def test_a_counter_with_the_wrong_sign_keeps_its_value(engine: EngineName, content: bytes) -> None:
    def behave(agent: Agent, request: bytes, addr: Any) -> None:
        octets = b"\x04" + bytes([len(content)]) + b"?" * len(content)
        right = answer_to(request, [v2c.OctetString(b"?" * len(content))])
        agent.transport.sendto(right.replace(octets, b"\x41" + octets[1:2] + content), addr)

    async def ask(link: Link, _agent: Agent) -> Answer | None:
        try:
            return await link.ask("get", [SYS_NAME], [0.3])
        except TimeoutError:
            return None

    # pysnmp refuses the whole message, which then looks like silence.
    expected = None if engine == "pysnmp" else Answer(0, 0, [(SYS_NAME, 2**32 - 1)])
    assert run(engine, behave, ask) == expected


def test_garbage_and_halves_before_the_answer_are_ignored(engine: EngineName) -> None:
    def behave(agent: Agent, request: bytes, addr: Any) -> None:
        half = answer_to(request, [SW])[:-4]
        for noise in (b"", b"\x30", b"\x30\x82\xff\xff", half, request, b"GET / HTTP/1.1"):
            agent.transport.sendto(noise, addr)
        honest(agent, request, addr)

    assert run(engine, behave, ask_name) == GOOD


def test_an_answer_to_another_question_is_ignored(engine: EngineName) -> None:
    def behave(agent: Agent, request: bytes, addr: Any) -> None:
        agent.transport.sendto(answer_to(request, [v2c.OctetString(b"old")], shift=-1), addr)
        honest(agent, request, addr)

    assert run(engine, behave, ask_name) == GOOD


def test_a_late_answer_to_an_earlier_question_does_not_answer_the_next(engine: EngineName) -> None:
    late: list[tuple[bytes, Any]] = []

    def behave(agent: Agent, request: bytes, addr: Any) -> None:
        if question_in(request)[2] != (SYS_NAME,):
            late.append((request, addr))
            return
        for earlier, sender in late:
            agent.transport.sendto(answer_to(earlier, [v2c.OctetString(b"late")]), sender)
        honest(agent, request, addr)

    async def work(link: Link, agent: Agent) -> Answer:
        with pytest.raises(TimeoutError):
            await link.ask("get", [NAMES[0]], [0.05])
        return await ask_name(link, agent)

    assert run(engine, behave, work) == GOOD


def test_an_answer_from_another_address_is_refused(engine: EngineName) -> None:
    async def work(link: Link, agent: Agent) -> Answer:
        loop = asyncio.get_running_loop()
        liar, _protocol = await loop.create_datagram_endpoint(
            asyncio.DatagramProtocol, local_addr=("127.0.0.2", 0)
        )

        def behave(agent: Agent, request: bytes, addr: Any) -> None:
            liar.sendto(answer_to(request, [v2c.OctetString(b"lie")]), addr)
            loop.call_later(0.05, honest, agent, request, addr)

        agent.behave = behave
        try:
            return await ask_name(link, agent)
        finally:
            liar.close()

    assert run(engine, honest, work) == GOOD


def test_a_lost_question_is_asked_again(engine: EngineName) -> None:
    def behave(agent: Agent, request: bytes, addr: Any) -> None:
        if agent.requests == 2:
            honest(agent, request, addr)

    assert run(engine, behave, ask_name) == GOOD


def test_a_late_answer_to_the_first_sending_still_counts(engine: EngineName) -> None:
    if engine == "gufo":
        pytest.skip("gufo gives every sending a request id of its own")
    kept: list[tuple[bytes, Any]] = []

    def behave(agent: Agent, request: bytes, addr: Any) -> None:
        kept.append((request, addr))
        if agent.requests == 2:
            honest(agent, *kept[0])

    assert run(engine, behave, ask_name) == GOOD


def test_silence_is_a_time_out_after_every_try(engine: EngineName) -> None:
    async def work(link: Link, agent: Agent) -> int:
        with pytest.raises(TimeoutError):
            await link.ask("get", [SYS_NAME], [0.05, 0.05, 0.05])
        return agent.requests

    assert run(engine, lambda *_arguments: None, work) == 3


def test_a_closed_port_is_known_without_waiting(engine: EngineName) -> None:
    async def work(link: Link, agent: Agent) -> None:
        agent.transport.close()
        await asyncio.sleep(0)
        with pytest.raises(ConnectionRefusedError):
            await link.ask("get", [SYS_NAME], [600.0])

    run(engine, honest, work)


def test_a_question_after_a_refusal_is_asked_again(engine: EngineName) -> None:
    """The error of an earlier datagram must not spoil the socket."""

    async def main() -> Answer:
        async with listening(honest) as agent:
            port = agent.port
            target = Target("127.0.0.1", community="c", port=port)
            link = await engine_named(engine, target).connect(target)
            agent.transport.close()
            await asyncio.sleep(0)
            with pytest.raises(OSError):
                await link.ask("get", [SYS_NAME], [600.0])
        loop = asyncio.get_running_loop()
        transport, agent = await loop.create_datagram_endpoint(
            lambda: Agent(honest), local_addr=("127.0.0.1", port)
        )
        try:
            return await ask_name(link, agent)
        finally:
            link.close()
            transport.close()

    assert asyncio.run(main()) == GOOD


def test_an_answer_of_many_kilobytes_is_read(engine: EngineName) -> None:
    def behave(agent: Agent, request: bytes, addr: Any) -> None:
        agent.transport.sendto(answer_to(request, [v2c.OctetString(b"x" * 9000)]), addr)

    assert run(engine, behave, ask_name).varbinds == [(SYS_NAME, b"x" * 9000)]


UNEVEN = table(
    IF_ENTRY,
    {
        2: {(row,): b"port %d" % row for row in range(1, 61)},
        3: {(row,): 6 for row in range(1, 61)},
        5: {(row,): 1000 for row in range(1, 31)},  # shorter than the others
        8: {(row,): 1 for row in range(2, 61)},  # without the first row
        9: {},
    },
)
AFTER = {(*IF_ENTRY[:-2], 3, 1): 7}


@pytest.mark.parametrize("after", [AFTER, {}])
@pytest.mark.parametrize("refuses", [(), (1,), (0, 1, 2)])
def test_a_table_with_uneven_columns_is_read_whole(
    engine: EngineName, after: dict[Oid, Value], refuses: tuple[int, ...]
) -> None:
    device = FakeDevice({**UNEVEN, **after, SYS_NAME: b"sw"})
    device.twist = lambda question: (
        Answer(1, 0, [(name, None) for name in question.oids]) if question.number in refuses else None
    )
    spec = TableSpec(name="t", entry=IF_ENTRY, columns={"a": 2, "b": 3, "c": 5, "d": 8, "e": 9})

    async def main() -> Any:
        async with listening(obedient(device)) as agent:
            target = Target("127.0.0.1", community="c", port=agent.port)
            async with Session(engine_named(engine, target), target, 60) as session:
                return await read_table(session, spec)

    found = asyncio.run(main())

    cells = {
        (*IF_ENTRY, spec.columns[c], *index): v for index, row in found.rows.items() for c, v in row.items()
    }
    assert (found.status, cells) == ("ok", UNEVEN)


def test_an_unknown_engine_is_named_with_a_suggestion() -> None:
    with pytest.raises(InputError, match="gufoo"):
        engine_named("gufoo", Target("192.0.2.1"))  # type: ignore[arg-type]


def test_gufo_that_is_not_installed_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gufo_engine, "IS_INSTALLED", False)

    with pytest.raises(ConfigError, match="pip install"):
        engine_named("gufo", Target("192.0.2.1"))


def test_version_3_without_a_user_is_a_configuration_error() -> None:
    with pytest.raises(ConfigError, match="needs a user"):
        engine_named("auto", Target("192.0.2.1", version="3"))


def test_gufo_refuses_a_context_before_it_asks() -> None:
    if not gufo_engine.IS_INSTALLED:
        pytest.skip("gufo-snmp has no wheel for this machine")

    with pytest.raises(ConfigError, match="context"):
        engine_named("gufo", Target("192.0.2.1", version="3", user=User("u", context="vlan-1")))


def test_targets_share_an_engine_that_remembers_what_it_learned() -> None:
    one, two = (Target(f"192.0.2.{number}", version="3", user=User("u")) for number in (1, 2))

    assert engine_named("auto", one) is engine_named("auto", two)
