"""The flow model: from records to conversations.

Records matching a question come from `matched.match`; coverage lies in `coverage_bins` (see `coverage.measure`). `build`
makes the tables `flows`, `decided`, `parts`, `ranked` and `conversations`, each described where it is made.
"""

from flowinsight import db
from flowinsight.conversations import flows, initiator, observers, outcome
from flowinsight.conversations.matched import Matched


def build(
    connection: db.Connection,
    records: Matched,
    *,
    bin_seconds: int,
    chart_seconds: int | None = None,
    one_way_counts: bool = True,
    replies_visible: bool = True,
) -> None:
    """Create `conversations` and what it is made of from the records that match.

    `bin_seconds` is the bin of `coverage_bins`; `chart_seconds` a second bin to count by, or None.

    `one_way_counts` is false where a missing reverse proves nothing, because the flow log records only one action.
    `replies_visible` is false where the records hold no replies that were asked for: then none is missed.
    """
    flows.sum_up(connection, records, bin_seconds=bin_seconds, chart_seconds=chart_seconds)
    occurs = flows.occurring(connection)
    initiator.decide(connection, occurs, one_way_counts=one_way_counts)
    sums = {name: occurs.sums[name] for name in flows.SUMS}
    several = observers.believe(connection, sums)
    outcome.describe(connection, sums, several=several, replies_visible=replies_visible)
