"""Typed settings: options of the command line over environment (``CHOPMARK_*``) over ``HOME/settings.toml`` over defaults."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from chopmark.errors import UsageError
from chopmark.wording import Language

MEBIBYTE = 1 << 20


class Settings(BaseSettings):
    """Everything that an operator may set.

    ``home``: folder of keys, database and trust file. ``trust``, ``database``: default to ``home/trust.json`` and an SQLite
    file in ``home``. ``chain``: the name of the chain in the trust file to write to; needed only if it names several.
    ``max_file_mb``: larger files are refused before they are read. ``rpc_timeout``: seconds for one answer of a node.
    """

    model_config = SettingsConfigDict(env_prefix="CHOPMARK_", extra="ignore")

    home: Path = Field(default_factory=lambda: Path.home() / ".chopmark")
    trust: Path | None = None
    database: str | None = None
    lang: Language = Language.EN
    chain: str = ""
    passphrase_file: Path | None = None
    max_file_mb: int = Field(default=50, ge=1, le=4096)
    max_files: int = Field(default=20_000, ge=1)
    rpc_timeout: float = Field(default=10.0, gt=0, le=600)
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
        home = init_settings().get("home") or env_settings().get("home") or Path.home() / ".chopmark"
        file = TomlConfigSettingsSource(settings_cls, toml_file=Path(home) / "settings.toml")
        return init_settings, env_settings, file

    @property
    def trust_path(self) -> Path:
        """Where the trust file is expected."""
        return self.trust or self.home / "trust.json"

    @property
    def database_url(self) -> str:
        """SQLAlchemy URL of the site's database."""
        return self.database or f"sqlite:///{self.home / 'site.db'}"

    @property
    def max_file_bytes(self) -> int:
        """Limit of one file in bytes."""
        return self.max_file_mb * MEBIBYTE


def load_settings(**options: Any) -> Settings:
    """Settings from everywhere; options that are ``None`` do not count.

    Raises ``UsageError`` naming the setting and its value's fault.
    """
    try:
        return Settings(**{k: v for k, v in options.items() if v is not None})
    except ValidationError as fault:
        first = fault.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise UsageError(why=f"{name}: {first['msg']}") from fault
