"""Our SNMPv3: keys against the RFCs, messages against damage, users against mistakes."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from udp_agent import Agent, listening

from agent.snmp import ber, usm_keys, usm_message
from agent.snmp.engine import Answer, Link, oid
from agent.snmp.target import Auth, Priv, Target, User
from agent.snmp.usm import UsmEngine
from agent.snmp.usm_message import Head, Peer
from inventory.errors import ConfigError, NoAnswer

ENGINE_ID = bytes.fromhex("000000000000000000000002")
SYS_NAME = oid("1.3.6.1.2.1.1.5.0")
USER = User("u", auth="SHA256", auth_key="authpass-12", priv="AES128", priv_key="privpass-12")
OPEN = User("u")
KEYS = usm_keys.keys_of(USER, ENGINE_ID)
UNKNOWN_ENGINE, NOT_IN_TIME = (oid(f"1.3.6.1.6.3.15.1.1.{number}.0") for number in (4, 2))


@pytest.mark.parametrize(
    ("auth", "key"),
    [  # RFC 3414, A.3.1 and A.3.2
        ("MD5", "526f5eed9fcce26f8964c2930787d82b"),
        ("SHA1", "6695febc9288e36282235fc7151f128497b38f3f"),
    ],
)
def test_keys_are_those_of_the_rfc(auth: Auth, key: str) -> None:
    assert usm_keys.localized(auth, b"maplesyrup", ENGINE_ID).hex() == key


@pytest.mark.parametrize("priv", ["DES", "AES128", "AES192", "AES256"])
@pytest.mark.parametrize("plain", [b"", b"x", b"sixteen octets!!", b"x" * 1400])
def test_what_is_encrypted_can_be_decrypted(priv: Priv, plain: bytes) -> None:
    key = bytes(range(32))[: {"AES192": 24, "AES256": 32}.get(priv, 16)]

    parameters, text = usm_keys.encrypted(priv, key, 3, 4711, 2**64 - 1, plain)

    found = usm_keys.decrypted(priv, key, 3, 4711, parameters, text)
    assert found[: len(plain)] == plain
    assert plain == b"" or text[: len(plain)] != plain


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"auth_key": "short"}, "8 characters"),
        ({"priv_key": "short"}, "8 characters"),
        ({"auth": None}, "without authentication"),
        ({"priv": None}, "without its protocol"),
        ({"auth": "MD5"}, "allow_md5"),
        ({"priv": "DES"}, "allow_des"),
        ({"name": ""}, "1 to 32"),
        ({"name": "x" * 33}, "1 to 32"),
    ],
)
def test_a_user_that_cannot_be_is_refused_with_the_reason(change: dict[str, Any], match: str) -> None:
    with pytest.raises(ConfigError, match=match):
        dataclasses.replace(USER, **change)


def test_the_secrets_of_a_user_stay_out_of_repr() -> None:
    target = Target("192.0.2.1", version="3", user=USER)

    assert "pass-12" not in repr(target) + repr(KEYS)


def test_privacy_without_ciphers_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usm_keys, "HAS_CIPHERS", False)

    with pytest.raises(ConfigError, match="pip install"):
        asyncio.run(UsmEngine().connect(Target("127.0.0.1", version="3", user=USER)))


def answer(user: User, keys: usm_keys.Keys, peer: Peer, message_id: int, value: bytes = b"sw-01") -> bytes:
    """The message of an agent that answers sysName."""
    varbind = b"\x06\x08" + ber.oid_content(SYS_NAME) + ber.tlv(ber.OCTETS, value)
    return usm_message.sealed(
        user, keys, peer, time.monotonic(), message_id, 99, _pdu(ber.RESPONSE, message_id, varbind)
    )


def report(user: User, keys: usm_keys.Keys, peer: Peer, message_id: int, counter: Any) -> bytes:
    """The message of an agent that reports a counter."""
    varbind = ber.tlv(0x06, ber.oid_content(counter)) + b"\x41\x01\x07"
    return usm_message.sealed(
        user, keys, peer, time.monotonic(), message_id, 99, _pdu(ber.REPORT, message_id, varbind)
    )


def _pdu(tag: int, request_id: int, varbind: bytes) -> bytes:
    head = ber.integer_tlv(request_id) + ber.integer_tlv(0) + ber.integer_tlv(0)
    return ber.tlv(tag, head + ber.tlv(ber.SEQUENCE, ber.tlv(ber.SEQUENCE, varbind)))


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_a_damaged_message_is_never_taken_for_a_signed_one(data: st.DataObject) -> None:
    whole = answer(USER, KEYS, Peer(ENGINE_ID, 1, 100, time.monotonic()), 7)
    damaged = bytearray(whole)
    damaged[data.draw(st.integers(0, len(whole) - 1))] ^= data.draw(st.integers(1, 255))
    cut = data.draw(st.sampled_from([len(whole), data.draw(st.integers(0, len(whole)))]))

    try:
        head = usm_message.head_of(bytes(damaged[:cut]))
    except ValueError:
        return

    assert not usm_message.is_signed_by(USER, KEYS, head, bytes(damaged[:cut]))


@given(st.binary(max_size=300))
def test_noise_is_refused(noise: bytes) -> None:
    try:
        usm_message.head_of(noise)
    except ValueError:
        return


def ask(user: User, behave: Callable[[Agent, Head, Any], None], times: int = 1) -> list[Answer]:
    """The answers of an agent that behaves so, to the same question asked on one link."""

    async def main() -> list[Answer]:
        def receive(agent: Agent, request: bytes, addr: Any) -> None:
            behave(agent, usm_message.head_of(request), addr)

        async with listening(receive) as agent:
            target = Target("127.0.0.1", port=agent.port, version="3", user=user)
            link: Link = await UsmEngine().connect(target)
            try:
                return [await link.ask("get", [SYS_NAME], [0.3]) for _time in range(times)]
            finally:
                link.close()

    return asyncio.run(main())


class Clockwork:
    """An agent with a clock that a test may turn back without counting a start, as some devices do."""

    def __init__(self, user: User = USER) -> None:
        self.user, self.keys = user, usm_keys.keys_of(user, ENGINE_ID)
        self.peer = Peer(ENGINE_ID, 1, 500_000, time.monotonic())
        self.strays: list[Callable[[Head], bytes]] = []
        self.asked = 0

    def behave(self, agent: Agent, head: Head, addr: Any) -> None:
        for stray in self.strays if head.engine_id else ():
            agent.transport.sendto(stray(head), addr)
        agent.transport.sendto(self._reply(head), addr)

    def _reply(self, head: Head) -> bytes:
        if head.engine_id != ENGINE_ID:
            return report(OPEN, usm_keys.Keys(), self.peer, head.message_id, UNKNOWN_ENGINE)
        if abs(head.time - self.peer.time) > 150:
            signed = dataclasses.replace(self.user, priv=None, priv_key="")
            return report(signed, self.keys, self.peer, head.message_id, NOT_IN_TIME)
        self.asked += 1
        self.peer = Peer(ENGINE_ID, 1, self.peer.time, time.monotonic())
        reply = answer(self.user, self.keys, self.peer, head.message_id)
        self.peer.time = 30  # it restarts after each answer, and forgets that it did
        return reply


def test_a_device_that_restarts_and_does_not_count_it_is_read_on() -> None:
    clockwork = Clockwork()

    found = ask(USER, clockwork.behave, times=2)

    assert [one.varbinds for one in found] == [[(SYS_NAME, b"sw-01")]] * 2
    assert clockwork.asked == 2


def test_values_can_be_read_with_their_types() -> None:
    clockwork = Clockwork()

    async def main() -> Answer:
        def receive(agent: Agent, request: bytes, addr: Any) -> None:
            clockwork.behave(agent, usm_message.head_of(request), addr)

        async with listening(receive) as agent:
            target = Target("127.0.0.1", port=agent.port, version="3", user=USER)
            link = await UsmEngine(lambda tag, content: bytes((tag,)) + content).connect(target)
            try:
                return await link.ask("get", [SYS_NAME], [1.0])
            finally:
                link.close()

    assert asyncio.run(main()).varbinds == [(SYS_NAME, b"\x04sw-01")]


def test_unsigned_wrongly_signed_and_plain_answers_are_ignored() -> None:
    clockwork = Clockwork()
    thief = dataclasses.replace(USER, auth_key="not-this-one")
    plain = dataclasses.replace(USER, priv=None, priv_key="")
    clockwork.strays = [
        lambda head: answer(OPEN, usm_keys.Keys(), clockwork.peer, head.message_id, b"lie"),
        lambda head: answer(
            thief, usm_keys.keys_of(thief, ENGINE_ID), clockwork.peer, head.message_id, b"lie"
        ),
        lambda head: answer(plain, clockwork.keys, clockwork.peer, head.message_id, b"lie"),
        lambda head: answer(USER, clockwork.keys, clockwork.peer, head.message_id + 1, b"late"),
        lambda _head: b"\x30\x82\xff\xff",
    ]

    found = ask(USER, clockwork.behave)

    assert found[0].varbinds == [(SYS_NAME, b"sw-01")]


def test_a_device_whose_clock_never_fits_is_told_apart_from_a_silent_one() -> None:
    def behave(agent: Agent, head: Head, addr: Any) -> None:
        counter = NOT_IN_TIME if head.engine_id else UNKNOWN_ENGINE
        peer = Peer(ENGINE_ID, 1, 100, time.monotonic())
        agent.transport.sendto(report(OPEN, usm_keys.Keys(), peer, head.message_id, counter), addr)

    with pytest.raises(NoAnswer, match="does not settle"):
        ask(USER, behave)


def test_a_silent_device_is_only_a_time_out() -> None:
    with pytest.raises(TimeoutError):
        ask(USER, lambda *_arguments: None)
