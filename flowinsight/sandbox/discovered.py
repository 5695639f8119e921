"""The fields CloudWatch discovers in a log group, as GetLogGroupFields lists them.

Source: CloudWatch Logs guide, "Supported logs and discovered fields"; custom formats' names follow the reported rule
that `flowinsight.fields` carries.
"""

from typing import Any

from flowinsight.fields import BY_TOKEN, DEFAULT_FORMAT
from flowinsight.sandbox.events import Selection
from flowinsight.sandbox.log_groups import SandboxLogs

_ALWAYS = ("@ingestionTime", "@log", "@logStream", "@message", "@timestamp")
_MINUTE = 60_000
_LOOKED_AT = 10_000


def record_format(message: str, formats: tuple[tuple[str, ...], ...]) -> tuple[str, ...] | None:
    """Return which of the group's formats a message has, by its number of words; None when it is no flow log record."""
    words = message.count(" ") + 1
    return next((tokens for tokens in (*formats, DEFAULT_FORMAT) if len(tokens) == words), None)


def group_fields(backend: SandboxLogs, group: str, time: int | None) -> list[dict[str, Any]]:
    """Return [{name, percent}] over eight minutes either side of `time` (epoch seconds), or the last 15 minutes."""
    now = backend.world.clock.milliseconds()
    start, end = (now - 15 * _MINUTE, now) if time is None else (time * 1000 - 8 * _MINUTE, time * 1000 + 8 * _MINUTE)
    chosen = Selection(backend.facts[group].handle, start, end)
    messages = [event.message for event in backend.world.events.page(chosen, _LOOKED_AT)]
    counts: dict[str, int] = {}
    for message in messages:
        tokens = record_format(message, backend.formats_of(group)) or ()
        for token, word in zip(tokens, message.split(" "), strict=False):
            if word != "-":
                name = BY_TOKEN[token].insights
                counts[name] = counts.get(name, 0) + 1
    always = [{"name": name, "percent": 100} for name in _ALWAYS] if messages else []
    found = [{"name": name, "percent": max(1, 100 * count // len(messages))} for name, count in sorted(counts.items())]
    return always + found
