"""The flow model: from records to conversations.

Records matching a question lie in the temporary table `matched` (see `matched.copy`); coverage lies in `coverage_bins` (see
`coverage.measure`). `build` adds the tables `flows`, `decided`, `parts` and `conversations`, each described where it is made.
"""

from flowinsight import db
from flowinsight.conversations import flows, initiator, observers, outcome


def build(
    connection: db.Connection,
    *,
    bin_seconds: int,
    chart_seconds: int | None = None,
    one_way_counts: bool = True,
    replies_visible: bool = True,
) -> None:
    """Create `conversations` and what it is made of from `matched`.

    `bin_seconds` is the bin of `coverage_bins`; `chart_seconds` a second bin to count by, or None.

    `one_way_counts` is false where a missing reverse proves nothing, because the flow log records only one action.
    `replies_visible` is false where `matched` holds no replies that were asked for: then none is missed.
    """
    flows.sum_up(connection, bin_seconds=bin_seconds, chart_seconds=chart_seconds)
    initiator.decide(connection, one_way_counts=one_way_counts)
    observers.believe(connection)
    outcome.describe(connection, replies_visible=replies_visible)
