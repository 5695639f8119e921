"""Which formats AWS takes, and the tag keys that some of their fields need.

Sources: VPC User Guide, "Flow log records" and "Flow log limitations"; Transit Gateway guide, "Transit Gateway Flow Log records";
EC2 API reference, TagFieldSpecificationRequest.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flowinsight.fields import BY_TOKEN
from flowinsight.provision.presets import TRANSIT, log_format
from flowinsight.provision.refusals import SetupError

TagFields = tuple[tuple[str, str], ...]
"""Fields that carry the value of a tag, each with the tag's key: (("instance-tag", "team"), ("instance-tag-2", "service"))."""

_TAGGED = {"instance-tag": "instance", "interface-tag": "network-interface", "asg-tag": "auto-scaling-group"}
_SECOND = "-2"
TAG_FIELDS = tuple(f"{token}{end}" for token in _TAGGED for end in ("", _SECOND))
_FORMAT = re.compile(r"\$\{[a-z0-9-]+\}(?: \$\{[a-z0-9-]+\})*")


def check_format(text: str, tokens: Sequence[str], *, transit: bool) -> None:
    """SetupError for what AWS would refuse; `text` is as it was given, a preset's name or AWS's text of `tokens`."""
    if text != " ".join(text.split()) or not tokens:
        raise SetupError("A format is a preset's name, or fields such as ${srcaddr} with one space between them.")
    unknown = [token for token in tokens if token not in BY_TOKEN]
    if unknown or not _FORMAT.fullmatch(log_format(tuple(tokens))):
        raise SetupError(f"{', '.join(unknown) or text} is neither a preset nor a field of flow logs.")
    if len(set(tokens)) < len(tokens):
        raise SetupError("The format names a field twice.")
    foreign = [token for token in tokens if BY_TOKEN[token].version == 6]
    if foreign and not transit:
        raise SetupError(f"Only transit gateways have the field {foreign[0]}.")
    lacking = [token for token in tokens if token not in TRANSIT]
    if lacking and transit:
        raise SetupError(f"Transit gateways have no field {lacking[0]}: use the preset transit-gateway.")


def check_tag_fields(tokens: Sequence[str], tag_fields: TagFields) -> None:
    """SetupError unless every tag field of the format has its key, and every key its field."""
    keys = dict(tag_fields)
    unknown = [token for token in keys if token not in TAG_FIELDS]
    if unknown:
        raise SetupError(f"{unknown[0]} carries no tag: there are {', '.join(TAG_FIELDS)}.")
    for token in TAG_FIELDS:
        if token in tokens and token not in keys:
            raise SetupError(f"The field {token} needs the key of the tag whose value it carries.")
        if token in keys and token not in tokens:
            raise SetupError(f"A tag's key is given for {token}, which is not in the format.")
        if token in keys and not 1 <= len(keys[token]) <= 128:
            raise SetupError(f"The tag's key for {token} has 1 to 128 characters.")
        first = token.removesuffix(_SECOND)
        if token != first and token in keys and keys.get(first) in {None, keys[token]}:
            raise SetupError(f"{token} is for a second key beside that of {first}: give {first} one of its own.")


def specifications(tag_fields: TagFields) -> list[dict[str, Any]]:
    """What CreateFlowLogs takes: the keys of each kind of resource, the first for the first field, the second for the second."""
    keys = dict(tag_fields)
    return [
        {"ResourceType": kind, "TagKeys": [keys[field] for field in (token, f"{token}{_SECOND}") if field in keys]}
        for token, kind in _TAGGED.items()
        if token in keys
    ]


def tag_fields_of(answered: Iterable[Mapping[str, Any]]) -> TagFields:
    """What DescribeFlowLogs tells."""
    tokens = {kind: token for token, kind in _TAGGED.items()}
    found = {
        f"{tokens[one['ResourceType']]}{end}": key
        for one in answered
        if one.get("ResourceType") in tokens
        for end, key in zip(("", _SECOND), one.get("TagKeys", []), strict=False)
    }
    return ordered(found.items())


def ordered(tag_fields: Iterable[tuple[str, str]]) -> TagFields:
    """In the order of TAG_FIELDS: AWS may tell them in another one than they were asked for."""
    return tuple(sorted(tag_fields, key=lambda pair: TAG_FIELDS.index(pair[0])))
