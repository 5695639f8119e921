"""Which format a log event is in: what the flow log says, else what its values allow, where they leave no choice."""

import re
from collections.abc import Iterable, Iterator, Sequence

from flowinsight.fields import BY_TOKEN, DEFAULT_FORMAT, FIELDS
from flowinsight.records import careful, cells
from flowinsight.records.headers import as_header
from flowinsight.records.tally import Batch, Tally, unparsable

Format = tuple[str, ...]

_SHAPES = {
    "account_id": r"\d{12}|unknown|amazon-.*", "interface_id": r"eni-[0-9a-z]+", "vpc_id": r"vpc-[0-9a-z]+",
    "subnet_id": r"subnet-[0-9a-z]+", "instance_id": r"i-[0-9a-z]+", "action": "ACCEPT|REJECT",
    "log_status": "OK|NODATA|SKIPDATA", "type": "IPv4|IPv6|EFA", "flow_direction": "ingress|egress",
    "region": r"[a-z]{2}(-[a-z]+)+-\d", "az_id": r"[a-z0-9-]+-az\d+", "sublocation_type": "wavelength|outpost|localzone",
    "resource_id": r"nat-[0-9a-z]+", "reject_reason": "BPA|EC",
}  # fmt: skip
"""What values of a field look like. Source: VPC User Guide, flow log records."""
_LONGEST_WINDOW = 3600


def parsed(log_format: str | None) -> Format:
    """The tokens of a LogFormat (`${version} ${srcaddr}`); the default format where a flow log names none."""
    return (as_header(log_format.split()) if log_format else None) or DEFAULT_FORMAT


def fits(line: str, tokens: Sequence[str]) -> bool:
    """Whether every value of the line is one that its field can have in this format."""
    row = careful.read_line(line, tokens).row
    if row is None:
        return False
    for name, shape in _SHAPES.items():
        value = row.get(name)
        if value is not None and not re.fullmatch(shape, str(value)):
            return False
    start, end, version = row.get("start"), row.get("end"), row.get("version")
    if isinstance(start, int) and isinstance(end, int) and not start <= end <= start + _LONGEST_WINDOW:
        return False
    return version is None or version == max(BY_TOKEN[token].version for token in tokens if token in BY_TOKEN)


def inferred(lines: Sequence[str], discovered: Iterable[str] = ()) -> Format | None:
    """The one format that all lines fit; None when there is none, or more than one.

    Tried: the default format, every field up to a version, and the fields CloudWatch discovered (by its names), each in the
    order of AWS's documentation and by the alphabet, as the console writes them.
    """
    records = [line for line in lines if not {"NODATA", "SKIPDATA"} & set(line.split())]
    names = [field.token for field in FIELDS if field.insights in set(discovered)]
    known = [[item.token for item in FIELDS if item.version <= top and item.version != 6] for top in range(2, 12)]
    candidates = {tuple(order) for tokens in (*known, names) for order in (tokens, sorted(tokens)) if tokens}
    found = [tokens for tokens in candidates if all(fits(line, tokens) for line in lines)] if records else []
    return found[0] if len(found) == 1 else None


def timed(tokens: Format) -> Format:
    """The format an event is read by: where it has no start, the event's own time, which CloudWatch takes from it, is added."""
    return tokens if "start" in tokens else (*tokens, "start")


def read(events: Iterable[tuple[str, int]], formats: Sequence[Format]) -> Iterator[Batch]:
    """Batches of log events, each a message and its time in milliseconds, read by the one format of the group that it fits."""
    apart: dict[Format, list[str]] = {}
    doubtful: list[str | Tally] = []
    for message, at in events:
        tokens = format_of(message, formats)
        if tokens is None:
            doubtful.append(unparsable("it fits not exactly one of the formats of this log group", message))
        else:
            text = message if "start" in tokens else f"{message.rstrip()} {at // 1000}"
            apart.setdefault(timed(tokens), []).append(text)
    for tokens, texts in apart.items():
        yield from cells.read_messages(texts, tokens)
    if doubtful:
        yield from cells.read_messages(doubtful, DEFAULT_FORMAT)


def format_of(message: str, formats: Sequence[Format]) -> Format | None:
    """By the number of words, and where that leaves several, by their values; the only format takes what fits none."""
    words = len(message.split())
    possible = [tokens for tokens in formats if len(tokens) == words] or list(formats[:1])
    if len(possible) > 1:
        possible = [tokens for tokens in possible if fits(message, tokens)]
    return possible[0] if len(possible) == 1 else None
