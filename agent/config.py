"""The agent's configuration: the [agent] table of the file."""

from __future__ import annotations

from ipaddress import IPv6Network
from pathlib import Path

from pydantic import Field, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from agent.probes.config import ProbesSettings, Zone
from agent.snmp.choose import EngineName
from agent.snmp.target import Auth, KeyExtension, Priv, Target, User, Version
from agent.ssh.platform import platforms
from agent.ssh.target import SshTarget
from inventory.config import ProgramSettings, SecretRef, Section, load_settings, reveal
from inventory.prefixes import is_ipv6_network
from inventory.register import DEVICE_ROLES
from inventory.suggest import did_you_mean
from inventory.web import WebSettings, host_and_port
from inventory.words import _

NO_SECRET = "plain:"  # noqa: S105 - the opposite of one
"""The reference of a secret that is not given."""


class CollectorSettings(Section):
    """Where batches go."""

    url: str
    token: SecretRef
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    timeout_s: float = Field(default=30.0, gt=0, le=600)

    @field_validator("url")
    @classmethod
    def _http(cls, url: str) -> str:
        if not url.startswith(("http://", "https://")):
            raise ValueError(_("must begin with https:// (or http:// on a trusted network)"))
        return url.rstrip("/")

    @model_validator(mode="after")
    def _both_or_none(self) -> CollectorSettings:
        if (self.cert_file is None) != (self.key_file is None):
            raise ValueError(_("cert_file and key_file belong together: give both or none"))
        return self


class SpoolSettings(Section):
    """Bounds of what is kept on disk while the collector is away. ``keep_days``: how long batches stay that
    the collector has confirmed, in case that it is set back to an older backup."""

    max_mib: int = Field(default=1024, ge=1)
    max_days: float = Field(default=30.0, gt=0)
    min_free_mib: int = Field(default=256, ge=0)
    keep_days: float = Field(default=2.0, ge=0)


class UserSettings(Section):
    """An SNMPv3 user; the passwords are references."""

    name: str = Field(min_length=1, max_length=32)
    auth: Auth | None = None
    auth_key: SecretRef = NO_SECRET
    priv: Priv | None = None
    priv_key: SecretRef = NO_SECRET
    context: str = ""
    key_extension: KeyExtension = "blumenthal"
    allow_md5: bool = False
    allow_des: bool = False


class SshSettings(Section):
    """How to log in to a device for what SNMP does not tell; the passwords are references."""

    username: str = Field(min_length=1)
    password: SecretRef = NO_SECRET
    key_file: Path | None = None
    key_password: SecretRef = NO_SECRET
    enable_password: SecretRef = NO_SECRET
    platform: str = ""
    port: int = Field(default=22, ge=1, le=65535)
    fingerprint: str = Field(default="", pattern=r"^(SHA256:[A-Za-z0-9+/]{43})?$")
    timeout_s: float = Field(default=20.0, gt=0, le=120)

    @field_validator("platform")
    @classmethod
    def _known_platform(cls, name: str) -> str:
        if name and name not in platforms():
            raise ValueError(
                _("unknown platform %(name)s; %(hint)s")
                % {"name": name, "hint": did_you_mean(name, tuple(platforms()))}
            )
        return name

    @model_validator(mode="after")
    def _has_a_way_in(self) -> SshSettings:
        if self.password == NO_SECRET and self.key_file is None:
            raise ValueError(_("needs a password or a key_file"))
        return self


class DeviceSettings(Section):
    """One device. ``id`` is its id in the register."""

    id: str = Field(min_length=1, max_length=64)
    address: str = Field(min_length=1)
    port: int = Field(default=161, ge=1, le=65535)
    role: str
    version: Version = "2c"
    community: SecretRef = NO_SECRET
    user: UserSettings | None = None
    ssh: SshSettings | None = None
    timeout_s: float = Field(default=3.0, gt=0, le=60)
    retries: int = Field(default=2, ge=0, le=10)
    ports: tuple[str, ...] = ()
    route_prefixes: tuple[str, ...] = Field(default=(), max_length=8)

    @field_validator("route_prefixes")
    @classmethod
    def _are_networks(cls, prefixes: tuple[str, ...]) -> tuple[str, ...]:
        for prefix in prefixes:
            if not is_ipv6_network(prefix):
                raise ValueError(_("not an IPv6 prefix such as 2001:db8::/32: %(text)s") % {"text": prefix})
        return tuple(dict.fromkeys(str(IPv6Network(prefix)) for prefix in prefixes))

    @field_validator("role")
    @classmethod
    def _known_role(cls, role: str) -> str:
        if role not in DEVICE_ROLES:
            raise ValueError(
                _("unknown role %(role)s; %(hint)s")
                % {"role": role, "hint": did_you_mean(role, DEVICE_ROLES)}
            )
        return role

    @model_validator(mode="after")
    def _credentials_fit(self) -> DeviceSettings:
        if self.version == "3" and self.user is None:
            raise ValueError(_('version "3" needs a [agent.device.user] table'))
        if self.version != "3" and self.community == NO_SECRET:
            raise ValueError(_('needs a community, or version = "3" and a user'))
        return self


class AgentSettings(ProgramSettings):
    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_prefix="WANZHAO_AGENT__", env_nested_delimiter="__"
    )

    campus: str = Field(min_length=1)
    state_dir: Path
    collector: CollectorSettings
    spool: SpoolSettings = SpoolSettings()
    poll_interval_s: int = Field(default=300, ge=1, le=3600)
    environment_interval_s: int = Field(default=900, ge=1)
    topology_interval_s: int = Field(default=1800, ge=1)
    inventory_interval_s: int = Field(default=21600, ge=1)
    timezone: Zone = "Asia/Shanghai"
    devices_at_once: int = Field(default=16, ge=1, le=1024)
    ssh_at_once: int = Field(default=4, ge=1, le=32)
    engine: EngineName = "auto"
    references: tuple[str, ...] = ()
    probes: ProbesSettings | None = None
    metrics_listen: str = ""
    metrics_web: WebSettings = WebSettings()
    device: list[DeviceSettings] = Field(min_length=1)

    @field_validator("metrics_listen")
    @classmethod
    def _host_and_port(cls, listen: str) -> str:
        return host_and_port(listen) if listen else ""

    @field_validator("poll_interval_s")
    @classmethod
    def _divides_a_day(cls, seconds: int) -> int:
        if 86400 % seconds:
            raise ValueError(_("must divide a day (86400 s) without rest"))
        return seconds

    @model_validator(mode="after")
    def _ids_once(self) -> AgentSettings:
        ids = [device.id for device in self.device]
        if twice := sorted({name for name in ids if ids.count(name) > 1}):
            raise ValueError(_("device ids given twice: %(ids)s") % {"ids": ", ".join(twice)})
        return self


def load_agent_settings(path: Path) -> AgentSettings:
    """The [agent] table of a configuration file; raises ConfigError with every fault."""
    return load_settings(path, "agent", AgentSettings)


def target_of(device: DeviceSettings) -> Target:
    """How to reach a device; reads its community from where the configuration says."""
    return Target(
        address=device.address,
        port=device.port,
        community=reveal(device.community),
        user=_user(device.user) if device.user and device.version == "3" else None,
        version=device.version,
        timeout_s=device.timeout_s,
        retries=device.retries,
    )


def ssh_target_of(device: DeviceSettings, platform: str) -> SshTarget:
    """How to log in to a device; reads its passwords from where the configuration says."""
    ssh = device.ssh
    assert ssh is not None
    return SshTarget(
        device.address,
        ssh.username,
        platform=platform,
        password=reveal(ssh.password),
        key_file=ssh.key_file,
        key_password=reveal(ssh.key_password),
        enable_password=reveal(ssh.enable_password),
        port=ssh.port,
        timeout_s=ssh.timeout_s,
        fingerprint=ssh.fingerprint,
    )


def _user(settings: UserSettings) -> User:
    return User(
        settings.name,
        auth=settings.auth,
        auth_key=reveal(settings.auth_key),
        priv=settings.priv,
        priv_key=reveal(settings.priv_key),
        context=settings.context,
        key_extension=settings.key_extension,
        allow_md5=settings.allow_md5,
        allow_des=settings.allow_des,
    )
