"""Which fields CloudWatch discovers in a message by itself.

Documented: `@timestamp @ingestionTime @message @logStream @log`, the fields of the default flow log format in camel
case (`srcAddr`, `interfaceId`), and those of JSON messages with dots for nesting. Reported: custom formats follow the
same rule. AWS contradicts itself about the two ends of the window (`startTime`/`endTime` in its table, `start`/`end`
from its transformer), so their names are a parameter.
"""

from dataclasses import dataclass

SYSTEM = ("@timestamp", "@ingestionTime", "@message", "@logStream", "@log", "@ptr")
ADDRESSES = {
    "srcaddr": "srcAddr",
    "dstaddr": "dstAddr",
    "srcport": "srcPort",
    "dstport": "dstPort",
    "pkt-srcaddr": "pktSrcAddr",
    "pkt-dstaddr": "pktDstAddr",
}


@dataclass(frozen=True)
class Discovery:
    """The formats of the flow logs that write into the group: column tokens in the order of the line.

    A message belongs to the first format with as many fields as the message has words.
    """

    formats: tuple[tuple[str, ...], ...] = ()
    window: tuple[str, str] = ("startTime", "endTime")

    def name(self, token: str) -> str:
        """Return what Logs Insights calls the column `${token}`."""
        if token in ("start", "end"):
            return self.window[token == "end"]
        if token in ADDRESSES:
            return ADDRESSES[token]
        first, *others = token.split("-")
        return first + "".join(word.capitalize() for word in others)

    def places(self, name: str) -> tuple[tuple[int, int], ...]:
        """Return (words in the message, position from 1) for each format that has the field, one a word count."""
        found: dict[int, int] = {}
        counts: set[int] = set()
        for tokens in self.formats:
            names = [self.name(token) for token in tokens]
            if len(tokens) not in counts and name in names:
                found[len(tokens)] = names.index(name) + 1
            counts.add(len(tokens))
        return tuple(found.items())
