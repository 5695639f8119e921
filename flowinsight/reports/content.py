"""What a report says, as values. They know nothing of how they are shown."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from flowinsight.columns import Table
from flowinsight.snapshots import Name

TOTAL = "Total"
"""The name of a row that adds up all others."""

Tone = Literal["accepted", "third", "rejected", "other"]
"""What the colour of a mark says: red is rejected and nothing else."""

Grade = Literal["covered", "partly covered", "coverage unknown", "cannot be seen"]


@dataclass(frozen=True)
class Facts:
    """Names and values, in order. A name of `exact` is a value to copy, such as an id."""

    items: tuple[tuple[str, str], ...]
    exact: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Finding:
    """The verdict with its grade, the sentences that answer, why these logs could not show it, and what else to know."""

    verdict: str
    grade: Grade
    sentences: tuple[str, ...]
    reasons: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Bin:
    """Records that start in a bin of time; `second` is its beginning, in Unix seconds."""

    second: int
    accepted: int
    rejected: int
    other: int

    @property
    def records(self) -> int:
        return self.accepted + self.rejected + self.other


@dataclass(frozen=True)
class Timeline:
    """Bins of `width` seconds inside `span` (Unix seconds, end exclusive). From `arriving` on, records are on their way."""

    bins: tuple[Bin, ...]
    width: int
    span: tuple[int, int]
    arriving: int | None = None


@dataclass(frozen=True)
class Bar:
    """A label, what it comes to in words, and the lengths that are drawn for it, each with its colour and its own words."""

    label: str
    said: str
    lengths: tuple[tuple[int, Tone, str], ...]

    @property
    def length(self) -> int:
        return sum(length for length, _, _ in self.lengths)


@dataclass(frozen=True)
class Bars:
    """Bars under each other; `key` says what each colour stands for. `mono` labels are addresses."""

    bars: tuple[Bar, ...]
    key: tuple[tuple[Tone, str], ...] = ()
    mono: bool = False


@dataclass(frozen=True)
class Listing:
    """A table to sort and filter, with a sentence above it."""

    table: Table
    said: str = ""


@dataclass(frozen=True)
class Passage:
    """Sentences: of this program, or a person's own words (`quoted`)."""

    text: str
    quoted: bool = False


@dataclass(frozen=True)
class Code:
    """Text to be read and copied as it is."""

    text: str
    language: str = ""


@dataclass(frozen=True)
class Step:
    """A question of a case, when it was asked (Unix seconds), what came of it, and what a person wrote to it."""

    at: int
    asked: str
    answer: str
    note: str = ""


@dataclass(frozen=True)
class Steps:
    """A case: its questions in the order in which they were asked."""

    steps: tuple[Step, ...]


Block = Facts | Finding | Timeline | Bars | Listing | Passage | Code | Steps


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it. `half` sections stand side by side where there is room."""

    heading: str
    blocks: tuple[Block, ...]
    half: bool = False


@dataclass(frozen=True)
class Report:
    """A title, a line under it, sections, and the same facts for machines (`data`: anything JSON can hold)."""

    title: str
    subtitle: str
    sections: tuple[Section, ...]
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Seal:
    """Of the snapshot a report was made from, or beside: its id, its own words about itself, and the SHA-256 of each part."""

    snapshot: str
    facts: tuple[tuple[str, str], ...] = ()
    parts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class About:
    """What surrounds an answer. `made_at` is Unix seconds; `present` that of a live source; `facts` as who asked; `names`
    of addresses.
    """

    made_at: int
    source: str = ""
    title: str = ""
    note: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    seal: Seal | None = None
    steps: tuple[Step, ...] = ()
    present: int | None = None
    names: tuple[Name, ...] = ()


_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
"""Categories of characters that a reader does not see, or that change the order in which others are read."""


def visible(text: str, *, lines: bool = False) -> str:
    """The text with every hidden character as U+FFFD; line ends stay where `lines` may be several."""
    return "".join(
        "\ufffd" if unicodedata.category(one) in _HIDDEN and not (lines and one == "\n") else one
        for one in text.replace("\r\n", "\n")
    )
