"""Answers about the shipped example equal its truth, which was made from the model that generated it, never from its records."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from flowinsight import views
from flowinsight.fetchers.files import load
from flowinsight.loaded import Loaded
from flowinsight.prepared import prepare
from flowinsight.question import Question, TimeRange
from flowinsight.sources import Files

EXAMPLE = Path(__file__).parents[1] / "examples" / "company_day"


@cache
def _loaded() -> Loaded:
    return load(Files((EXAMPLE / "AWSLogs",)))


_TOTALS = ("lines", "records", "nodata", "skipdata", "accept", "reject", "bytes", "packets", "protocol_records")
Key = tuple[str, str, str, int, int]


@cache
def _truth() -> dict[str, Any]:
    truth: dict[str, Any] = json.loads((EXAMPLE / "truth.json").read_text())
    return truth


@cache
def _found() -> dict[Key, dict[str, Any]]:
    question = Question(TimeRange(*_truth()["range"]), limit=100_000)
    rows = views.conversations(prepare(question, _loaded())).rows
    return {(row["scope"], row["client"], row["server"], row["port"] or 0, row["protocol"]): row for row in rows}


def _told() -> dict[Key, dict[str, Any]]:
    keys = ("scope", "client", "server", "service_port", "protocol")
    return {tuple(row[name] for name in keys): row for row in _truth()["conversations"]}


def _undecidable(row: dict[str, Any]) -> bool:
    """A ping whose two directions were first seen in the same second: nothing in a record says who started."""
    return row["protocol"] in {1, 58} and row["outcome"] == "replied"


def _filled(row: dict[str, Any]) -> bool:
    """The believed interface lost records (SKIPDATA) on that day, and another one saw the conversation too."""
    return len(_observers(row)) > 1 and "skipdata" in _truth()["interfaces"][row["believed"]]


def _same(told: dict[str, Any], found: dict[str, Any]) -> dict[str, tuple[object, object]]:
    """What differs between a conversation of the truth and of the answer."""
    kinds = {
        name.replace("_", "-" if name == "mid_connection" else " "): n for name, n in found["reject_kinds"].items()
    }
    pairs = {
        "outcome": (told["outcome"], found["outcome"]),
        "observer": (told["believed"], found["observer"]),
        "first": (told["first"], found["first"]),
        "last": (told["last"], found["last"]),
        "bytes_to_server": (told["bytes_to_server"], found["bytes_to_server"]),
        "bytes_to_client": (told["bytes_to_client"], found["bytes_to_client"]),
        "starts": (told["connection_starts"], found["connection_starts"]),
        "accepted": (told["accepted_records"], found["accepted_records"]),
        "rejected": (told["rejected_records"], found["rejected_records"]),
        "kinds": (told["reject_kinds"], {name: n for name, n in kinds.items() if n}),
        "interfaces": (_observers(told), set(found["interfaces"])),
    }
    return {name: (one, other) for name, (one, other) in pairs.items() if one != other}


def _observers(told: dict[str, Any]) -> set[str]:
    return {name for name, one in told["observers"].items() if one["to_server"][0] + one["to_client"][0]}


def test_the_summary_of_the_example_is_its_truth() -> None:
    summary = views.summary(Question(), _loaded())

    assert {name: summary[name] for name in _TOTALS} == {name: _truth()["totals"][name] for name in _TOTALS}


def test_every_conversation_of_the_example_is_as_the_model_made_it() -> None:
    found = _found()
    wrong = {
        key: _same(told, found[key]) if key in found else "missing"
        for key, told in _told().items()
        if not _undecidable(told) and not _filled(told) and (key not in found or _same(told, found[key]))
    }

    assert wrong == {}


def test_the_example_has_no_conversation_that_the_model_did_not_make() -> None:
    pings = {(key[0], *sorted(key[1:3]), key[4]) for key, told in _told().items() if _undecidable(told)}
    unexpected = [key for key in _found() if key not in _told() and (key[0], *sorted(key[1:3]), key[4]) not in pings]

    assert unexpected == []


def test_pings_of_the_example_are_undecided_or_right_and_never_wrong() -> None:
    for key, told in _told().items():
        if _undecidable(told):
            turned = (key[0], key[2], key[1], key[3], key[4])
            row = _found().get(key) or _found()[turned]
            assert key in _found() or row["decided_by"] == "unknown"
            assert row["outcome"] == told["outcome"]
            assert {row["bytes_to_server"], row["bytes_to_client"]} == {
                told["bytes_to_server"],
                told["bytes_to_client"],
            }


def test_where_the_example_lost_records_another_observer_fills_in() -> None:
    """It counts the same packets in windows of its own, so what it fills may be a window more or less."""
    filled = {key: told for key, told in _told().items() if _filled(told)}

    assert filled
    for key, told in filled.items():
        found = _found()[key]
        assert set(_same(told, found)) <= {"bytes_to_server", "bytes_to_client", "starts", "first", "last"}, key
        assert told["bytes_to_server"] <= found["bytes_to_server"] <= 1.05 * told["bytes_to_server"], key
        assert told["bytes_to_client"] <= found["bytes_to_client"] <= 1.05 * told["bytes_to_client"], key
