"""docs/probes.md says what is: every setting, kind and reason."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from agent.probes.config import Intervals, ProbesSettings, Throughput
from agent.probes.facts import DETAIL_KEYS, VALUE_KEYS
from inventory.probes import PROBE_KINDS, PROBE_REASONS

PAGE = (Path(__file__).parents[2] / "docs" / "probes.md").read_text(encoding="utf-8")
QUOTED = {word for quoted in re.findall(r"`([^`\n]+)`", PAGE) for word in re.split(r"[.\s]", quoted)}


@pytest.mark.parametrize("reason", sorted(PROBE_REASONS))
def test_every_reason_is_explained(reason: str) -> None:
    assert f"`{reason}`" in PAGE


@pytest.mark.parametrize("model", [ProbesSettings, Throughput, Intervals])
def test_every_setting_is_explained(model: type[ProbesSettings]) -> None:
    assert [key for key in model.model_fields if key not in QUOTED] == []


def test_every_kind_and_its_value_are_explained() -> None:
    assert [kind for kind in PROBE_KINDS if f"| `{kind}` |" not in PAGE] == []
    assert [key for key in VALUE_KEYS.values() if f"`{key}`" not in PAGE] == []
    assert "parity" in DETAIL_KEYS


def test_the_example_is_a_configuration() -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE, flags=re.S)

    settings = ProbesSettings.model_validate(tomllib.loads(example)["agent"]["probes"])

    assert len(settings.names) == 5
    assert settings.throughput is not None


def test_defaults_are_those_of_the_page() -> None:
    defaults = Throughput(server="x")

    assert f"| {defaults.streams}, {defaults.seconds} |" in PAGE
    assert f"{defaults.windows[0]}, {defaults.timezone}" in PAGE
    assert ", ".join(str(value) for value in Intervals().model_dump().values()) in PAGE
