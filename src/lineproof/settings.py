"""What a deployment is told: by command-line options, or by environment variables LINEPROOF_..."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "LINEPROOF_"

NOT_SETTINGS = frozenset({"CACHE", "DEBUG", "HOME", "MINUTES", "SHARED"})
"""Variables with our prefix that other parts of Lineproof read."""


FOR_TRYING = "evaluation@"
"""Profiles of this name ask for too little to open a real line."""


class SettingsRefused(ValueError):  # noqa: N818 - it is what it says
    """A setting is unknown or cannot be what it was set to; the sentence names it."""


class Settings(BaseSettings):
    """Every setting of the service, with what it does. An unknown one is an error."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    data: Path = Field(
        default=Path("lineproof-data"),
        description="Folder of the database, the keys and the simulated network.",
    )
    database: str = Field(
        default="",
        repr=False,
        description=(
            "URL of a PostgreSQL database. Empty: SQLite in the data folder. On another machine "
            "its certificate must hold (sslmode, sslrootcert: docs/storage.md)."
        ),
    )
    profile: str = Field(default="default", description="A profile by name, or a file's path.")
    pack: str = Field(default="default", description="The model pack that verifies.")
    setting: str = Field(
        default="", description="How the pack is used. Empty: the pack's own default."
    )
    liveness_table: str = Field(
        default="",
        description=(
            "File of error rates of the liveness checks that you counted yourself, on people "
            "(docs/liveness.md). Empty: those that ship, of simulated captures."
        ),
    )
    operator: Literal["simulated", "osmohlr"] = Field(
        default="simulated", description="The network that carries orders out."
    )
    operator_address: str = Field(
        default="127.0.0.1:4259", description="Host and port of the register's control interface."
    )
    host: str = Field(default="127.0.0.1", description="Address that the service listens on.")
    port: int = Field(default=8080, ge=0, le=65535, description="Port; 0 for any that is free.")
    origin: str = Field(
        default="",
        description=(
            "What people type in their browser, such as https://lines.example. "
            "Empty: http://localhost and the port."
        ),
    )
    messenger_url: str = Field(
        default="",
        description=(
            "Where the operator's own system takes notices to send, https only. "
            "Empty: a simulated inbox in the data folder."
        ),
    )
    messenger_secret: str = Field(
        default="",
        repr=False,
        description="What signs notices on their way there; begins with whsec_.",
    )
    cores: int = Field(
        default=0,
        ge=0,
        le=1024,
        description="Verifications at the same time. 0: one for each core.",
    )
    deliverers: int = Field(
        default=2, ge=0, le=64, description="Threads that send orders, notices and webhooks."
    )
    body_seconds: int = Field(
        default=30, ge=1, le=600, description="Within which a request's body must have arrived."
    )
    upload_bytes: int = Field(
        default=16 * 1024 * 1024,
        ge=64 * 1024,
        le=256 * 1024 * 1024,
        description="The largest upload of pictures.",
    )
    system_rate: int = Field(
        default=6000, ge=1, description="Requests a minute of one operator's system."
    )
    person_rate: int = Field(
        default=240, ge=1, description="Requests a minute of one session or one member of staff."
    )
    stranger_rate: int = Field(
        default=600, ge=1, description="Requests a minute of one address that shows no credentials."
    )
    trusted_proxies: str = Field(
        default="127.0.0.1", description="Addresses whose X-Forwarded-For is believed, with commas."
    )
    webhook_hosts: str = Field(
        default="",
        description=(
            "Hosts of your own that webhooks may go to though they are not public, with commas. "
            "Empty: none."
        ),
    )
    counter_client: str = Field(
        default="",
        description=(
            "The operator's system, by its client id, in whose name counters open cases. "
            "Empty: the counter's pages open none."
        ),
    )
    operator_name: str = Field(
        default="",
        max_length=80,
        description=(
            "The operator's name, as people know it, on the page of other ways and the receipt. "
            "Empty: your operator."
        ),
    )
    shops: str = Field(
        default="",
        max_length=300,
        description=(
            "Where people may come in person and when, as it is shown to them in every language, "
            "such as High Street 1, Mon-Sat 9:00-18:00. Empty: any shop of the operator."
        ),
    )
    unsafe_dev_login: bool = Field(
        default=False, description="Anybody signs in as anybody. Never where there are people."
    )

    @property
    def address(self) -> str:
        """The origin by which browsers know this service."""
        return self.origin or f"http://localhost:{self.port}"

    def unsafe(self, profile: str) -> list[str]:
        """Name what no service with people may have; ``profile`` is the one it runs with."""
        found = {
            "unsafe_dev_login": self.unsafe_dev_login,
            "profile_for_trying": profile.startswith(FOR_TRYING),
            "simulated_network": self.operator == "simulated",
            "simulated_inbox": not self.messenger_url,
        }
        return [name for name, holds in found.items() if holds]

    @property
    def body_time(self) -> timedelta:
        """Within which a body must have arrived."""
        return timedelta(seconds=self.body_seconds)

    @property
    def private_hosts(self) -> frozenset[str]:
        """Hosts that webhooks may go to though they are not public."""
        return frozenset(each.strip().lower() for each in self.webhook_hosts.split(",")) - {""}

    @property
    def workers(self) -> int:
        """Verifications at the same time."""
        return self.cores or usable_cores()


def usable_cores() -> int:
    """Count the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def read_settings(**given: Any) -> Settings:  # noqa: ANN401 - each field says what it may be
    """Read the settings from what was given and the environment; raises SettingsRefused."""
    known = {name.upper() for name in Settings.model_fields} | NOT_SETTINGS
    for name in os.environ:
        rest = name.removeprefix(PREFIX)
        if name.startswith(PREFIX) and rest not in known:
            msg = f"{name} is no setting. docs/settings.md lists them."
            raise SettingsRefused(msg)
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        msg = f"The setting {where} cannot be that: {first['msg']}."
        raise SettingsRefused(msg) from None
