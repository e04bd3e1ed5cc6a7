"""The collector's configuration: the [collector] table of the file."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, field_validator
from pydantic_settings import SettingsConfigDict

from inventory.config import ProgramSettings, SecretRef, Section, load_settings
from inventory.words import _


class AboveSettings(Section):
    """The collector above, to which this one is an agent: its campus there, and the way to it."""

    campus: str = Field(min_length=1, max_length=64)
    url: str
    token: SecretRef
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    timeout_s: float = Field(default=30.0, gt=0, le=600)
    interval_s: float = Field(default=300.0, ge=10)


class CollectorSettings(ProgramSettings):
    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_prefix="WANZHAO_COLLECTOR__", env_nested_delimiter="__"
    )

    state_dir: Path
    database: str = ""
    listen: str = "127.0.0.1:8480"
    public_address: str = ""
    profiles: list[str] = Field(default=["changxing-145"], min_length=1)
    judge_interval_s: float = Field(default=60.0, gt=0)
    batches_at_once: int = Field(default=64, ge=1)
    agent_fresh_s: float = Field(default=86400.0, gt=0)
    above: AboveSettings | None = None

    @field_validator("listen")
    @classmethod
    def _host_and_port(cls, listen: str) -> str:
        host, _colon, port = listen.rpartition(":")
        if not host or not port.isdigit() or not 0 <= int(port) <= 65535:
            raise ValueError(_("must be HOST:PORT, such as 127.0.0.1:8480 or [::]:8480"))
        return listen

    @property
    def host(self) -> str:
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        return int(self.listen.rpartition(":")[2])

    @property
    def database_url(self) -> str:
        """The configured URL, or an SQLite file in the state directory."""
        return self.database or f"sqlite:///{(self.state_dir / 'collector.db').absolute()}"


def load_collector_settings(path: Path) -> CollectorSettings:
    """The [collector] table of a configuration file; raises ConfigError with every fault."""
    return load_settings(path, "collector", CollectorSettings)
