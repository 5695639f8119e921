"""The truth equals what plain counting finds in the files."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from flowinsight.scenario import FULL, V2, Config
from tests.scenario.delivered import Line, Run


def _counted(run: Run) -> dict[str, Any]:
    by_status = Counter(line["log-status"] for line in run.lines)
    records = [line for line in run.lines if line["log-status"] == "OK"]
    actions = Counter(line["action"] for line in records)
    return {
        "files": len(run.files),
        "headers": len(run.files),
        "lines": len(run.lines) + len(run.files),
        "records": len(records),
        "nodata": by_status["NODATA"],
        "skipdata": by_status["SKIPDATA"],
        "accept": actions["ACCEPT"],
        "reject": actions["REJECT"],
        "bytes": sum(int(line["bytes"]) for line in records if line["bytes"] != "-"),
        "packets": sum(int(line["packets"]) for line in records),
        "records_without_bytes": sum(line["bytes"] == "-" for line in records),
        "protocol_records": dict(Counter(line["protocol"] for line in records)),
    }


@pytest.mark.parametrize(
    ("config", "tokens", "span"),
    [
        (Config(seed=7, scale=0.3), V2, "slot"),
        (Config(seed=3, scale=0.1, days=2), FULL, "hour"),
        (Config(seed=4, scale=2.5), V2, "day"),
    ],
    ids=["thin and short", "two days", "with bulk"],
)
def test_totals_equal_a_count_of_the_lines(
    written: Callable[..., Run], config: Config, tokens: tuple[str, ...], span: str
) -> None:
    run = written(config, tokens=tokens, span=span)
    counted = _counted(run)

    assert {name: run.truth["totals"][name] for name in counted} == counted


def test_totals_of_the_default_day_equal_a_count_of_its_lines(day: Run) -> None:
    counted = _counted(day)

    assert {name: day.truth["totals"][name] for name in counted} == counted


def test_the_default_day_is_of_a_size_to_look_at(day: Run) -> None:
    assert 40_000 <= day.truth["totals"]["lines"] <= 80_000


def test_records_reconcile_with_conversations(day: Run) -> None:
    totals = day.truth["totals"]
    parts = ("in_progress_records", "outside_leg_records", "duplicate_records", "believed_records")

    assert totals["records"] == sum(totals[part] for part in parts)
    assert totals["conversations"] == len(day.truth["conversations"])


def test_every_interface_wrote_what_the_truth_says(day: Run) -> None:
    counted: dict[str, Counter[str]] = {}
    for line in day.lines:
        words = {"OK": "records"}
        counted.setdefault(line["interface-id"], Counter())[
            words.get(line["log-status"], line["log-status"].lower())
        ] += 1
    told = {
        eni: Counter({k: n for k, n in row.items() if n and k != "windows"})
        for eni, row in day.truth["interfaces"].items()
    }

    assert told == counted


Way = tuple[str, str, str, str, str, str]  # vpc, interface, client, server, service port, protocol


def _observed(run: Run) -> dict[Way, list[list[int]]]:
    """Records, packets and bytes to the server and to the client, from the lines and the list of conversations alone."""
    known = {
        (c["scope"], c["client"], c["server"], str(c["service_port"]), str(c["protocol"]))
        for c in run.truth["conversations"]
    }
    sums: dict[Way, list[list[int]]] = {}
    for line in _in_range_inside(run):
        src, dst = line["pkt-srcaddr"], line["pkt-dstaddr"]
        there = (line["vpc-id"], src, dst, line["dstport"], line["protocol"])
        back = (line["vpc-id"], dst, src, line["srcport"], line["protocol"])
        assert (there in known) != (back in known)
        key = there if there in known else back
        ways = sums.setdefault((key[0], line["interface-id"], *key[1:]), [[0, 0, 0], [0, 0, 0]])
        size = 0 if line["bytes"] == "-" else int(line["bytes"])
        way = ways[there not in known]
        way[:] = [way[0] + 1, way[1] + int(line["packets"]), way[2] + size]
    return sums


def _in_range_inside(run: Run) -> list[Line]:
    """Records that start in the range and are not a gateway's outside leg."""
    start = run.truth["range"][0]
    nat = run.interfaces["nat"]["address"]
    return [
        line
        for line in run.lines
        if line["log-status"] == "OK"
        and int(line["start"]) >= start
        and nat not in (line["pkt-srcaddr"], line["pkt-dstaddr"])
    ]


def test_every_record_belongs_to_one_conversation_with_exactly_these_sums(day: Run) -> None:
    told = {
        (c["scope"], eni, c["client"], c["server"], str(c["service_port"]), str(c["protocol"])): [
            o["to_server"],
            o["to_client"],
        ]
        for c in day.truth["conversations"]
        for eni, o in c["observers"].items()
        if o["to_server"][0] + o["to_client"][0]
    }

    assert _observed(day) == told


def test_the_believed_observer_is_the_one_the_rule_names(day: Run) -> None:
    at = {
        (row["vpc_id"], row[kind]): row["id"] for row in day.interfaces.values() for kind in ("address", "address_ipv6")
    }
    for row in day.truth["conversations"]:
        size = {eni: o["to_server"][2] + o["to_client"][2] for eni, o in row["observers"].items()}
        servers = at.get((row["scope"], row["server"]))
        best = min(size, key=lambda eni: (-size[eni], eni != servers, eni))
        assert row["believed"] == best
        assert row["bytes_to_server"] + row["bytes_to_client"] == size[best]


def test_outside_legs_are_summed_apart(day: Run) -> None:
    nat = day.interfaces["nat"]
    bytes_out = sum(int(x["bytes"]) for x in day.lines if x["pkt-srcaddr"] == nat["address"])
    bytes_back = sum(int(x["bytes"]) for x in day.lines if x["pkt-dstaddr"] == nat["address"])
    legs = day.truth["outside_legs"]

    assert (bytes_out, bytes_back) == (sum(r["to_server"][2] for r in legs), sum(r["to_client"][2] for r in legs))
    assert nat["address"] not in {row["client"] for row in day.truth["conversations"]}
