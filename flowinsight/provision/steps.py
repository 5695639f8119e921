"""The kinds of step a plan consists of."""

from dataclasses import dataclass
from typing import assert_never

from flowinsight.provision.deployed import FlowLog
from flowinsight.provision.settings import (
    BucketSettings,
    Difference,
    FlowLogSettings,
    GroupSettings,
    RoleSettings,
    Settings,
)


@dataclass(frozen=True)
class Create:
    after: Settings


@dataclass(frozen=True)
class Change:
    """`flow_log_id` is set for a flow log, of which only tags can change."""

    before: Settings
    after: Settings
    differences: tuple[Difference, ...]
    flow_log_id: str = ""


@dataclass(frozen=True)
class Replace:
    """A flow log and its successor. With `overlap` the old one goes when the new one has delivered; else it goes first."""

    before: FlowLog
    after: FlowLogSettings
    why: str
    overlap: bool


@dataclass(frozen=True)
class Delete:
    """`waits_for` must have delivered a record first. `data` says that records go with it."""

    before: Settings
    why: str
    flow_log_id: str = ""
    waits_for: FlowLogSettings | None = None
    data: bool = False

    @property
    def rank(self) -> int:
        """Flow logs go before what they write to and with."""
        return [FlowLogSettings, RoleSettings, GroupSettings, BucketSettings].index(type(self.before))


@dataclass(frozen=True)
class Unchanged:
    before: Settings
    flow_log_id: str = ""


@dataclass(frozen=True)
class LeftAlone:
    """Somebody else's, or kept for its records. `statements` is what its owner must see to: policies as JSON."""

    before: Settings
    why: str
    statements: tuple[str, ...] = ()


Step = Create | Change | Replace | Delete | Unchanged | LeftAlone


def about(step: Step) -> Settings:
    """What a step is about: the resource as it shall be, else as it is."""
    match step:
        case Create() | Change() | Replace():
            return step.after
        case Delete() | Unchanged() | LeftAlone():
            return step.before
        case _:
            assert_never(step)


def described(step: Step) -> str:
    """A step in words: "Create log group /flow"."""
    verbs = {
        Create: "Create",
        Change: "Change",
        Replace: "Replace",
        Delete: "Delete",
        Unchanged: "Keep",
        LeftAlone: "Leave alone",
    }
    return f"{verbs[type(step)]} {about(step).label} {about(step).name}"
