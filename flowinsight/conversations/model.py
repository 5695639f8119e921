"""The flow model of one question: its flows, who started each pair of endpoints, and the conversations these make."""

from dataclasses import dataclass

from flowinsight.conversations.columns import Columns
from flowinsight.conversations.observers import Believed
from flowinsight.conversations.pairs import Pairs
from flowinsight.conversations.parts import Parts
from flowinsight.conversations.reading import Flows


@dataclass(frozen=True)
class Model:
    """What `build` makes of records: `columns` are those of `outcome.describe`, of each conversation of `parts.keys`."""

    flows: Flows
    pairs: Pairs
    parts: Parts
    believed: Believed
    columns: Columns

    def __len__(self) -> int:
        return len(self.parts.keys["port"])
