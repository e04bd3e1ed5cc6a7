"""Refusals, the screen, and the names of ports."""

from __future__ import annotations

import pytest
import ssh_transcripts as said
from hypothesis import given
from hypothesis import strategies as st

from agent.ssh.ports import Ports, key, tidy_mac
from agent.ssh.screen import last_line, lines_seen
from agent.ssh.text import refusal, says_none
from inventory.reading import Interface


@pytest.mark.parametrize(
    "line",
    [
        "% Unrecognized command found at '^' position.",
        "Error: Unrecognized command found at '^' position.",
        "Error: Wrong parameter found at '^' position.",
        "% Invalid input detected at '^' marker.",
        "%Error 20201: Unrecognized command",
        "syntax error, expecting <command>.",
        "bad command name foo (line 1 column 1)",
        "command parse error before 'foo'",
        "Invalid input: foo",
        "Permission denied.",
        "bash: display: command not found",
    ],
)
def test_a_refusal_is_recognised(line: str) -> None:
    assert refusal(["            ^", line]) is not None


def test_an_answer_is_no_refusal() -> None:
    assert refusal(said.VRP_ROUTES.splitlines()) is None
    assert refusal([]) is None


@pytest.mark.parametrize("text", ["", "\n \n", "Total: 0  Dynamic: 0", "No neighbors found", "设备不存在"])
def test_a_word_for_nothing_is_recognised(text: str) -> None:
    assert says_none(text.splitlines())


@pytest.mark.parametrize(
    ("raw", "seen"),
    [
        (b"a\r\nb\r\n", ["a", "b", ""]),
        (b"  ---- More ----\x1b[16D                \x1b[16Dnext\r\n", ["next", ""]),
        (b"--More--\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\bnext", ["next"]),
        (b"--More-- \r         \rnext", ["next"]),
        (b"\x1b[32mgreen\x1b[0m", ["green"]),
        ("一楼".encode("gbk"), ["一楼"]),
        ("一楼".encode(), ["一楼"]),
        ("温度 39°C".encode(), ["温度 39°C"]),
        ("39°C".encode(), ["39°C"]),
        (b"wrong\x1b[2K\rright", ["right"]),
    ],
)
def test_the_screen_shows_what_a_person_would_see(raw: bytes, seen: list[str]) -> None:
    assert lines_seen(raw) == seen


@given(st.binary(max_size=200))
def test_any_octets_can_be_shown(raw: bytes) -> None:
    assert last_line(raw) == lines_seen(raw)[-1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("GE1/0/1", "GigabitEthernet1/0/1"),
        ("Gi1/0/1", "GigabitEthernet 1/0/1"),
        ("XGE0/0/1", "XGigabitEthernet0/0/1"),
        ("XGE1/0/49", "Ten-GigabitEthernet1/0/49"),
        ("Te1/1", "TenGigabitEthernet1/1"),
        ("Vlan100", "Vlan-interface100"),
        ("VLAN 30", "Vlan30"),
        ("BAGG1", "Bridge-Aggregation1"),
        ("Eth1/6", "Ethernet1/6"),
    ],
)
def test_two_ways_to_write_a_port_have_one_key(one: str, other: str) -> None:
    assert key(one) == key(other)


def test_the_name_as_it_stands_goes_before_other_ways_to_write_it() -> None:
    ports = Ports([Interface(if_index=3, name="VLAN-1"), Interface(if_index=73, name="Vl1", descr="Vlan1")])

    assert ports.if_index("Vlan1") == 73
    assert ports.if_index("vlan-1") == 3
    assert ports.if_index("VLAN 1") is not None
    assert ports.if_index(None) is None


def test_a_name_that_two_ports_have_belongs_to_neither() -> None:
    ports = Ports([Interface(if_index=1, name="ge1"), Interface(if_index=2, name="ge1")])

    assert ports.if_index("ge1") is None


@pytest.mark.parametrize("word", ["aaaa-bbbb-0001", "aaaa.bbbb.0001", "aa:aa:bb:bb:0:1", "aaaabb-bb0001"])
def test_a_mac_address_has_one_form(word: str) -> None:
    assert tidy_mac(word) == "aa:aa:bb:bb:00:01"
