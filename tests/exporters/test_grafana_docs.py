"""The configuration that docs/grafana.md has people copy: programs read it, and it fits the dashboards."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from exporters.grafana.model import LANGUAGES

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
TEXT = (ROOT / "docs" / "grafana.md").read_text(encoding="utf-8")
REMOTE = re.findall(r"```yaml (remote-write-\w+)\n(.*?)```", TEXT, flags=re.S)

needs_promtool = pytest.mark.skipif(
    not shutil.which("promtool"), reason="no promtool here; apt-get install prometheus"
)


def with_agents(text: str) -> str:
    """The configuration with the jobs of agents and devices uncommented."""
    start = text.index("  # - job_name: wanzhao-agent")
    return text[:start] + re.sub(r"^  # (?=[ -] )", "  ", text[start:], flags=re.M)


def promtool(path: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["promtool", "check", "config", str(path)], capture_output=True, check=False)


@pytest.mark.prometheus
@needs_promtool
def test_prometheus_takes_the_jobs_of_agents_and_devices(tmp_path: Path) -> None:
    text = with_agents((DEPLOY / "prometheus" / "prometheus.yml").read_text(encoding="utf-8"))
    (tmp_path / "prometheus.yml").write_text(text, encoding="utf-8")

    assert {job["job_name"] for job in yaml.safe_load(text)["scrape_configs"]} == {
        "wanzhao",
        "wanzhao-collector",
        "wanzhao-agent",
        "wanzhao-devices",
    }
    done = promtool(tmp_path / "prometheus.yml")
    assert done.returncode == 0, done.stderr


@pytest.mark.prometheus
@needs_promtool
@pytest.mark.parametrize(("name", "block"), REMOTE)
def test_prometheus_takes_remote_write(name: str, block: str, tmp_path: Path) -> None:
    text = (DEPLOY / "prometheus" / "prometheus.yml").read_text(encoding="utf-8")
    (tmp_path / "prometheus.yml").write_text(f"{text}\n{block}", encoding="utf-8")

    done = promtool(tmp_path / "prometheus.yml")

    assert done.returncode == 0, done.stderr
    assert yaml.safe_load(block)["remote_write"][0]["url"].startswith("http")


def test_remote_write_is_shown_for_both() -> None:
    assert [name for name, _block in REMOTE] == ["remote-write-victoriametrics", "remote-write-mimir"]


@pytest.mark.skipif(not shutil.which("vmagent"), reason="no vmagent here; apt-get install victoria-metrics")
@pytest.mark.parametrize("change", [str, with_agents], ids=["as it is", "with agents"])
def test_vmagent_takes_the_configuration(change: type[str], tmp_path: Path) -> None:
    config = tmp_path / "scrape.yml"
    config.write_text(
        change((DEPLOY / "victoriametrics" / "scrape.yml").read_text(encoding="utf-8")), encoding="utf-8"
    )

    done = subprocess.run(
        [
            "vmagent",
            "-dryRun",
            f"-promscrape.config={config}",
            "-promscrape.config.strictParse",
            "-remoteWrite.url=http://127.0.0.1:8428/api/v1/write",
            f"-remoteWrite.tmpDataPath={tmp_path}/queue",
        ],
        capture_output=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 0, done.stderr


def test_grafana_is_told_where_the_dashboards_of_both_languages_are() -> None:
    provided = yaml.safe_load((DEPLOY / "grafana/provisioning/dashboards/wanzhao.yml").read_text("utf-8"))
    source = yaml.safe_load((DEPLOY / "grafana/provisioning/datasources/wanzhao.yml").read_text("utf-8"))

    paths = [Path(one["options"]["path"]) for one in provided["providers"]]
    assert [path.name for path in paths] == list(LANGUAGES)
    assert all(list((DEPLOY / "grafana" / "dashboards" / path.name).glob("*.json")) for path in paths)
    assert {one["name"] for one in provided["providers"]} == {"wanzhao-zh", "wanzhao-en"}
    assert str(paths[0].parent) in TEXT
    assert source["datasources"][0]["type"] == "prometheus"
    assert source["datasources"][0]["jsonData"]["timeInterval"] == "60s"


@pytest.mark.parametrize("path", sorted(p for p in DEPLOY.rglob("*.yml") if "rules" not in p.parts))
def test_every_file_to_copy_is_yaml(path: Path) -> None:
    assert yaml.safe_load(path.read_text(encoding="utf-8"))


def test_every_file_that_the_page_names_is_there() -> None:
    named = set(re.findall(r"deploy/[\w./-]+[\w]", TEXT))

    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []
