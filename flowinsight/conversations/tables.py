"""Conversations and their parts as views in DuckDB, over the memory they lie in: for what is asked of them in SQL."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from flowinsight import db
from flowinsight.conversations.columns import Flags, Numbers, texts_to_arrow, to_arrow
from flowinsight.conversations.grouping import NEVER
from flowinsight.conversations.initiator import DECIDED_BY
from flowinsight.conversations.model import Model
from flowinsight.conversations.outcome import OUTCOMES
from flowinsight.conversations.parts import DIRECTIONS

_LISTED = (
    "bytes_to_server", "bytes_to_client", "packets_to_server", "packets_to_client", "records_to_server",
    "records_to_client", "connection_starts", "days_seen", "accepted_records", "rejected_records",
)  # fmt: skip
_KINDS = ("attempt", "mid_connection", "control", "reply_blocked", "unknown")
_COUNTED = ("records", "packets", "bytes", "accepted", "rejected")

_ENDS = ("client", "server", "through")


def _whole(end: str) -> str:
    return f"({end}_hi::UHUGEINT << 64) | {end}_lo::UHUGEINT AS {end}"


_CONVERSATIONS = f"""
CREATE OR REPLACE TEMP VIEW conversations AS
SELECT number, scope, {_whole("client")}, {_whole("server")}, port, protocol, {", ".join(_LISTED[:7])}, first, last,
  {", ".join(_LISTED[7:])}, outcome, decided_by, $interfaces AS interfaces, observer, {_whole("through")},
  {{{", ".join(f"'{kind}': {kind}" for kind in _KINDS)}}} AS reject_kinds
FROM conversation_columns
"""

_PARTS = "CREATE OR REPLACE TEMP VIEW parts AS FROM part_columns"

_CHOSEN_FLOWS = f"""
CREATE OR REPLACE TEMP VIEW chosen_flows AS
SELECT scope, protocol, {_whole("x")}, x_port, {_whole("y")}, y_port FROM chosen_pairs
UNION ALL SELECT scope, protocol, {_whole("y")}, y_port, {_whole("x")}, x_port FROM chosen_pairs
"""


def show(connection: db.Connection, model: Model) -> None:
    """Create the views `conversations` and `parts`.

    conversations: number (its place in the model), scope, client, server, port (NOT_A_PORT where there is none), protocol, the
    columns of `outcome.describe` with names for numbers, interfaces and reject_kinds. parts: number, observer, bin, chart_bin,
    used, and records, packets, bytes, accepted and rejected each way.
    """
    connection.register("conversation_columns", _conversations(model))
    interfaces = "interfaces" if model.believed.several else "[observer]"
    connection.execute(_CONVERSATIONS.replace("$interfaces", interfaces))
    connection.register("part_columns", _parts(model))
    connection.execute(_PARTS)


def show_chosen_flows(connection: db.Connection, model: Model, chosen: Flags) -> None:
    """Create the view `chosen_flows`: scope, protocol, both ends and their ports of every flow of these conversations."""
    asked = np.flatnonzero(model.parts.of_pair >= 0)
    places = asked[chosen[model.parts.of_pair[asked]]]
    ends = {name: column[places] for name, column in model.ends.items()}
    named = {"scope": _named(ends["scope"], model.texts["scope"])}
    plain = {name: to_arrow(ends[name]) for name in ("protocol", "x_port", "y_port")}
    halves = {name: half for end in ("x", "y") for name, half in _halves(model, end, ends[end]).items()}
    connection.register("chosen_pairs", pa.table(named | plain | halves))
    connection.execute(_CHOSEN_FLOWS)


def _conversations(model: Model) -> pa.Table:
    keys, columns, texts = model.parts.keys, model.columns, model.texts
    found = {"number": to_arrow(np.arange(len(model)))}
    found |= {name: to_arrow(keys[name]) for name in ("port", "protocol")}
    found |= {name: to_arrow(columns[name]) for name in (*_LISTED, *_KINDS)}
    found |= {"first": _or_null(columns["first"], NEVER), "last": _or_null(columns["last"], -NEVER)}
    found |= {
        "scope": _named(keys["scope"], texts["scope"]),
        "observer": _named(columns["observer"], texts["observer"]),
    }
    found |= {"outcome": _named(columns["rung"], OUTCOMES), "decided_by": _named(columns["evidence"], DECIDED_BY)}
    for end in _ENDS:
        found |= _halves(model, end, keys[end] if end in keys else columns[end])
    if model.believed.several:
        found["interfaces"] = _interfaces(model)
    return pa.table(found)


def _parts(model: Model) -> pa.Table:
    columns, nothing = model.parts.columns, np.zeros(len(model.parts), np.int64)
    counted = [f"{way}_{name}" for name in _COUNTED for way in DIRECTIONS]
    return pa.table(
        {
            "number": to_arrow(columns["conversation"]),
            "observer": _named(columns["observer"], model.texts["observer"]),
        }
        | {name: _or_null(columns[name], NEVER) for name in ("bin", "chart_bin")}
        | {name: to_arrow(columns.get(name, nothing)) for name in counted}
        | {"used": to_arrow(model.believed.used)}
    )


def _interfaces(model: Model) -> pa.Array:
    """The observers of each conversation, in their order."""
    seen, one = model.believed.seen, model.columns["observer"]
    alone = np.setdiff1d(np.arange(len(one)), seen["conversation"])
    conversation = np.concatenate([seen["conversation"], alone])
    observer = np.concatenate([seen["observer"], one[alone]])[np.argsort(conversation, kind="stable")]
    offsets = np.append(0, np.cumsum(np.bincount(conversation, minlength=len(one))))
    return pa.LargeListArray.from_arrays(to_arrow(offsets), _named(observer, model.texts["observer"]))


def _halves(model: Model, end: str, places: Numbers) -> dict[str, pa.Array]:
    missing, known = places < 0, model.places
    some = places if not missing.any() else np.where(missing, 0, places)

    def half(column: npt.NDArray[np.uint64]) -> pa.Array:
        return pa.nulls(len(places), pa.uint64()) if missing.all() else to_arrow(column[some], missing)

    return {f"{end}_hi": half(known.highs), f"{end}_lo": half(known.lows)}


def _or_null(values: Numbers, none: int) -> pa.Array:
    return to_arrow(values, values == none)


def _named(codes: Numbers, names: tuple[str, ...]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(to_arrow(codes.astype(np.int32)), texts_to_arrow(names))
