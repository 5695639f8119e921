"""Text from logs and from people, shown as it is: Markdown would read its punctuation as commands."""

import re
from datetime import datetime, tzinfo

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_ADDRESS = re.compile(r"https?:(?=//)|www(?=\.)", re.IGNORECASE)
"""What the page would make a link of after all escapes are undone. A word joiner in it is not seen, and it is none any more."""


def plain(text: object) -> str:
    """The text with every ASCII punctuation mark escaped for Markdown, and no link in it: a stranger may have written it."""
    return _PUNCTUATION.sub(r"\\\1", _ADDRESS.sub("\\g<0>\u2060", str(text)))


def gray(text: object) -> str:
    return f":gray[{plain(text)}]"


def moment(second: int | None, zone: tzinfo) -> str:
    """A time as a person reads it, in their zone, to the second."""
    return "unknown" if second is None else datetime.fromtimestamp(second, zone).strftime("%Y-%m-%d %H:%M:%S")
