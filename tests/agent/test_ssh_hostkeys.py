"""The file of trusted host keys."""

from __future__ import annotations

import subprocess
from pathlib import Path

import paramiko
import pytest

from agent.ssh.hostkeys import HostKey, KnownHosts, host_name
from inventory.errors import ConfigError


def a_key() -> HostKey:
    key = paramiko.ECDSAKey.generate()
    return HostKey(key.get_name(), key.asbytes())


def test_a_saved_file_gives_the_same_keys_again_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "agent" / "known_hosts"
    hosts = KnownHosts().trusting("192.0.2.1", 22, a_key()).trusting("2001:db8::1", 2222, a_key())

    hosts.save(path)

    assert KnownHosts.load(path) == hosts
    assert path.stat().st_mode & 0o777 == 0o600
    assert [item.name for item in path.parent.iterdir()] == ["known_hosts"]


def test_a_file_that_is_not_there_holds_no_keys(tmp_path: Path) -> None:
    assert KnownHosts.load(tmp_path / "none").keys == {}


def test_openssh_reads_the_file_and_shows_the_same_fingerprint(tmp_path: Path) -> None:
    key = a_key()
    path = tmp_path / "known_hosts"
    KnownHosts().trusting("192.0.2.1", 22, key).save(path)

    shown = subprocess.run(
        ["ssh-keygen", "-l", "-F", "192.0.2.1", "-f", str(path)], capture_output=True, text=True, check=True
    )

    assert key.fingerprint in shown.stdout


def test_a_damaged_line_is_an_error_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "known_hosts"
    path.write_text("# mine\n192.0.2.1 ssh-rsa not-base64!\n", encoding="utf-8")

    with pytest.raises(ConfigError, match="known_hosts:2"):
        KnownHosts.load(path)


def test_trusting_a_new_key_forgets_the_old_one() -> None:
    old, new = a_key(), a_key()
    hosts = KnownHosts().trusting("192.0.2.1", 22, old).trusting("192.0.2.1", 22, new)

    assert hosts.judged("192.0.2.1", 22, new) == "known"
    assert hosts.judged("192.0.2.1", 22, old) == "changed"
    assert hosts.judged("192.0.2.2", 22, old) == "unknown"


@pytest.mark.parametrize(
    ("address", "port", "name"),
    [
        ("192.0.2.1", 22, "192.0.2.1"),
        ("192.0.2.1", 2222, "[192.0.2.1]:2222"),
        ("fe80::1%e0", 23, "[fe80::1%e0]:23"),
    ],
)
def test_the_port_is_part_of_the_name_unless_it_is_22(address: str, port: int, name: str) -> None:
    assert host_name(address, port) == name
