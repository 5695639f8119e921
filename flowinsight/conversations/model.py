"""The flow model of one question: the conversations that its records make."""

from collections.abc import Mapping
from dataclasses import dataclass

from flowinsight.conversations.columns import Columns
from flowinsight.conversations.observers import Believed
from flowinsight.conversations.parts import Parts
from flowinsight.conversations.reading import Places


@dataclass(frozen=True)
class Model:
    """What `build` makes of records: `columns` are those of `outcome.describe`, of each conversation of `parts.keys`.

    `texts` and `places` are those of `reading.Flows`, as are `outside_legs` and `without_endpoints`; `ends` are the columns of
    `pairs.Pairs`, of each pair of `parts.of_pair`.
    """

    texts: Mapping[str, tuple[str, ...]]
    places: Places
    outside_legs: int
    without_endpoints: int
    ends: Columns
    parts: Parts
    believed: Believed
    columns: Columns

    def __len__(self) -> int:
        return len(self.parts.keys["port"])
