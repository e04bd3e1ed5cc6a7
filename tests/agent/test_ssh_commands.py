"""Nothing but the commands in the data files can ever be written to a device."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from netmiko.ssh_dispatcher import CLASS_MAPPER

from agent.ssh import ntc
from agent.ssh.driver import Guarded
from agent.ssh.parse import ADAPTERS, PARSERS
from agent.ssh.platform import (
    FACTS,
    Command,
    Platform,
    permitted,
    platform_named,
    platform_of,
    platforms,
    text_of,
)
from agent.vendors.load import vendor_files
from inventory.errors import ConfigError, DeviceError
from inventory.reading import System

LOOKS = re.compile(
    r"(?:show|display|get|diagnose ipv6 neighbor-cache list|ip -6 (?:route|neigh|address) show)\b"
    r"|/[a-z0-9 -]+ print\b"
)
SESSION_ONLY = {
    "screen-length 0 temporary",
    "screen-length disable",
    "terminal length 0",
    "terminal width 0",
    "terminal width 256",
    "terminal width 511",
    "terminal pager 0",
    "no page",
    "set cli screen-length 0",
    "set cli screen-width 0",
    "more off",
    "skip-page-display",
    "disable clipaging session",
}
"""Commands that change the session and nothing beyond it, by each maker's manual."""
ALL = [pytest.param(platform, id=name) for name, platform in platforms().items()]
COMMANDS = [
    pytest.param(platform, command, id=f"{name}: {command.send}")
    for name, platform in platforms().items()
    for command in platform.command
]
EVIL = [
    "reload",
    "reboot",
    "system-view",
    "configure terminal",
    "config system console",
    "write memory",
    "display current-configuration",
    "display ipv6 routing-table; reboot",
    "display ipv6 routing-table | include x",
    "display ipv6 routing-table > flash:/x",
    "display ipv6 routing-table\nreboot",
    "display ipv6 routing-table\r",
    " display ipv6 routing-table",
    "display\u00a0ipv6 routing-table",
    "dis ipv6 routing-table",
    "DISPLAY IPV6 ROUTING-TABLE",
    "",
]


@pytest.mark.parametrize(("platform", "command"), COMMANDS)
def test_every_command_in_the_data_only_looks(platform: Platform, command: Command) -> None:
    assert LOOKS.match(command.send)
    assert not re.search(r"[;|<>&`$\n\r\t\\!?]|\s{2}", command.send)
    assert command.send.isascii()
    assert text_of(platform, command.send, {"interface": "Eth1/1"} if "{" in command.send else None)


@pytest.mark.parametrize("platform", ALL)
def test_what_is_sent_around_the_commands_changes_nothing_that_lasts(platform: Platform) -> None:
    assert set(platform.paging_off) <= SESSION_ONLY
    assert platform.leave in {"quit", "exit", "logout", "/quit"}
    assert platform.enable in {"", "enable"}
    assert {dialog.answer for dialog in platform.dialog} <= {"N", "n", "", "a", "\x03"}


@pytest.mark.parametrize("text", EVIL)
@pytest.mark.parametrize("platform", ALL)
def test_a_text_that_is_not_literally_in_the_list_is_refused(platform: Platform, text: str) -> None:
    with pytest.raises(DeviceError, match="not in the list"):
        text_of(platform, text)


@given(st.text(max_size=60))
def test_no_text_but_those_of_the_list_passes(text: str) -> None:
    platform = platforms()["vrp"]
    if text in {command.send for command in platform.command}:
        return
    with pytest.raises(DeviceError):
        text_of(platform, text)


ONE_PORT = Platform(
    driver="linux",
    prompt="x",
    leave="exit",
    command=[Command(fact="optics", send="show interface {interface}", parser="optics.blocks")],
)


@pytest.mark.parametrize("name", ["GigabitEthernet1/0/1", "xe-0/0/0.0", "ether1", "Vlanif10"])
def test_the_name_of_a_port_may_stand_in_a_command(name: str) -> None:
    assert text_of(ONE_PORT, "show interface {interface}", {"interface": name}) == f"show interface {name}"


@pytest.mark.parametrize(
    "name",
    ["", "ge1;reboot", "ge 1", "ge1\n", "ge1|x", "1/0/1", "ge1 | no-more", "g" * 60, "口1", "{interface}"],
)
def test_what_is_no_name_of_a_port_is_refused_in_a_command(name: str) -> None:
    with pytest.raises(DeviceError):
        text_of(ONE_PORT, "show interface {interface}", {"interface": name})


def test_a_parameter_that_is_missing_or_too_much_is_refused() -> None:
    with pytest.raises(DeviceError):
        text_of(ONE_PORT, "show interface {interface}")
    with pytest.raises(DeviceError):
        text_of(platforms()["vrp"], "display version", {"interface": "ge1"})


class _Recorder:
    def __init__(self) -> None:
        self.sent: list[str] = []

    def write_channel(self, out_data: str) -> None:
        self.sent.append(out_data)


class _Driver(Guarded, _Recorder):
    pass


@given(
    st.sampled_from([*EVIL, "display version", "quit", "N", " ", "screen-length 0 temporary"]), st.booleans()
)
def test_the_last_gate_lets_out_what_the_session_is_for_and_nothing_else(text: str, enter: bool) -> None:
    driver = _Driver()
    driver.permitted = permitted(platforms()["vrp"], ["display version"], "\n")
    whole = text + "\n" * enter
    fine = whole in {"display version\n", "quit\n", "N\n", " ", "\n", "screen-length 0 temporary\n"}

    if fine:
        driver.write_channel(whole)
    else:
        with pytest.raises(DeviceError):
            driver.write_channel(whole)

    assert driver.sent == ([whole] if fine else [])


@pytest.mark.parametrize("platform", ALL)
def test_a_platform_file_names_only_what_exists(platform: Platform) -> None:
    assert platform.driver in CLASS_MAPPER
    re.compile(platform.prompt)
    assert platform.facts == [fact for fact in FACTS if platform.commands(fact)]
    for command in platform.command:
        assert command.parser in PARSERS or (command.parser in ADAPTERS and command.template)
        assert not command.fallback or command.fallback in PARSERS
        assert not command.template or ntc.rows_of(command.template, []) is not None


@pytest.mark.parametrize(
    ("vendor", "family", "name"),
    [
        ("Huawei", "VRP", "vrp"),
        ("Huawei", "YunShan OS", "vrp"),
        ("H3C", "Comware", "comware"),
        ("HPE", "Comware", "comware"),
        ("HPE", "ProCurve", "procurve"),
        ("Ruijie", "RGOS", "rgos"),
        ("ZTE", "ZXROS", "zxros"),
        ("Cisco", "IOS XE", "ios"),
        ("Cisco", "NX-OS", "nxos"),
        ("Cisco", "AireOS", None),
        ("Juniper", "Junos", "junos"),
        ("Nobody", None, None),
        (None, None, None),
    ],
)
def test_the_platform_follows_from_what_snmp_told(
    vendor: str | None, family: str | None, name: str | None
) -> None:
    assert platform_of(System(vendor=vendor, family=family)) == name


def test_a_platform_fits_only_makers_and_families_that_snmp_can_tell() -> None:
    known = {(item.vendor or file.vendor, item.family) for file in vendor_files() for item in file.product}
    makers = {(vendor, "") for vendor, _family in known}

    fits = {pair for platform in platforms().values() for pair in platform.fits}

    assert fits <= known | makers


def test_every_platform_and_what_it_tells_is_documented() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "ssh.md").read_text(encoding="utf-8")

    for name, platform in platforms().items():
        assert re.search(rf"^\| `{name}` \| .* \| {', '.join(platform.facts)} \|$", page, re.MULTILINE), name


def test_a_platform_that_does_not_exist_is_an_error_that_lists_those_that_do() -> None:
    with pytest.raises(ConfigError, match=r"comware.*vrp"):
        platform_named("vpr")
