"""Reading a configuration: TOML, strict, every fault at once and each with what to do.

One file may hold the tables of several programs ([agent], [collector], [log]); each program reads its own.
Environment variables override single keys: WANZHAO_AGENT__POLL_INTERVAL_S=60. Secrets are references
(``file:PATH``, ``env:NAME``), never values; ``plain:VALUE`` says on purpose that a value is no secret.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from inventory.errors import ConfigError, Problem
from inventory.suggest import did_you_mean
from inventory.words import _

KNOWN_TABLES = ("agent", "collector", "notify", "log")


class Section(BaseModel):
    """A table of the configuration; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class LogSettings(Section):
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    form: Literal["text", "json"] = "text"


class ProgramSettings(BaseSettings):
    """The table of one program; its environment variables come before the file."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, env_nested_delimiter="__")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the library's signature
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the library's signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return env_settings, init_settings


def _reference(text: str) -> str:
    if not text.startswith(("file:", "env:", "plain:")):
        # The value itself is never repeated: it may be the secret.
        raise ValueError(
            _("a secret is given as file:PATH or env:NAME (or plain:VALUE where it is no secret)")
        )
    return text


Reference = Annotated[str, AfterValidator(_reference)]
SecretRef = Annotated[Reference, Field(repr=False)]


def reveal(reference: str) -> str:
    """The secret behind a reference; ConfigError says which file or variable is missing."""
    kind, _colon, rest = reference.partition(":")
    if kind == "plain":
        return rest
    if kind == "env":
        if rest not in os.environ:
            raise ConfigError(
                _("the environment variable of a secret is not set"),
                where=rest,
                do=_("set it, or give the secret as file:PATH"),
            )
        return os.environ[rest]
    try:
        return Path(rest).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            _("the file of a secret cannot be read: %(why)s") % {"why": _why(error)},
            where=rest,
            do=_("create it with one line, mode 0600, owned by the user that runs wanzhao"),
        ) from error


Settings = TypeVar("Settings", bound=ProgramSettings)


def load_settings(path: Path, table: str, kind: type[Settings]) -> Settings:
    """The settings of one program from a TOML file.

    Raises ConfigError with every fault: TOML syntax (line and column), unknown keys (with the nearest
    known one), wrong types and ranges.
    """
    document = read_toml(path)
    if strangers := [name for name in document if name not in KNOWN_TABLES]:
        problems = tuple(
            Problem(f"[{name}]", _("unknown table"), did_you_mean(name, KNOWN_TABLES)) for name in strangers
        )
        raise ConfigError(_("the configuration has faults"), where=str(path), problems=problems)
    if table not in document:
        raise ConfigError(
            _("the table [%(table)s] is missing") % {"table": table},
            where=str(path),
            do=_("see config.example.toml"),
        )
    return _validated(path, table, kind, document[table])


def load_log_settings(path: Path) -> LogSettings:
    """The [log] table; defaults where it is absent."""
    try:
        return LogSettings.model_validate(read_toml(path).get("log", {}))
    except ValidationError as error:
        raise _faults(path, "log", LogSettings, error) from error


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file as a dictionary; ConfigError names file, line and column of a syntax fault."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise ConfigError(
            _("the configuration file does not exist"),
            where=str(path),
            do=_("copy config.example.toml and name it with --config"),
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            _("the configuration file cannot be read: %(why)s") % {"why": _why(error)},
            where=str(path),
            do=_("check its mode and that it is UTF-8"),
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            _("the file is not valid TOML: %(why)s") % {"why": error},
            where=str(path),
            do=_("mend that line; text values need quotes"),
        ) from error


def _validated(path: Path, table: str, kind: type[Settings], values: object) -> Settings:
    if not isinstance(values, dict):
        raise ConfigError(_("[%(table)s] must be a table") % {"table": table}, where=str(path))
    try:
        return kind(**values)
    except ValidationError as error:
        raise _faults(path, table, kind, error) from error


def _faults(path: Path, table: str, kind: type[BaseModel], error: ValidationError) -> ConfigError:
    problems = tuple(
        _fault(table, kind, fault) for fault in error.errors(include_url=False, include_input=False)
    )
    return ConfigError(_("the configuration has faults"), where=str(path), problems=problems)


def _fault(table: str, kind: type[BaseModel], fault: Any) -> Problem:
    place = fault["loc"]
    where = ".".join([table, *(str(part) for part in place)])
    match fault["type"]:
        case "extra_forbidden":
            return Problem(
                where, _("unknown key"), did_you_mean(str(place[-1]), _known_keys(kind, place[:-1]))
            )
        case "missing":
            return Problem(where, _("this key is required"), _("see config.example.toml"))
        case _:
            return Problem(where, _rule(fault))


def _rule(fault: Any) -> str:
    limits = fault.get("ctx") or {}
    rules = {
        "int_parsing": _("must be a whole number"),
        "int_type": _("must be a whole number"),
        "int_from_float": _("must be a whole number"),
        "float_parsing": _("must be a number"),
        "float_type": _("must be a number"),
        "string_type": _("must be text in quotes"),
        "bool_parsing": _("must be true or false"),
        "bool_type": _("must be true or false"),
        "list_type": _("must be a list"),
        "greater_than_equal": _("must be at least %(limit)s") % {"limit": limits.get("ge")},
        "greater_than": _("must be more than %(limit)s") % {"limit": limits.get("gt")},
        "less_than_equal": _("must be at most %(limit)s") % {"limit": limits.get("le")},
        "literal_error": _("must be one of %(allowed)s") % {"allowed": limits.get("expected")},
        "value_error": str(limits.get("error", fault["msg"])),
    }
    return rules.get(fault["type"], str(fault["msg"]))


def _known_keys(kind: type[BaseModel], place: tuple[str | int, ...]) -> list[str]:
    """The keys allowed at a place, found by walking the model along the names of the place."""
    model: type[BaseModel] = kind
    for part in place:
        if isinstance(part, str) and part in model.model_fields:
            model = _inner_model(model.model_fields[part].annotation) or model
    return list(model.model_fields)


def _inner_model(annotation: Any) -> type[BaseModel] | None:
    candidates = [annotation, *getattr(annotation, "__args__", ())]
    return next((c for c in candidates if isinstance(c, type) and issubclass(c, BaseModel)), None)


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
