"""The documentation says what is: its commands parse, its example loads, what ships is in the wheel."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from agent.config import AgentSettings, load_agent_settings
from collector.config import AboveSettings, CollectorSettings, load_collector_settings
from collector.telemetry import Telemetry
from inventory.config import LogSettings, load_log_settings
from wanzhao.cli import COMMANDS, make_parser
from wanzhao.notify import NotifySettings

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "config.example.toml"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def commands() -> Iterator[tuple[str, str]]:
    """(page, command line) of every wanzhao command in the documentation."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for block in re.findall(r"```sh\n(.*?)```", text, flags=re.S):
            for line in block.replace("\\\n", " ").splitlines():
                if line.strip().startswith("wanzhao "):
                    yield page.name, line.split("#")[0].split(" > ")[0].strip()


@pytest.mark.parametrize(("page", "command"), list(commands()))
def test_every_command_in_the_documentation_is_understood(page: str, command: str) -> None:
    words = shlex.split(command)[1:]

    args = make_parser(words[0]).parse_args(words)

    assert callable(args.run), page


def test_there_are_commands_in_the_readme() -> None:
    assert sum(page == "README.md" for page, _command in commands()) >= 8


def test_every_command_is_named_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name, _text in COMMANDS:
        assert f"wanzhao {name}" in readme, name


def test_the_example_configuration_loads() -> None:
    assert load_agent_settings(EXAMPLE).campus == "2133999001-01"
    assert load_collector_settings(EXAMPLE).profiles == ["changxing-145"]
    assert load_log_settings(EXAMPLE) == LogSettings()


def keys(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, str]]:
    """(table, key) of every setting, sub-tables included."""
    for name, field in model.model_fields.items():
        parts = [field.annotation, *getattr(field.annotation, "__args__", ())]
        inner = next((p for p in parts if isinstance(p, type) and issubclass(p, BaseModel)), None)
        if inner:
            yield from keys(inner, f"{prefix}.{name}")
        else:
            yield prefix, name


@pytest.mark.parametrize(
    ("model", "table"),
    [
        (AgentSettings, "agent"),
        (CollectorSettings, "collector"),
        (NotifySettings, "notify"),
        (LogSettings, "log"),
    ],
)
def test_the_example_configuration_shows_every_key(model: type[BaseModel], table: str) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    for place, key in keys(model, table):
        section = re.split(r"^(?:# )?\[+" + re.escape(place) + r"\]+", text, flags=re.M)
        assert len(section) > 1, place
        assert any(re.search(rf"^#? ?{key} = ", part, flags=re.M) for part in section[1:]), f"{place}.{key}"


def test_a_collector_above_can_be_filled_in_as_the_example_shows_it(tmp_path: Path) -> None:
    whole = EXAMPLE.read_text(encoding="utf-8")
    start = whole.index("# [collector.above]")
    whole = whole[: whole.index("# ------", start)]
    config = tmp_path / "config.toml"
    shown = re.sub(r"^# ", "", whole[start:], flags=re.M)
    config.write_text(f'[collector]\nstate_dir = "{tmp_path}"\n{shown}', encoding="utf-8")

    above = load_collector_settings(config).above

    assert above is not None
    assert above.model_fields_set == set(AboveSettings.model_fields)


@pytest.mark.parametrize(
    ("model", "table"), [(AgentSettings, "agent"), (CollectorSettings, "collector"), (LogSettings, "log")]
)
def test_the_example_configuration_shows_the_defaults(model: type[BaseModel], table: str) -> None:
    given = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))[table]
    for name, field in model.model_fields.items():
        if name in given and not field.is_required() and not isinstance(given[name], dict):
            assert type(field.default)(given[name]) == field.default, name


@pytest.mark.prometheus
@pytest.mark.skipif(not shutil.which("promtool"), reason="no promtool here; apt-get install prometheus")
def test_prometheus_takes_the_configuration_in_the_documentation(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    (config,) = re.findall(r"```yaml prometheus\.yml\n(.*?)```", text, flags=re.S)
    (tmp_path / "prometheus.yml").write_text(config, encoding="utf-8")

    for path in (tmp_path / "prometheus.yml", ROOT / "deploy" / "prometheus" / "prometheus.yml"):
        done = subprocess.run(["promtool", "check", "config", str(path)], capture_output=True, check=False)
        assert done.returncode == 0, done.stderr


def test_the_collectors_own_metrics_are_documented() -> None:
    text = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    page = Telemetry().page().decode()

    for name in re.findall(r"^# TYPE (wanzhao_\w+)", page, flags=re.M):
        assert name.endswith("_created") or f"`{name}`" in text, name


def test_links_between_pages_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


@pytest.mark.slow
def test_the_wheel_holds_the_data_files(tmp_path: Path) -> None:
    source = tmp_path / "source"
    tracked = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if tracked.returncode:
        pytest.skip("not a git checkout")
    for name in tracked.stdout.splitlines():
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, source / name)
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--no-deps",
            "--no-build-isolation",
            "-w",
            str(tmp_path),
            ".",
        ],
        cwd=source,
        check=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())

    packages = ("wanzhao", "inventory", "agent", "collector", "exporters")
    wanted = {
        name
        for name in tracked.stdout.splitlines()
        if name.startswith(packages) and not name.endswith(".po") and (ROOT / name).is_file()
    }
    assert wanted - held == set()
    assert not any(name.startswith(("tests/", "benchmarks/")) for name in held)
