"""Settings: the only reader of files and environment.

In order of weight: command-line flag, environment (``TUI_FORUM_…``, ``__`` for nesting), the
settings file (``config.toml`` in the data folder, or ``--config FILE``), default.
"""

from __future__ import annotations

import ipaddress
import os
import tomllib
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from platformdirs import user_data_path
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from tui_forum.domain.entities import OpeningMode, RegistrationMode
from tui_forum.domain.errors import ConfigError
from tui_forum.i18n import N_

Positive = Annotated[int, Field(ge=1)]
Seconds = Annotated[float, Field(gt=0)]


class Address(BaseModel):
    """Where to listen."""

    model_config = ConfigDict(frozen=True)

    host: str
    port: int = Field(ge=0, le=65535)

    @classmethod
    def parse(cls, text: str) -> Address:
        """``HOST:PORT``, ``[IPv6]:PORT`` or ``PORT``."""
        host, separator, port = text.strip().rpartition(":")
        if not separator:
            host, port = "127.0.0.1", text.strip()
        if not port.isdigit() or not 0 <= int(port) <= 65535:
            raise ValueError("must be HOST:PORT with a port between 0 and 65535")
        return cls(host=host.strip("[]"), port=int(port))

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        try:
            return self.host == "localhost" or ipaddress.ip_address(self.host).is_loopback
        except ValueError:  # a name, which may lead anywhere
            return False

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Startups(BaseModel):
    """OpenSSH's MaxStartups: from ``start`` unauthenticated connections on, refuse ``rate`` %
    of new ones, growing to all at ``full``."""

    model_config = ConfigDict(frozen=True)

    start: Positive = 10
    rate: int = Field(default=30, ge=0, le=100)
    full: Positive = 100

    @classmethod
    def parse(cls, text: str) -> Startups:
        """``start:rate:full``."""
        parts = text.split(":")
        if len(parts) != 3 or not all(part.isdigit() for part in parts):
            raise ValueError("must be START:RATE:FULL, for example 10:30:100")
        start, rate, full = map(int, parts)
        return cls(start=start, rate=rate, full=full)


class Limits(BaseModel):
    """What one connection, account or address may use. Times in seconds, sizes in bytes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    login_grace: Seconds = 30.0
    max_startups: str = "10:30:100"
    auth_tries: Positive = 6
    channels: Positive = 10
    environment_variables: Positive = 32
    environment_bytes: Positive = 4096
    bytes_before_auth: Positive = 128 * 1024
    sessions_per_account: Positive = 10
    sessions_per_address: Positive = 50
    keepalive_interval: Seconds = 30.0
    keepalive_count: Positive = 3
    idle: float = Field(default=0.0, ge=0)  # 0: never
    stalled: Seconds = 30.0
    penalties: bool = True

    @field_validator("max_startups")
    @classmethod
    def _check_startups(cls, value: str) -> str:
        Startups.parse(value)
        return value

    @property
    def startups(self) -> Startups:
        """``max_startups`` as numbers."""
        return Startups.parse(self.max_startups)


class Settings(BaseSettings):
    """Everything that can be set."""

    model_config = SettingsConfigDict(
        env_prefix="TUI_FORUM_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    data_dir: Path = Field(default_factory=lambda: user_data_path("tui-forum", appauthor=False))
    database_url: str = ""
    title: str = Field(default="tui-forum", min_length=1, max_length=60)
    registration: RegistrationMode = RegistrationMode.INVITE
    opening: OpeningMode = OpeningMode.EVERYONE
    listen: Annotated[Address, NoDecode] = Address(host="127.0.0.1", port=8022)
    admin_keys: Annotated[tuple[Path, ...], NoDecode] = ()
    demo: bool = False
    log_level: str = Field(default="info", pattern="^(debug|info|warning|error)$")
    limits: Limits = Limits()

    @field_validator("admin_keys", mode="before")
    @classmethod
    def _paths(cls, value: object) -> object:
        """In the environment, paths are separated as in PATH."""
        return tuple(filter(None, value.split(os.pathsep))) if isinstance(value, str) else value

    @field_validator("listen", mode="before")
    @classmethod
    def _address(cls, value: object) -> object:
        return Address.parse(value) if isinstance(value, str) else value

    @property
    def url(self) -> str:
        """The database: ``forum.db`` in the data folder unless another is named."""
        return self.database_url or f"sqlite+aiosqlite:///{quote(str(self.data_dir.absolute() / 'forum.db'))}"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags, environment, file; no dotenv and no secrets folder."""
        flags = dict(getattr(init_settings, "init_kwargs", {}))
        from_file = flags.pop("from_file", {})
        return (
            InitSettingsSource(settings_cls, init_kwargs=flags),
            env_settings,
            InitSettingsSource(settings_cls, init_kwargs=from_file),
        )


def load_settings(config: Path | None = None, **flags: Any) -> Settings:
    """Read the settings; flags that are None do not count.

    Raises:
        ConfigError: a key or value cannot be used (the message names it and where it is), or
            the file cannot be read.
    """
    given = {name: value for name, value in flags.items() if value is not None}
    path = config
    if path is None:
        default = _settings_or_error(given, {}, None).data_dir / "config.toml"
        path = default if default.is_file() else None
    from_file = _read(path) if path is not None else {}
    return _settings_or_error(given, from_file, path)


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as handle:
            return tomllib.load(handle)
    except OSError as error:
        raise ConfigError(
            N_("The settings file {path} cannot be read: {why}"), path=path, why=error.strerror or error
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(
            N_("The settings file {path} is not valid TOML: {why}"), path=path, why=error
        ) from error


def _settings_or_error(flags: dict[str, Any], from_file: dict[str, Any], path: Path | None) -> Settings:
    try:
        return Settings(**flags, from_file=from_file)  # type: ignore[call-arg]
    except SettingsError as error:
        raise ConfigError(N_("A setting from the environment cannot be used: {why}"), why=error) from error
    except ValidationError as error:
        first = error.errors()[0]
        keys = [str(part) for part in first["loc"]]
        why = first["msg"].removeprefix("Value error, ")
        variable = "TUI_FORUM_" + "__".join(keys).upper()
        if _holds(from_file, keys) and not _holds(flags, keys) and not _in_environment(variable):
            raise ConfigError(
                N_("The setting {key} in {path} cannot be used: {why}"),
                key=".".join(keys),
                path=path,
                why=why,
            ) from error
        raise ConfigError(
            N_("The setting {key} (flag or environment {variable}) cannot be used: {why}"),
            key=".".join(keys),
            variable=variable,
            why=why,
        ) from error


def _in_environment(variable: str) -> bool:
    """Whether the environment sets ``variable``, or what it is a part of."""
    names = {name.upper() for name in os.environ}
    return variable in names or any(variable.startswith(f"{name}__") for name in names)


def _holds(tree: dict[str, Any], keys: list[str]) -> bool:
    """Whether the file says something at ``keys`` (or at a part of the way)."""
    here: Any = tree
    for depth, key in enumerate(keys):
        if not isinstance(here, dict) or key not in here:
            return depth > 0 and not isinstance(here, dict)
        here = here[key]
    return True
