"""An operator's `alerts.toml`: what is watched, and who is told."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self

from annotated_types import Interval, MinLen
from pydantic import (
    AllowInfNan,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails

from traceability.alerts.deliver import Send
from traceability.alerts.mail import Mailbox
from traceability.alerts.rule import Rule
from traceability.alerts.tell import Audience
from traceability.alerts.webhook import Allowed, Webhook
from traceability.cold_chain.profiles import Profiles
from traceability.errors import InvalidInput
from traceability.keys.files import read_secret
from traceability.telemetry.metrics import METRICS

ReadSecret = Callable[[str], str]

_Text = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
_Address = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+$", max_length=254)]
_Number = Annotated[float, Interval(ge=-1e9, le=1e9), AllowInfNan(False)]
_Seconds = Annotated[float, Interval(ge=0, le=1e9), AllowInfNan(False)]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=True)

    name: _Text


class _RuleRow(_Row):
    devices: list[_Text] = []
    metric: Literal[tuple(METRICS)] = "air_temperature"  # type: ignore[valid-type]
    profile: str | None = None
    low: _Number | None = None
    high: _Number | None = None
    hysteresis: _Number | None = None
    after_s: _Seconds = 0
    silent_after_s: _Seconds | None = None
    settle_s: _Seconds = 300
    escalate_after_s: _Seconds | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        limits = {"metric", "profile", "low", "high", "hysteresis", "after_s"} & self.model_fields_set
        if self.silent_after_s is not None and limits:
            raise ValueError(f"silent_after_s does not go with {', '.join(sorted(limits))}")
        return self

    def rule(self, profiles: Profiles) -> Rule:
        silent = self.silent_after_s is not None
        kind = None if self.profile is None else profiles.named(self.profile)
        low, high, hysteresis = (None, None, 0.0) if kind is None else (kind.low, kind.high, kind.hysteresis)
        return Rule(
            name=self.name,
            devices=tuple(self.devices),
            metric=None if silent else self.metric,
            low=low if self.low is None else self.low,
            high=high if self.high is None else self.high,
            hysteresis=hysteresis if self.hysteresis is None else self.hysteresis,
            after_ms=_ms(self.after_s if self.silent_after_s is None else self.silent_after_s),
            settle_ms=_ms(self.settle_s),
            escalate_after_ms=None if self.escalate_after_s is None else _ms(self.escalate_after_s),
        )


class _TargetRow(_Row):
    escalation: bool = False
    party: Annotated[str, StringConstraints(pattern=r"^[0-9]{13}$")] | None = None


class _WebhookRow(_TargetRow):
    webhook: _Text
    secret_file: _Text

    def send(self, allowed: Allowed, read: ReadSecret) -> Send:
        return Webhook(self.webhook, read(self.secret_file), allowed)


class _MailRow(_TargetRow):
    smtp: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.-]+:[0-9]{1,5}$")]
    sender: Annotated[_Address, Field(alias="from")]
    to: Annotated[list[_Address], MinLen(1)]
    user: _Text | None = None
    password_file: _Text | None = None
    starttls: bool = True

    def send(self, _allowed: Allowed, read: ReadSecret) -> Send:
        host, _, port = self.smtp.partition(":")
        password = None if self.password_file is None else read(self.password_file)
        return Mailbox(host, int(port), self.sender, tuple(self.to), self.user, password, self.starttls)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    rule: list[_RuleRow] = []
    target: list[
        Annotated[
            Annotated[_WebhookRow, Tag("webhook")] | Annotated[_MailRow, Tag("mail")],
            # By what it has, so that a fault of one kind is not told as one of both.
            Discriminator(lambda row: "mail" if "smtp" in row else "webhook"),
        ]
    ] = []


@dataclass(frozen=True, slots=True)
class Plan:
    rules: Sequence[Rule]
    audience: Audience
    targets: Mapping[str, Send]
    """How to reach each, by name."""
    parties: Mapping[str, Sequence[str]]
    """The targets of other parties, by GLN: they are told of recalls, and of no alert."""


def read_plan(text: str, profiles: Profiles, allowed: Allowed, read_secret: ReadSecret) -> Plan:
    """Raises `InvalidInput` that names the place and what is wrong there."""
    try:
        file = _File.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"alerts: {error}") from error
    except ValidationError as error:
        raise InvalidInput(f"alerts: {'; '.join(map(_told, error.errors()))}") from error
    for rows in (file.rule, file.target):
        names = [row.name for row in rows]
        if len(set(names)) < len(names):
            raise InvalidInput(f"alerts: a name stands twice among {', '.join(names)}")
    return Plan(
        [row.rule(profiles) for row in file.rule],
        Audience(
            tuple(row.name for row in file.target if not row.escalation and row.party is None),
            tuple(row.name for row in file.target if row.escalation and row.party is None),
        ),
        {row.name: row.send(allowed, read_secret) for row in file.target},
        {
            party: [row.name for row in file.target if row.party == party]
            for party in sorted({row.party for row in file.target if row.party is not None})
        },
    )


def _told(fault: ErrorDetails) -> str:
    table, *path = fault["loc"]
    where = f"{table} {path[0] + 1}" if path and isinstance(path[0], int) else str(table)
    match fault["type"]:
        case "missing":
            return f"{where} has no `{path[-1]}`"
        case "extra_forbidden":
            known = (
                "; a target has webhook and secret_file, or smtp, from and to" if table == "target" else ""
            )
            return f"{where}: there is no `{fault['loc'][-1]}`{known}"
    field = f"{path[-1]}: " if len(path) > 1 else ""
    return f"{where}: {field}{fault['msg'].removeprefix('Value error, ')}"


def read_secret_in(folder: Path) -> ReadSecret:
    """Reads the secrets that the file names, from `folder` unless their path is absolute."""
    return lambda name: read_secret(folder / name).decode("utf-8").strip()


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
