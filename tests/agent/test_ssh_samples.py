"""Real command outputs (ntc-templates' samples, Oxidized's sessions) against what we read in them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from shared import CLI, need
from ssh_server import Script, Server, host_key, playing

from agent.ssh.hostkeys import HostKey, KnownHosts
from agent.ssh.parse import ADAPTERS, PARSERS, parsed
from agent.ssh.platform import Command, Fact, platforms
from agent.ssh.ports import tidy_mac
from agent.ssh.session import SshPool, read_ssh
from agent.ssh.target import SshTarget
from agent.ssh.text import ipv6
from agent.ssh.told import SshFacts, Told

pytestmark = [pytest.mark.recordings, need(CLI)]

FAMILIES = (
    "huawei_vrp",
    "hp_comware",
    "zte_zxros",
    "cisco_ios",
    "cisco_nxos",
    "cisco_asa",
    "juniper_junos",
    "arista_eos",
    "aruba_aoscx",
    "hp_procurve",
    "mikrotik_routeros",
    "fortinet",
    "ruckus_fastiron",
)
CELLS: Mapping[str, Mapping[str, str]] = {
    "ntc.system": {"model": "model", "serial": "serial", "software": "software", "sys_name": "sys_name"},
    "ntc.lldp": {
        "local_port": "local_interface",
        "chassis_id": "chassis_id",
        "port_id": "port_id",
        "sys_name": "neighbor_name",
        "sys_descr": "neighbor_description",
        "address": "mgmt_address",
    },
    "ntc.neighbors": {"interface": "interface", "address": "address", "mac": "mac_address"},
    "ntc.optics": {
        "name": "interface",
        "rx_dbm": "rx_pwr",
        "tx_dbm": "tx_pwr",
        "temperature_c": "temperature",
        "voltage_v": "voltage",
        "type": "type",
        "serial": "serial",
    },
    "ntc.aps": {"name": "name", "mac": "mac_address", "model": "model", "ip": "ip_address", "group": "group"},
}
"""Which cell of a sample must be in which field of a record."""


def samples(command: Command) -> Iterator[tuple[Path, list[dict[str, Any]]]]:
    """The outputs of a command with what they should give."""
    family = next(name for name in FAMILIES if command.template.startswith(name))
    for raw in sorted((CLI / family / command.template[len(family) + 1 :]).glob("*.raw")):
        yield raw, yaml.safe_load(raw.with_suffix(".yml").read_text(encoding="utf-8"))["parsed_sample"]


def lines_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8", errors="replace").splitlines()


def records(told: Told) -> list[Any]:
    """All records of an answer."""
    if told.system is not None:
        return [told.system]
    if told.wireless is not None:
        return list(told.wireless.aps)
    return list(told.lldp or told.neighbors or told.optics or [])


def expected(command: Command, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """The cells of a sample by our field names, as comparable text; rows that hold nothing are left out."""
    found = []
    for row in rows:
        named = {**row, **{ours: row.get(theirs, "") for ours, theirs in command.columns.items()}}
        cells = {field: comparable(named.get(cell)) for field, cell in CELLS[command.parser].items()}
        found.append({field: text for field, text in cells.items() if text})
    return found


def comparable(value: object) -> str:
    """A value as text: addresses, MAC addresses and numbers in one form."""
    if isinstance(value, list):
        return comparable(value[0]) if value else ""
    text = "" if value is None else str(value).strip()
    address = ipv6(text)
    if tidy_mac(text):
        return str(tidy_mac(text))
    if address is not None:
        return str(address)
    try:
        return repr(float(text))
    except ValueError:
        return text if text not in ("-", "N/A", "N/A ") else ""


TEMPLATED = [
    pytest.param(name, command, id=f"{name}: {command.send}")
    for name, platform in platforms().items()
    for command in platform.command
    if command.template
]
NOT_KEPT = {
    # A port without a module, one row each; multicast and unresolved neighbours; further units of a stack.
    "cisco_nxos_show_interface_transceiver": lambda row: "type" in row or "serial" in row,
    "mikrotik_routeros_ipv6_neighbor_print_without-paging": lambda row: (
        "mac" in row and not row["address"].startswith("ff")
    ),
}


@pytest.mark.parametrize(("name", "command"), TEMPLATED)
def test_every_sample_of_a_templated_command_gives_the_values_that_it_should(
    name: str, command: Command
) -> None:
    told_cells = wanted_cells = 0
    differing = []
    for path, rows in samples(command):
        told = parsed(command, lines_of(path))
        assert told is not None, path.name
        kept = NOT_KEPT.get(command.template, lambda _row: True)
        wanted = [row for row in expected(command, rows) if kept(row)]
        if command.parser == "ntc.system":
            wanted = next(([row] for row in wanted if row.keys() & {"model", "serial", "software"}), [])
        assert len(records(told)) == len(wanted), path.name
        for record, row in zip(records(told), wanted, strict=True):
            for field, text in row.items():
                wanted_cells += 1
                same = comparable(getattr(record, field)) == text
                told_cells += same
                differing += [] if same else [(path.name, field, getattr(record, field), text)]
    if wanted_cells == 0:
        pytest.skip("no sample of this command in the shared set")
    assert told_cells >= 0.99 * wanted_cells, differing


def own(parser: str, path: str) -> Told:
    found = PARSERS[parser](lines_of(CLI / path))
    assert found is not None
    return found


def sample(path: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = yaml.safe_load((CLI / path).read_text(encoding="utf-8"))["parsed_sample"]
    return rows


def test_the_reader_of_neighbour_lines_agrees_with_the_sample_of_ios() -> None:
    base = next((CLI / "cisco_ios/show_ipv6_neighbors").glob("*.raw")).with_suffix("")
    told = own("neighbors.rows", f"{base}.raw")

    assert [(item.interface, item.address, item.mac) for item in told.neighbors or []] == [
        (row["interface"], comparable(row["address"]), tidy_mac(row["mac_address"]))
        for row in sample(f"{base}.yml")
        if tidy_mac(row["mac_address"])
    ]


def test_the_reader_of_neighbour_blocks_agrees_with_the_sample_of_vrp() -> None:
    base = "huawei_vrp/display_ipv6_neighbors/huawei_vrp_display_ipv6_neighbors_description1"
    told = own("neighbors.blocks", f"{base}.raw")

    assert [(item.interface, item.address, item.mac, item.state) for item in told.neighbors or []] == [
        (row["interface"], comparable(row["ipv6_address"]), tidy_mac(row["mac_address"]), "stale")
        for row in sample(f"{base}.yml")
    ]


def test_the_default_route_of_an_edgerouter_is_found_among_its_routes() -> None:
    path = next((CLI / "ubiquiti_edgerouter/show_ipv6_route").glob("*.raw"))
    told = PARSERS["routes.via"](lines_of(path))

    assert told is not None
    assert [(port, route.next_hop) for port, route in told.routes or []] == [("pppoe4", None)]


@pytest.mark.parametrize("path", sorted((CLI / "linux/ip_address_show").glob("*.raw")), ids=lambda p: p.stem)
def test_the_addresses_of_a_linux_host_agree_with_the_sample(path: Path) -> None:
    rows = yaml.safe_load(path.with_suffix(".yml").read_text(encoding="utf-8"))["parsed_sample"]
    told = PARSERS["interfaces.linux"](lines_of(path))

    assert told is not None
    assert [(port, item.address, str(item.prefix_length)) for port, item in told.addresses or []] == [
        (row["interface"], comparable(address), mask)
        for row in rows
        for address, mask in zip(row["ipv6_addresses"], row["ipv6_masks"], strict=True)
        if address != "::1"
    ]


@pytest.mark.parametrize(
    "path", sorted((CLI / "huawei_vrp/display_version").glob("*.raw")), ids=lambda p: p.stem
)
def test_the_plain_reader_of_versions_agrees_on_the_model(path: Path) -> None:
    row = yaml.safe_load(path.with_suffix(".yml").read_text(encoding="utf-8"))["parsed_sample"][0]
    told = PARSERS["versions.words"](lines_of(path))

    assert told is not None
    assert told.system is not None
    assert row["model"] in (told.system.model or "")
    assert row["vrp_version"] in (told.system.software or "")


def plain(text: str) -> str:
    r"""The text of a session file: its escapes (\r, \x20) as the characters that they stand for."""
    return (
        text.replace("\\r\n", "\r\n")
        .replace("\\r", "\r")
        .replace("\\x20", " ")
        .replace("\\t", "\t")
        .replace("\\e", "\x1b")
        .replace('\\"', '"')
    )


def session(name: str, prompt: str | None = None) -> Script:
    """A recorded session as a device: the prompt, and the answer to every command, page by page."""
    recorded = yaml.safe_load((CLI / "sessions" / name).read_text(encoding="utf-8"))
    pages: dict[str, list[str]] = {}
    command = ""
    commands = recorded["commands"]
    steps = (
        list(commands.items())
        if isinstance(commands, dict)
        else [pair for one in commands for pair in one.items()]
    )
    last = plain(recorded.get("init_prompt") or "").rpartition("\n")[2].lstrip("\r")
    shown = prompt or last
    for typed, text in steps:
        if typed != " ":
            command = typed.strip()
            pages[command] = []
        body = plain(text or "").removeprefix(command).lstrip("\r\n")
        pages[command].append(body.removesuffix(last) if not prompt else body + "\r\n")
    banner = plain(recorded.get("init_prompt") or "").removesuffix(last)
    return Script(prompt=shown, banner=banner, pages=pages, unknown="% Invalid input detected at '^' marker.")


def replayed(script: Script, platform: str, wants: Sequence[Fact]) -> tuple[SshFacts, Server]:
    async def go(server: Server) -> SshFacts:
        key = host_key(script.key)
        known = KnownHosts().trusting("127.0.0.1", server.port, HostKey(key.get_name(), key.asbytes()))
        target = SshTarget(
            "127.0.0.1",
            script.user,
            platform=platform,
            password=script.password,
            port=server.port,
            timeout_s=5,
        )
        with SshPool() as pool:
            return await read_ssh(target, wants, known_hosts=known, pool=pool, limit_s=30)

    with playing(script) as server:
        return asyncio.run(go(server)), server


SESSIONS = [
    (
        "h3c__5130-48G_7.1.070__simulation.yaml",
        None,
        "comware",
        "5130 48G PoE+ 4SFP+ EI Switch",
        "7.1.070",
    ),
    ("fsos__S3400-48T4SP_2.0.2J-120538__simulation.yaml", None, "fsos", None, "2.0.2J"),
    ("ios__C9200L-24P-4G_17.09.04a__simulation.yaml", None, "ios", "C9200L-24P-4G", "17.9.4a"),
    ("nxos__C93180YC-FX3J_10.4.5__simulation.yaml", None, "nxos", "93180YC-FX3", "10.4(5)"),
    ("junos__srx300_22.4__simulation.yaml", "user@srx300> ", "junos", "srx300", "22.4R3-S2.11"),
    ("routeros__L009UiGS_7.15.2__simulation.yaml", "[admin@MikroTik] > ", "routeros", "L009UiGS", "7.15.2"),
    ("routeros__CHR_7.10.1__simulation.yaml", "[admin@MikroTik] > ", "routeros", "CHR", "7.10.1"),
    ("aoscx__8325H_HL.10.15.1020__simulation.yaml", None, "aoscx", "8325H", "HL.10.15.1020"),
    ("aoscx__6300M-48G-4SFP56_10.13.1101__simulation.yaml", None, "aoscx", "6300M", "FL.10.13.1101"),
    ("fortigate__FortiGate-3001F_7.4.8_HA__simulation.yaml", None, "fortios", None, "7.4.8"),
    ("fortigate__FortiGate-91G_7.4.7__simulation.yaml", None, "fortios", None, "7.4.7"),
]


@pytest.mark.parametrize(
    ("file", "prompt", "platform", "model", "software"), SESSIONS, ids=[row[0] for row in SESSIONS]
)
def test_a_recorded_session_is_logged_in_to_and_read(
    file: str, prompt: str | None, platform: str, model: str | None, software: str
) -> None:
    told, server = replayed(session(file, prompt), platform, ["version"])

    assert told.outcome == "ok", told.notes
    assert software in (told.system.software or ""), told
    assert model is None or model in (told.system.model or "")
    allowed = {*platforms()[platform].paging_off, platforms()[platform].leave} | {
        command.send for command in platforms()[platform].command
    }
    assert set(server.typed) <= {*allowed, ""}


def test_the_transceivers_of_a_firewall_are_read_over_its_pages() -> None:
    told, _server = replayed(
        session("fortigate__FortiGate-3001F_7.4.8_HA__simulation.yaml"), "fortios", ["optics"]
    )

    assert told.tables["ssh: get system interface transceiver"].status == "ok"
    assert len(told.optics or []) > 1
    assert any(optic.rx_dbm is not None for optic in told.optics or [])


def test_the_light_of_a_firewalls_port_has_its_value_and_its_module() -> None:
    told, _server = replayed(
        session("fortigate__FortiGate-91G_7.4.7__simulation.yaml"), "fortios", ["optics"]
    )

    assert [(o.name, o.type, o.vendor, o.rx_dbm, o.tx_dbm, o.temperature_c) for o in told.optics or []] == [
        ("wan1", "10GBASE-SR", "FORTINET", -26.8, -2.7, 51.8)
    ]


def test_the_modules_of_an_aoscx_switch_have_their_serial_numbers() -> None:
    told, _server = replayed(
        session("aoscx__R0X25A-6410_FL.10.10.1100__simulation.yaml"), "aoscx", ["optics"]
    )

    assert told.optics
    assert all(optic.name and optic.type and optic.serial for optic in told.optics)


def test_every_adapter_is_used_by_some_platform() -> None:
    commands = [command for platform in platforms().values() for command in platform.command]
    used = {name for command in commands for name in (command.parser, command.fallback) if name}

    assert used == set(PARSERS) | set(ADAPTERS)
