"""Typed settings: options of the command line over environment (``CHOPMARK_*``) over ``HOME/settings.toml`` over defaults."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import quote

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from chopmark.errors import InputError, UsageError
from chopmark.wording import Language, Wording

MEBIBYTE: Final = 1 << 20
FILE_NAME: Final = "settings.toml"
DEFAULT_HOME: Final = Path("~/.chopmark")

UserPath = Annotated[Path, AfterValidator(Path.expanduser)]


class Settings(BaseSettings):
    """Everything that an operator may set.

    ``home``: folder of keys, database and trust file. ``trust``, ``database``: default to ``home/trust.json`` and an SQLite
    file in ``home``. ``lang``: of what people read; None: as the locale says. ``chain``: the name of the chain in the trust
    file to write to; needed only if it names several. ``max_file_mb``: larger files are refused before they are read.
    ``rpc_timeout``: seconds for one answer of a node. ``database_wait``: seconds to wait for another writer.

    ``signing_hours``: for how long a signature is asked of a key that has no account.

    Of the service: ``site_name``: what it calls itself; ``max_request_mb``: the largest request with files;
    ``max_json_mb``: the largest without. ``max_parts``: files and fields of one request. ``body_seconds``: grace for a
    body, which must then come with at least 10 kB a second.
    ``min_free_mb``: with less free space it takes nothing in. ``metrics``: who may read ``/metrics``.

    Of matching by number: ``lookups_per_hour``: questions of one asker; ``lookup_misses_per_hour``: of these, such as do not
    agree; ``lookup_misses_per_number``: of one asker a day, about one number; ten times as many of all askers together.

    Of commands that work through another site: ``site``: its address, empty: none; ``token_file``: file with the token for it,
    or ``token`` itself.
    """

    model_config = SettingsConfigDict(env_prefix="CHOPMARK_", env_ignore_empty=True, extra="forbid")

    home: UserPath = Field(default=DEFAULT_HOME, validate_default=True)
    trust: UserPath | None = None
    database: str | None = None
    lang: Language | None = None
    chain: str = ""
    passphrase_file: UserPath | None = None
    signing_hours: int = Field(default=24, ge=1, le=720)
    max_file_mb: int = Field(default=50, ge=1, le=4096)
    max_files: int = Field(default=20_000, ge=1)
    rpc_timeout: float = Field(default=10.0, gt=0, le=600)
    database_wait: float = Field(default=10.0, gt=0, le=600)
    max_request_mb: int = Field(default=256, ge=1, le=65_536)
    max_json_mb: int = Field(default=32, ge=1, le=1024)
    site_name: str = Field(default="", max_length=100)
    max_parts: int = Field(default=200, ge=1, le=10_000)
    body_seconds: float = Field(default=20.0, gt=0, le=3600)
    min_free_mb: int = Field(default=64, ge=0)
    metrics: Literal["public", "token", "off"] = "token"
    lookups_per_hour: int = Field(default=600, ge=1)
    lookup_misses_per_hour: int = Field(default=60, ge=1)
    lookup_misses_per_number: int = Field(default=20, ge=1)
    site: str = ""
    token: SecretStr | None = None
    token_file: UserPath | None = None
    light_keystore: bool = Field(default=False, description="weaker key derivation, for throw-away demo keys only")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Options first, then the environment, then the home folder's own file."""
        home = Path(init_settings().get("home") or env_settings().get("home") or DEFAULT_HOME).expanduser()
        return init_settings, env_settings, _HomeFile(settings_cls, home / FILE_NAME)

    @property
    def trust_path(self) -> Path:
        """Where the trust file is expected."""
        return self.trust or self.home / "trust.json"

    @property
    def database_url(self) -> str:
        """SQLAlchemy URL of the site's database."""
        # Quoted: a folder's name may hold what means something in a URL.
        return self.database or f"sqlite:///{quote(str(self.home / 'site.db'))}"

    @property
    def max_file_bytes(self) -> int:
        """Limit of one file in bytes."""
        return self.max_file_mb * MEBIBYTE

    @property
    def max_request_bytes(self) -> int:
        """Limit of one request with files in bytes."""
        return self.max_request_mb * MEBIBYTE

    @property
    def max_json_bytes(self) -> int:
        """Limit of one request without files in bytes."""
        return self.max_json_mb * MEBIBYTE


class _HomeFile(TomlConfigSettingsSource):
    """The home folder's own file."""

    def __init__(self, settings_cls: type[BaseSettings], path: Path) -> None:
        try:
            super().__init__(settings_cls, toml_file=path)
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
            why = Wording("不是可读的 TOML 文件（{fault}）", "it is not a readable TOML file ({fault})")
            raise InputError(
                place=path,
                why=why.filled(fault=getattr(fault, "strerror", None) or fault),
                fix_zh="请更正或移走该文件",
                fix_en="Correct it, or move it away",
            ) from fault


def load_settings(**options: Any) -> Settings:
    """Settings from everywhere; options that are ``None`` do not count.

    Raises ``UsageError`` naming the setting and its value's fault, never the value: an address may hold a password.
    """
    try:
        return Settings(**{k: v for k, v in options.items() if v is not None})
    except ValidationError as fault:
        first = fault.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            why = Wording("没有名为“{name}”的设置项", "there is no setting “{name}”")
        else:
            why = Wording("设置项 {name} 的值不可用（{why}）", "the setting {name} has an unusable value ({why})")
        raise UsageError(why=why.filled(name=name, why=first["msg"])) from fault
