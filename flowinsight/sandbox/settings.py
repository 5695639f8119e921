"""What the control endpoint may switch while the sandbox runs."""

from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Settings:
    """Delays and times are in sandbox seconds; AWS's own are about 300 (CloudWatch) and 600 (S3).

    `late` and `repeated` are probabilities per delivery. `minute_windows` captures every
    interface per minute, as Nitro instances are; without it the others keep to the interval asked for.
    `heal_delivery` lets a failed flow log recover. `scan_events_per_page` bounds how many events one
    FilterLogEvents page looks at, which is what makes empty pages appear; a Logs Insights query takes at least
    `query_seconds` of real time, and sees events from before its group's creation only with `query_before_group`; with a
    `query_rate` StartQuery and GetQueryResults are each refused beyond so many requests a second of real time (AWS: 10).
    With `linked_accounts` the company's main account is a monitoring account, and sees the log groups of the others.
    """

    cloudwatch_delay: float = 2.0
    s3_delay: float = 2.0
    late: float = 0.02
    repeated: float = 0.02
    minute_windows: bool = True
    iam_propagation: float = 0.0
    heal_delivery: bool = False
    enforce_permissions: bool = False
    isolate_accounts: bool = False
    scan_events_per_page: int = 100_000
    query_seconds: float = 0.3
    query_before_group: bool = False
    query_rate: float = 0.0
    linked_accounts: bool = True

    def changed(self, changes: dict[str, Any]) -> "Settings":
        """Return a copy with changes; ValueError is a sentence naming the wrong setting."""
        if not isinstance(changes, dict):
            raise ValueError("Settings are a JSON object of names and values.")  # noqa: TRY004 - told to who asked
        kinds = {item.name: type(getattr(self, item.name)) for item in fields(self)}
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        for name, value in changes.items():
            if name not in kinds:
                raise ValueError(f"There is no setting {name!r}; the settings are {', '.join(kinds)}.")
            accepted = (int, float) if kinds[name] is float else (kinds[name],)
            if type(value) not in accepted or value < 0:
                raise ValueError(f"The setting {name} takes a non-negative {kinds[name].__name__}, not {value!r}.")
            if name in {"late", "repeated"} and value > 1:
                raise ValueError(f"The setting {name} is a probability: at most 1, not {value!r}.")
            if name == "scan_events_per_page" and value < 1:
                raise ValueError("A page looks at one event at least.")
            values[name] = kinds[name](value)
        return Settings(**values)
