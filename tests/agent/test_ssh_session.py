"""Sessions with a real SSH server on loopback that plays a device."""

from __future__ import annotations

import asyncio

import ssh_transcripts as said
from ssh_reading import ROUTES, known, read, target_of, vrp
from ssh_server import Script, Server, playing

from agent.ssh.complete import complete
from agent.ssh.line import MAX_OCTETS
from agent.ssh.session import SshPool, read_ssh
from agent.ssh.told import SshFacts
from inventory.reading import Interface, Reading

NEIGHBORS = "display ipv6 neighbors"


def test_a_session_switches_paging_off_asks_and_says_goodbye() -> None:
    with playing(vrp()) as server:
        told = read(server)

    assert server.typed == ["screen-length 0 temporary", ROUTES, "quit"]
    assert told.outcome == "ok"
    assert told.routes is not None
    assert [(port, route.next_hop) for port, route in told.routes] == [
        ("Vlanif100", "fe80::2e0:fcff:fe12:3456")
    ]
    assert told.routes[0][1].source == f"ssh: {ROUTES}"
    assert told.tables[f"ssh: {ROUTES}"].status == "ok"


def test_a_device_that_cannot_switch_paging_off_is_read_page_by_page() -> None:
    with playing(vrp(more=4, paging_off=[])) as paged, playing(vrp()) as plain:
        assert read(paged).routes == read(plain).routes


def test_an_echo_that_is_broken_over_lines_is_no_part_of_the_answer() -> None:
    with playing(vrp(wide=20)) as server:
        told = read(server)

    assert told.tables[f"ssh: {ROUTES}"].status == "ok"
    assert told.notes == []


def test_a_log_message_behind_the_prompt_does_not_hold_up_the_session() -> None:
    with playing(vrp(late="\r\nNov 22 2026 10:00:00 gate %%01IFNET/4/LINK_STATE(l)[1]:up\r\n")) as server:
        told = read(server)

    assert told.outcome == "ok"
    assert told.routes


def test_a_slow_device_is_waited_for() -> None:
    with playing(vrp(slow_s=0.4, silent_s=0.5)) as server:
        assert read(server).routes


def test_a_command_about_one_interface_is_asked_of_those_with_an_address() -> None:
    answers = {
        "show ipv6 interface": said.RGOS_INTERFACES,
        "show ipv6 interface VLAN30 ra-info": said.RGOS_RA,
        "show ipv6 interface VLAN100 ra-info": said.RGOS_RA.replace("VLAN 30", "VLAN 100").replace(
            "running", "stopped"
        ),
    }
    with playing(Script(prompt="sw#", answers=answers)) as server:
        told = read(server, ["ra"], platform="rgos")

    assert [(state.interface, state.sends_ra) for state in told.ra or []] == [
        ("VLAN 30", True),
        ("VLAN 100", False),
    ]
    ports = [Interface(if_index=4126, name="VLAN 30"), Interface(if_index=4196, name="VLAN 100")]
    before = Reading(address="192.0.2.1", polled_at="x", outcome="ok", interfaces=ports)
    whole = complete(before, told)
    assert whole.ipv6_ra_interfaces == [4126]
    assert whole.tables["ipv6_ra_interfaces"].status == "ok"


def test_a_question_about_changing_the_password_is_answered_with_no() -> None:
    asks = "The password needs to be changed. Change now? [Y/N]:"
    with playing(vrp(asks=asks)) as server:
        told = read(server)

    assert server.typed[0] == "N"
    assert told.routes


def test_a_question_about_saving_the_configuration_is_answered_with_no() -> None:
    asks = "There are security risks in the configuration file. Save it now? [Y/N]:"
    with playing(vrp(asks=asks)) as server:
        told = read(server)

    assert server.typed[0] == "N"
    assert told.routes


def test_the_enable_password_is_given_where_the_user_level_may_not_look() -> None:
    script = Script(
        prompt="sw>",
        enable="en-Secret",
        answers={"show ipv6 route": said.RGOS_ROUTES},
        paging_off=["terminal length 0", "terminal width 256"],
    )
    with playing(script) as server:
        told = read(server, platform="rgos", enable_password="en-Secret")

    assert server.typed[0] == "enable"
    assert told.routes
    assert told.routes[0][0] == "VLAN 100"


def test_a_wrong_enable_password_ends_the_session_with_a_reason() -> None:
    with playing(Script(prompt="sw>", enable="en-Secret")) as server:
        told = read(server, platform="rgos", enable_password="wrong-Secret")

    assert "enable password" in told.notes[0]
    assert "wrong-Secret" not in str(told)


def test_a_command_that_the_device_lacks_is_unsupported() -> None:
    with playing(vrp()) as server:
        told = read(server, ["neighbors"])

    assert told.neighbors is None
    assert told.tables[f"ssh: {NEIGHBORS}"].status == "unsupported"
    assert "Unrecognized" in told.tables[f"ssh: {NEIGHBORS}"].detail


def test_another_way_to_ask_is_tried_only_where_the_first_was_refused() -> None:
    answers = {"display interface transceiver verbose": said.VRP8_TRANSCEIVERS}
    with playing(vrp(answers=answers)) as server:
        told = read(server, ["optics"])

    assert server.typed[1:3] == ["display transceiver verbose", "display interface transceiver verbose"]
    assert [optic.name for optic in told.optics or []] == ["100GE1/0/3"]


def test_an_answer_in_an_unknown_form_is_an_error_and_not_an_empty_table() -> None:
    with playing(vrp(answers={ROUTES: "Something quite different\r\nin two lines\r\n"})) as server:
        told = read(server)

    assert told.routes is None
    assert told.tables[f"ssh: {ROUTES}"].status == "error"


def test_an_answer_without_routes_is_the_devices_word_that_there_are_none() -> None:
    none = "Routing Table : Public\r\n         Destinations : 0        Routes : 0\r\n"
    with playing(vrp(answers={ROUTES: none})) as server:
        told = read(server)

    assert told.routes == []
    assert told.tables[f"ssh: {ROUTES}"].status == "empty"


def test_chinese_names_in_gbk_are_read() -> None:
    answers = {"display wlan ap all": said.COMWARE_APS.encode("gbk")}
    script = Script(prompt="<ac>", answers=answers, paging_off=["screen-length disable"])
    with playing(script) as server:
        told = read(server, ["aps"], platform="comware")

    assert told.wireless is not None
    assert [(ap.name, ap.state) for ap in told.wireless.aps] == [
        ("一楼大厅", "online"),
        ("lab 2", "offline"),
        ("gate", "online"),
    ]


def test_machines_of_people_leave_the_session_only_as_keyed_hashes() -> None:
    answers = {"display ipv6 neighbors all": said.COMWARE_NEIGHBORS}
    with playing(Script(prompt="<sw>", answers=answers)) as server:
        told = read(server, ["neighbors"], platform="comware")

    assert [entry.scope for _port, entry in told.neighbors or []] == ["global", "link_local", "global"]
    assert len({entry.station for _port, entry in told.neighbors or []}) == 2
    assert "aa:aa" not in str(told)
    assert "1234" not in str(told.neighbors)


def test_a_server_that_hangs_up_in_the_middle_leaves_what_it_told_before() -> None:
    answers = {ROUTES: said.VRP_ROUTES, "display ipv6 interface": said.VRP_INTERFACES}
    with playing(vrp(answers=answers, drop_at="display ipv6 interface")) as server:
        told = read(server, ["routes", "addresses"])

    assert told.outcome == "ok"
    assert told.routes
    assert told.addresses is None
    assert told.tables["ssh: display ipv6 interface"].status == "timeout"
    assert "ended the SSH session" in told.notes[0]


def test_a_server_that_falls_silent_in_the_middle_is_given_up_after_its_time() -> None:
    with playing(vrp(stall_at=ROUTES)) as server:
        told = read(server, timeout_s=1.0)

    assert told.tables[f"ssh: {ROUTES}"].status == "timeout"
    assert "no end of the answer" in told.notes[0]


def test_the_limit_for_a_device_holds_for_all_its_commands_together() -> None:
    with playing(vrp(stall_at=ROUTES)) as server:
        told = read(server, timeout_s=30.0, limit_s=2.0)

    assert "time for this device is used up" in told.notes[0]


def test_an_answer_without_end_is_cut_and_the_session_ended() -> None:
    flood = said.VRP_ROUTES + ("x" * 126 + "\n") * (10 * 1024 * 1024 // 127)
    with playing(vrp(answers={ROUTES: flood})) as server:
        told = read(server, ["routes", "neighbors"])

    assert len(flood) > MAX_OCTETS
    assert told.tables[f"ssh: {ROUTES}"].status == "partial"
    assert told.routes
    assert NEIGHBORS not in server.typed


def test_one_device_has_one_connection_at_a_time() -> None:
    async def twice(server: Server) -> list[SshFacts]:
        with SshPool() as pool:
            reads = [
                read_ssh(target_of(server), ["routes"], known_hosts=known(server), pool=pool) for _ in "ab"
            ]
            return list(await asyncio.gather(*reads))

    with playing(vrp(slow_s=0.1)) as server:
        told = asyncio.run(twice(server))

    assert all(item.routes for item in told)
    assert server.logins == 2
    assert server.most_open == 1
