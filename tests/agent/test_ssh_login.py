"""Who is let in, and that no secret goes to a stranger."""

from __future__ import annotations

import logging
import socket
from pathlib import Path

import paramiko
import pytest
import ssh_transcripts as said
from ssh_reading import SECRET, read, target_of, vrp
from ssh_server import Script, host_key, playing

from agent.ssh.hostkeys import HostKey, KnownHosts
from agent.ssh.transport import fetch_host_key, trust
from inventory.errors import HostKeyError, NoAnswer


def test_no_password_is_sent_to_a_server_whose_key_nobody_trusted() -> None:
    with playing(vrp()) as server:
        told = read(server, hosts=KnownHosts())

    assert told.outcome == "host_key"
    assert server.passwords == []
    assert server.fingerprint in told.notes[0]
    assert f"wanzhao agent ssh-trust 127.0.0.1:{server.port}" in told.notes[0]


def test_a_changed_host_key_stops_the_login_and_is_never_taken() -> None:
    other = paramiko.ECDSAKey.generate()
    with playing(vrp()) as server:
        before = HostKey(other.get_name(), other.asbytes())
        told = read(server, hosts=KnownHosts().trusting("127.0.0.1", server.port, before))

    assert told.outcome == "host_key"
    assert server.passwords == []
    assert "CHANGED" in told.notes[0]
    assert before.fingerprint in told.notes[0]
    assert server.fingerprint in told.notes[0]


def test_a_key_of_another_type_than_the_pinned_one_is_a_change() -> None:
    with playing(vrp(key="rsa")) as server:
        key = host_key("ecdsa")
        before = HostKey(key.get_name(), key.asbytes())
        told = read(server, hosts=KnownHosts().trusting("127.0.0.1", server.port, before))

    assert told.outcome == "host_key"
    assert server.passwords == []


def test_a_fingerprint_in_the_configuration_pins_the_key_too() -> None:
    with playing(vrp()) as server:
        right = read(server, hosts=KnownHosts(), fingerprint=server.fingerprint)
        wrong = read(server, hosts=KnownHosts(), fingerprint="SHA256:" + "A" * 43)

    assert right.routes
    assert wrong.outcome == "host_key"
    assert len(server.passwords) == 1


def test_trusting_a_device_needs_the_fingerprint_that_it_shows(tmp_path: Path) -> None:
    path = tmp_path / "state" / "known_hosts"
    with playing(vrp()) as server:
        shown = fetch_host_key("127.0.0.1", server.port)
        with pytest.raises(HostKeyError, match="not SHA256:other"):
            trust(path, "127.0.0.1", server.port, "SHA256:other")
        assert not path.exists()

        trust(path, "127.0.0.1", server.port, shown.fingerprint)
        told = read(server, hosts=KnownHosts.load(path))

    assert told.routes
    assert path.stat().st_mode & 0o777 == 0o600
    assert server.passwords == [SECRET]


def test_a_wrong_password_is_told_without_the_password(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with playing(vrp()) as server:
        told = read(server, password="wr0ng-Secret")

    assert told.outcome == "login"
    assert "wanzhao" in told.notes[0]
    assert "wr0ng-Secret" not in str(told) + caplog.text


def test_no_log_holds_a_password_even_when_every_step_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    script = Script(prompt="sw>", enable="en-Secret", answers={"show ipv6 route": said.RGOS_ROUTES})
    with playing(script) as server:
        target = target_of(server, platform="rgos", enable_password="en-Secret")
        told = read(server, platform="rgos", enable_password="en-Secret")

    assert told.routes
    for secret in (SECRET, "en-Secret"):
        assert secret not in caplog.text + str(told) + repr(target)


def test_a_key_file_logs_in_without_a_password(tmp_path: Path) -> None:
    own = paramiko.RSAKey.generate(2048)
    own.write_private_key_file(str(tmp_path / "id"))
    with playing(vrp(public_key=own.get_base64())) as server:
        told = read(server, key_file=tmp_path / "id", password="")

    assert told.routes
    assert server.passwords == []


def test_a_port_where_nobody_listens_is_told_as_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(NoAnswer, match="refuses"):
        fetch_host_key("127.0.0.1", port)


def test_a_port_that_is_no_ssh_server_is_told_as_no_answer() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        pytest.raises(NoAnswer, match="before the login"),
    ):
        fetch_host_key("127.0.0.1", listener.getsockname()[1], timeout_s=0.5)


def test_outdated_algorithms_are_used_only_where_nothing_else_is_offered_and_noted() -> None:
    old = vrp(key="rsa", kex=["diffie-hellman-group14-sha1"], ciphers=["3des-cbc"], key_types=["ssh-rsa"])
    with playing(old) as server, playing(vrp()) as modern:
        told = read(server)
        fine = read(modern)

    assert told.routes
    assert all(name in told.notes[0] for name in ("diffie-hellman-group14-sha1", "3des-cbc", "ssh-rsa"))
    assert fine.notes == []
