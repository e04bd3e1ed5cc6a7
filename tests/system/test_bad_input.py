"""What a user sees when something is wrong: what, where, what to do, and the exit code."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from line import Line, free_port, line, wanzhao

from inventory.load import load_register

ROOT = Path(__file__).resolve().parents[2]
REGISTER = ROOT / "wanzhao" / "demo" / "register"
PLAN = ROOT / "wanzhao" / "demo" / "plan.toml"

AGENT = """
[agent]
campus = "2133999001-01"
state_dir = "{folder}"
{extra}
[agent.collector]
url = "http://127.0.0.1:{port}"
token = "file:{folder}/token"
[[agent.device]]
id = "gw"
address = "127.0.0.1"
role = "gateway"
community = "plain:public"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def agent_config(folder: Path, extra: str = "", port: int = 1) -> Path:
    return write(folder, AGENT.format(folder=folder, extra=extra, port=port))


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A UDP port that takes everything and never answers, as a device does for a wrong community."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        yield silent.getsockname()[1]


def test_an_unreachable_device_says_what_to_check_and_exits_3() -> None:
    done = wanzhao("agent", "poll", f"127.0.0.1:{free_port()}", "--timeout", "0.2", "--retries", "0")

    assert done.returncode == 3
    assert "127.0.0.1" in done.stderr
    assert "check" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_community_looks_like_silence_and_names_the_community(silent_port: int) -> None:
    done = wanzhao("agent", "poll", f"127.0.0.1:{silent_port}", "--community", "geheim", "--timeout", "0.2")

    assert done.returncode == 3
    assert "community" in done.stderr
    assert "geheim" not in done.stderr + done.stdout


def test_a_silent_device_still_gives_json(silent_port: int) -> None:
    done = wanzhao(
        "agent", "poll", f"127.0.0.1:{silent_port}", "--timeout", "0.2", "--retries", "0", "--json"
    )

    assert done.returncode == 3
    assert '"outcome": "gap"' in done.stdout


@pytest.mark.parametrize("address", ["", "10.0.0.1:x", "10.0.0.1:0", "10.0.0.1:99999", "[::1"])
def test_a_wrong_address_says_how_to_write_one(address: str) -> None:
    done = wanzhao("agent", "poll", address)

    assert done.returncode in (2, 3)
    assert "Traceback" not in done.stderr


def test_broken_toml_names_file_line_and_column(tmp_path: Path) -> None:
    done = wanzhao("agent", "run", "--config", str(write(tmp_path, "[agent]\ncampus = \n")))

    assert done.returncode == 2
    assert "config.toml" in done.stderr
    assert "line 2" in done.stderr


def test_an_unknown_key_is_named_with_the_nearest_known_one(tmp_path: Path) -> None:
    done = wanzhao("agent", "run", "--config", str(agent_config(tmp_path, "poll_intervall_s = 5")))

    assert done.returncode == 2
    assert "agent.poll_intervall_s" in done.stderr
    assert "did you mean poll_interval_s?" in done.stderr


def test_every_fault_of_a_configuration_is_named_at_once(tmp_path: Path) -> None:
    done = wanzhao(
        "agent", "run", "--config", str(agent_config(tmp_path, 'poll_interval_s = 7\ndevices_at_once = "x"'))
    )

    assert done.returncode == 2
    assert "agent.poll_interval_s" in done.stderr
    assert "agent.devices_at_once" in done.stderr


def test_a_secret_written_into_the_file_is_refused_and_not_repeated(tmp_path: Path) -> None:
    text = AGENT.format(folder=tmp_path, extra="", port=1).replace("plain:public", "S3CRET")
    done = wanzhao("agent", "run", "--config", str(write(tmp_path, text)))

    assert done.returncode == 2
    assert "file:PATH" in done.stderr
    assert "S3CRET" not in done.stderr


def test_a_missing_token_file_says_so(tmp_path: Path) -> None:
    done = wanzhao("agent", "run", "--config", str(agent_config(tmp_path)))

    assert done.returncode == 2
    assert f"{tmp_path}/token" in done.stderr


def test_a_missing_configuration_says_what_to_copy(tmp_path: Path) -> None:
    done = wanzhao("collector", "run", "--config", str(tmp_path / "none.toml"))

    assert done.returncode == 2
    assert "config.example.toml" in done.stderr


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    with line(tmp_path_factory.mktemp("centre")) as one:
        one.set_up(REGISTER, PLAN)
        one.start_collector()
        yield one


def test_an_unknown_campus_is_refused_with_what_to_do(centre: Line) -> None:
    done = wanzhao("collector", "enrol", "2133000000-99", "--config", str(centre.config))

    assert done.returncode == 2
    assert "2133000000-99" in done.stderr
    assert "inventory" in done.stderr


def test_a_wrong_code_is_refused_by_the_collector(centre: Line, tmp_path: Path) -> None:
    done = wanzhao(
        "agent",
        "enrol",
        "--collector",
        centre.url,
        "--code",
        "AAAA-BBBB-CCCC",
        "--token-file",
        str(tmp_path / "t"),
    )

    assert done.returncode == 4
    assert "code" in done.stderr
    assert not (tmp_path / "t").exists()


def test_a_collector_that_is_away_exits_4(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    done = wanzhao("agent", "enrol", "--collector", url, "--code", "X", "--token-file", str(tmp_path / "t"))

    assert done.returncode == 4
    assert url in done.stderr


def test_a_wrong_token_is_named_by_the_doctor(centre: Line, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("wz_000000000000_wrong\n", encoding="ascii")
    done = wanzhao("doctor", "--config", str(agent_config(tmp_path, port=centre.port)))

    assert done.returncode == 1
    assert "refuses the token" in done.stdout
    assert "wanzhao agent enrol" in done.stdout


def test_the_token_of_another_campus_is_named_by_the_doctor(centre: Line, tmp_path: Path) -> None:
    campuses = [campus.id for school in load_register(REGISTER).schools for campus in school.campuses]
    other = next(campus for campus in campuses if campus != "2133999001-01")
    code = wanzhao("collector", "enrol", other, "--config", str(centre.config)).stdout.split()[0]
    token = str(tmp_path / "token")
    wanzhao("agent", "enrol", "--collector", centre.url, "--code", code, "--token-file", token)
    done = wanzhao("doctor", "--config", str(agent_config(tmp_path, port=centre.port)))

    assert done.returncode == 1
    assert other in done.stdout
    assert "agent.campus" in done.stdout


def test_a_register_with_faults_names_each_with_row_and_column(tmp_path: Path) -> None:
    for path in REGISTER.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    schools = tmp_path / "schools.csv"
    text = schools.read_text("utf-8-sig").splitlines()
    text[1] = text[1].replace(text[1].split(",")[0], "2.13E+09", 1)
    text.append(",".join(["123", "短码学校", "castle", *[""] * 20][: len(text[0].split(","))]))
    schools.write_text("\n".join(text) + "\n", encoding="utf-8")

    done = wanzhao("inventory", "check", str(tmp_path), env={"WANZHAO_LANG": "zh"})

    assert done.returncode == 2
    assert "schools.csv" in done.stderr
    assert "请把该列设为文本" in done.stderr
    assert "castle" in done.stderr


def test_a_register_that_is_not_there_says_so(tmp_path: Path) -> None:
    done = wanzhao("inventory", "check", str(tmp_path / "none"))

    assert done.returncode == 2
    assert "none" in done.stderr


def test_a_profile_with_faults_is_refused(tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text(
        PLAN.read_text("utf-8").replace('metric = "access_10g_composite"', 'metric = "acces_10g"'), "utf-8"
    )
    done = wanzhao("plan", "check", str(bad))

    assert done.returncode == 2
    assert "access_10g_composite" in done.stderr


def test_an_unknown_profile_in_the_configuration_lists_the_known_ones(tmp_path: Path) -> None:
    text = f'[collector]\nstate_dir = "{tmp_path}"\nprofiles = ["nowhere"]\nlisten = "127.0.0.1:0"\n'
    done = wanzhao("collector", "run", "--config", str(write(tmp_path, text)))

    assert done.returncode == 2
    assert "changxing-145" in done.stderr


def test_a_port_that_is_taken_says_which(centre: Line, tmp_path: Path) -> None:
    text = f'[collector]\nstate_dir = "{tmp_path}"\nlisten = "127.0.0.1:{centre.port}"\n'
    done = wanzhao("collector", "run", "--config", str(write(tmp_path, text)))

    assert done.returncode == 5
    assert str(centre.port) in done.stderr


@pytest.mark.parametrize("command", [(), ("agent",), ("plan",), ("inventory",), ("collector",)])
def test_half_a_command_prints_help_and_exits_2(command: tuple[str, ...]) -> None:
    done = wanzhao(*command)

    assert done.returncode == 2
    assert "usage: wanzhao" in done.stdout


def test_help_speaks_the_language_of_the_user() -> None:
    assert "用法" in wanzhao("--help", env={"WANZHAO_LANG": "zh"}).stdout
    assert "usage" in wanzhao("--help", env={"WANZHAO_LANG": "en"}).stdout
