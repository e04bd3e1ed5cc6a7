"""The collector's configuration: the [collector] table of the file."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator
from pydantic_settings import SettingsConfigDict

from inventory.config import ProgramSettings, SecretRef, Section, load_settings
from inventory.web import WebSettings, host_and_port


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


class OidcSettings(Section):
    """The county's own sign-on (OpenID Connect). ``callback`` is the console's address there, as browsers see
    it: it is never taken from a request."""

    issuer: str = Field(min_length=1, max_length=255)
    client_id: str = Field(min_length=1)
    client_secret: SecretRef
    callback: str = Field(pattern=r"^https?://[^/\s]+/console/oidc/callback$")
    ca_file: Path | None = None
    timeout_s: float = Field(default=10.0, gt=0, le=60)


class ConsoleSettings(Section):
    """Who signs in to the console, and how (docs/people.md)."""

    separate_duties: bool = False
    require_totp: bool = False
    idle_minutes: int = Field(default=30, ge=1, le=480)
    session_hours: int = Field(default=12, ge=1, le=24)
    lock_after: int = Field(default=5, ge=2, le=10)
    lock_minutes: int = Field(default=15, ge=1, le=1440)
    password_length: int = Field(default=12, ge=8, le=64)
    password_days: int = Field(default=90, ge=0, le=3650)
    behind_tls: bool = False
    oidc: OidcSettings | None = None


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
    detail: Literal["targets", "all"] = "targets"
    web: WebSettings = WebSettings()
    console: ConsoleSettings = ConsoleSettings()
    above: AboveSettings | None = None

    @field_validator("listen")
    @classmethod
    def _host_and_port(cls, listen: str) -> str:
        return host_and_port(listen)

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
