"""The installation's settings; the only reader of the environment.

Every setting is documented in ``.env.example``. What is missing or wrong is reported
all at once, by name. A vendor whose settings are absent is off.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

from dotenv import dotenv_values
from pydantic import (
    Field,
    ModelWrapValidatorHandler,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.config.capture import CapturePrefix, CaptureProjects, CaptureUpstream
from bot.config.groups import incomplete
from bot.config.types import (
    AssetHosts,
    Hosts,
    Keys,
    Mailboxes,
    Names,
    Networks,
    Numbers,
    PublicKey,
    Rules,
    ScopeWords,
    SlackNames,
    Span,
    Words,
    Workspaces,
    ZendeskInstallation,
    origin,
    span,
)
from bot.errors import SettingsError
from bot.policy import Audience, RedactionPolicy

__all__ = ["Settings", "SettingsForSetup", "documented_names", "span"]


class Settings(BaseSettings):
    """One installation's settings, by the names they have in the environment."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True)

    public_url: str = "http://127.0.0.1:8080"
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    data_dir: Path = Path("data")
    redis_url: SecretStr | None = None
    database_url: SecretStr | None = None
    storage_url: str | None = None
    secret_keys: Keys = ()
    link_expiry: Span = timedelta(days=7)
    look_back: Span = timedelta(days=14)
    results: Annotated[int, Field(ge=1, le=5)] = 5
    person_properties: Names = ()
    worker_threads: Annotated[int, Field(ge=1, le=64)] = 4
    lease: Span = timedelta(seconds=60)
    redact_secrets: bool = True
    redact: Rules = ()
    audience: Audience = Audience.STAFF
    internal_hosts: Hosts = ()
    asset_hosts: AssetHosts = ()
    asset_private_networks: Networks = ()
    export_assets: bool = False
    assets_count: Annotated[int, Field(ge=1, le=5000)] = 300
    assets_mb: Annotated[int, Field(ge=1, le=100)] = 4
    assets_total_mb: Annotated[int, Field(ge=1, le=500)] = 20
    assets_time: Span = timedelta(seconds=20)
    assets_cache: Span = timedelta(days=1)
    chromium: Path | None = None
    metrics_port: Annotated[int, Field(ge=1, le=65535)] | None = None
    log_format: Literal["json", "text"] = "json"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    posthog_host: str = "us"
    posthog_project_id: str | None = None
    posthog_api_key: SecretStr | None = None
    posthog_paths: Literal["projects", "environments"] = "projects"
    posthog_ui_host: str | None = None

    slack_bot_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_client_id: str | None = None
    slack_client_secret: SecretStr | None = None
    slack_workspaces: Workspaces = ()
    slack_app_token: SecretStr | None = None
    slack_command: Annotated[str, Field(pattern=r"^/[a-z0-9_-]{1,31}$")] = "/replay"
    slack_api_url: str = "https://slack.com/api/"
    slack_allow_channels: SlackNames = ()
    slack_allow_groups: SlackNames = ()
    slack_allow_roles: Literal["member", "admin", "owner"] | None = None
    slack_allow_guests: bool = False
    slack_allow_external: bool = False

    zendesk_subdomain: str | None = None
    zendesk_oauth_client_id: str | None = None
    zendesk_oauth_client_secret: SecretStr | None = None
    zendesk_email: str | None = None
    zendesk_api_token: SecretStr | None = None
    zendesk_webhook_secrets: Words = ()
    zendesk_delivery: Literal["triggers", "events"] = "triggers"
    zendesk_only: ScopeWords = ()
    zendesk_except: ScopeWords = ()
    zendesk_field_id: Numbers = ()
    zendesk_user_field: str | None = None
    zendesk_include_ccs: bool = False
    zendesk_shared_mailboxes: Mailboxes = ()
    zendesk_note_when_nothing: bool = False
    zendesk_attach_file: bool = False
    zendesk_attach_mb: Annotated[int, Field(ge=1, le=50)] = 20
    zendesk_updates_per_minute: Annotated[int, Field(ge=1, le=10_000)] = 100
    zendesk_app_public_key: PublicKey | None = None
    zendesk_app_audience: ZendeskInstallation | None = None
    zendesk_url: str | None = None

    archive_url: Annotated[str, Field(max_length=500)] | None = None
    archive_threads: Annotated[int, Field(ge=1, le=16)] = 2
    archive_per_hour: Annotated[int, Field(ge=1, le=1_000_000)] | None = None

    capture_mode: Literal["keep", "tee", "forward"] | None = None
    capture_projects: CaptureProjects = ()
    capture_retention: Span | None = None
    capture_prefix: CapturePrefix = ""
    capture_forward_to: CaptureUpstream | None = None
    capture_sdk_dir: Path | None = None
    capture_session_mb: Annotated[int, Field(ge=1, le=10_000)] = 500
    capture_opt_out: bool = True
    capture_trusted_hops: Annotated[int, Field(ge=0, le=10)] = 0
    capture_address_per_minute: Annotated[int, Field(ge=1, le=10**7)] = 6000
    capture_project_per_minute: Annotated[int, Field(ge=1, le=10**7)] = 120_000

    @field_validator("public_url", "zendesk_url", "posthog_ui_host")
    @classmethod
    def _is_origin(cls, value: str | None) -> str | None:
        return None if value is None else origin(value)

    @field_validator("slack_app_token")
    @classmethod
    def _is_app_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith("xapp-"):
            raise ValueError("expected an app-level token, xapp-…")
        return value

    @field_validator("export_assets")
    @classmethod
    def _has_hosts(cls, value: bool, info: ValidationInfo) -> bool:
        # A wrong ASSET_HOSTS is not there, and is reported by itself.
        if value and info.data.get("asset_hosts") == ():
            raise ValueError("ASSET_HOSTS is missing: assets are fetched from no other")
        return value

    @model_validator(mode="wrap")
    @classmethod
    def _reports_everything(
        cls, data: Any, handler: ModelWrapValidatorHandler[Self]
    ) -> Self:
        problems = incomplete(data, cls._needs_webhook_secret)
        try:
            settings = handler(data)
        except ValidationError as error:
            problems += _explained(error)
        if problems:
            lines = "\n  ".join(problems)
            raise SettingsError(f"settings are missing or wrong:\n  {lines}")
        return settings

    @classmethod
    def from_env(
        cls, environ: Mapping[str, str] | None = None, env_file: Path | None = None
    ) -> Self:
        """The settings of the environment, or of ``environ`` alone where given.

        Raises SettingsError naming every setting that is missing or wrong.
        """
        if environ is None:
            file = env_file or Path(".env")
            _hand_to_clouds(file)
            return cls(_env_file=file)
        known = {
            name.lower(): value
            for name, value in environ.items()
            if name.lower() in cls.model_fields and value != ""
        }
        return cls.model_validate(known)

    _needs_webhook_secret: ClassVar[bool] = True

    @property
    def has_slack(self) -> bool:
        return bool(self.slack_bot_token or self.slack_client_id)

    @property
    def has_zendesk(self) -> bool:
        return self.zendesk_subdomain is not None

    @property
    def has_zendesk_app(self) -> bool:
        return self.has_zendesk and self.zendesk_app_public_key is not None

    @property
    def redaction(self) -> RedactionPolicy:
        """What is taken out of recordings, for those they are made for by default."""
        return self.redaction_for(self.audience)

    def redaction_for(
        self, audience: Audience, *, also: tuple[str, ...] = ()
    ) -> RedactionPolicy:
        """What is taken out of a copy for others, and by more rules."""
        policy = RedactionPolicy(
            secrets=self.redact_secrets, internal_hosts=self.internal_hosts
        )
        return policy.also((*self.redact, *also)).for_audience(audience)

    @property
    def sql_url(self) -> str:
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data_dir.absolute() / 'courier.db'}"

    @property
    def object_url(self) -> str:
        return self.storage_url or (self.data_dir.absolute() / "objects").as_uri()


def _explained(error: ValidationError) -> list[str]:
    lines = []
    for one in error.errors(include_url=False, include_input=False):
        name = ".".join(str(part) for part in one["loc"][:1]).upper()
        lines.append(f"{name}: {str(one['msg']).removeprefix('Value error, ')}")
    return lines


class SettingsForSetup(Settings):
    """The settings where Zendesk's secret does not exist yet, because
    ``setup zendesk`` is about to make it."""

    _needs_webhook_secret: ClassVar[bool] = False


def _hand_to_clouds(env_file: Path) -> None:
    """obstore reads the clouds' credentials from the environment alone."""
    for name, value in dotenv_values(env_file).items():
        if value and name.startswith(("AWS_", "AZURE_", "GOOGLE_")):
            os.environ.setdefault(name, value)


def documented_names() -> list[str]:
    """Every setting's name as it stands in the environment."""
    fields: dict[str, Any] = Settings.model_fields
    return [name.upper() for name in fields]
