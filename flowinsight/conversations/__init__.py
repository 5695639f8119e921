"""The flow model: from records to conversations.

Records matching a question come from `matched.match`; coverage lies in `coverage_bins` (see `coverage.measure`).
"""

from flowinsight import db
from flowinsight.conversations import flows, initiator, observers, outcome, parts, reading, tables
from flowinsight.conversations.matched import Matched
from flowinsight.conversations.model import Model
from flowinsight.conversations.pairs import pair_up


def build(
    connection: db.Connection,
    records: Matched,
    *,
    bin_seconds: int,
    chart_seconds: int | None = None,
    one_way_counts: bool = True,
    replies_visible: bool = True,
) -> Model:
    """The conversations of the records that match, which also lie in the views `conversations`, `parts` and `flows`.

    `bin_seconds` is the bin of `coverage_bins`; `chart_seconds` a second bin to count by, or None.

    `one_way_counts` is false where a missing reverse proves nothing, because the flow log records only one action.
    `replies_visible` is false where the records hold no replies that were asked for: then none is missed.
    """
    brought = flows.sum_up(connection, records, bin_seconds=bin_seconds, chart_seconds=chart_seconds)
    read = reading.read(brought, bin_seconds=bin_seconds, chart_seconds=chart_seconds)
    pairs = pair_up(connection, read)
    started, evidence = initiator.decide(pairs, one_way_counts=one_way_counts)
    added = parts.add_up(read, pairs, started, evidence)
    believed = observers.believe(connection, read, added)
    columns = outcome.describe(connection, read, added, believed, replies_visible=replies_visible)
    model = Model(
        read.texts, read.places, read.outside_legs, read.without_endpoints, pairs.columns, added, believed, columns
    )
    tables.show(connection, model)
    return model
