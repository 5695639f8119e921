"""The command line: every view's JSON, and bad input as one sentence and exit status 2."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from flowinsight.cli import main
from tests.spec.tables import text

LOG = """
    interface-id srcaddr  srcport dstaddr  dstport protocol packets bytes start    end      action log-status
    eni-a        10.0.0.1 40000   10.0.0.9 443     6        5       700   12:00:00 12:01:00 ACCEPT OK
    eni-a        10.0.0.9 443     10.0.0.1 40000   6        5       900   12:00:00 12:01:00 ACCEPT OK
    eni-a        10.0.0.2 0       10.0.0.9 0       1        1       84    12:10:00 12:11:00 REJECT OK
    eni-a        -        -       -        -       -        -       -     12:20:00 12:21:00 -      NODATA
"""


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    path = tmp_path / "flow.log"
    path.write_text(text(LOG))
    return path


def _json(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    assert main(["ask", *map(str, arguments), "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def _refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    try:
        status: object = main(["ask", *map(str, arguments)])
    except SystemExit as error:
        status = error.code
    printed = capsys.readouterr()
    assert status == 2
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    return printed.err.strip()


VIEW_KEYS = {"rows", "truncated", "deduplicated", "statement", "coverage", "reconciliation"}
COVERAGE_KEYS = {
    "interfaces", "expected", "bins", "ok", "nodata", "skipdata", "absent", "newest", "formats", "traffic_type", "verdict",
}  # fmt: skip
RECONCILIATION_KEYS = {"lines", "records", "status_rows", "duplicates", "outside_filter", "conversations"}


@pytest.mark.parametrize(
    ("view", "deduplicated"), [("rows", True), ("records", False), ("conversations", True), ("coverage", False)]
)
def test_every_view_with_rows_has_the_same_keys(
    view: str, logs: Path, capsys: pytest.CaptureFixture[str], *, deduplicated: bool
) -> None:
    found = _json(capsys, "--files", logs, "--view", view)

    assert set(found) == VIEW_KEYS
    assert set(found["statement"]) == {"engine", "language", "text", "parameters"}
    assert set(found["coverage"]) >= COVERAGE_KEYS
    assert set(found["reconciliation"]) >= RECONCILIATION_KEYS
    assert found["coverage"]["expected"] is None
    assert found["deduplicated"] is deduplicated
    assert found["rows"]


def test_conversations_have_their_columns(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = _json(capsys, "--files", logs, "--view", "conversations")["rows"]

    assert set(first) >= {
        "scope", "client", "server", "port", "protocol", "bytes_to_server", "bytes_to_client", "packets_to_server",
        "packets_to_client", "records_to_server", "records_to_client", "accepted_records", "rejected_records", "outcome",
        "first", "last", "days_seen", "decided_by", "interfaces", "observer",
    }  # fmt: skip
    assert (first["client"], first["port"], first["protocol"], first["outcome"]) == (
        "10.0.0.1",
        443,
        6,
        "replied with data",
    )
    assert (second["client"], second["port"], second["protocol"], second["outcome"]) == (
        "10.0.0.2",
        None,
        1,
        "rejected",
    )


def test_a_summary_counts_every_line(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = _json(capsys, "--files", logs, "--view", "summary")

    assert (
        found["lines"] == sum(found[name] for name in ("records", "nodata", "skipdata", "skipped", "unparsable")) == 5
    )
    assert {name: found[name] for name in ("bytes", "packets", "accept", "reject", "distinct_sources")} == {
        "bytes": 1684, "packets": 11, "accept": 2, "reject": 1, "distinct_sources": 3,
    }  # fmt: skip
    assert (found["protocol_records"], found["protocol_bytes"]) == ({"1": 1, "6": 2}, {"1": 84, "6": 1600})
    assert found["top_sources_by_bytes"] == [["10.0.0.9", 900], ["10.0.0.1", 700], ["10.0.0.2", 84]]
    assert found["top_destinations_by_bytes"] == [["10.0.0.1", 900], ["10.0.0.9", 784]]
    assert found["deduplicated"] is False


def test_keys_of_rows_are_tokens_with_underscores(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = _json(capsys, "--files", logs, "--by", "interface-id,log-status", "--measure", "records")

    assert found["rows"] == [{"interface_id": "eni-a", "log_status": "OK", "records": 3}]


def test_the_query_may_come_last_after_the_files(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(_json(capsys, "--files", logs, ":443", "--view", "records")["rows"]) == 2
    assert len(_json(capsys, ":443", "--files", logs, "--view", "records")["rows"]) == 2


def test_query_and_options_are_anded_and_repeated_options_are_alternatives(
    logs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("--files", logs, "--view", "records")

    assert len(_json(capsys, *asked, "--port", "443", "--port", "22")["rows"]) == 2
    assert len(_json(capsys, *asked, "--address", "10.0.0.2", "--action", "reject")["rows"]) == 1
    assert len(_json(capsys, "rejected", *asked, "--port", "443")["rows"]) == 0
    assert (
        len(_json(capsys, *asked, "--client", "10.0.0.1", "--server", "10.0.0.9:443", "--protocol", "tcp")["rows"]) == 2
    )


def test_from_is_inclusive_and_to_exclusive(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = _json(
        capsys, "--files", logs, "--view", "records", "--from", "2026-11-02T12:00", "--to", "2026-11-02T12:10"
    )

    assert {row["protocol"] for row in found["rows"]} == {6}


def test_bins_and_limits(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = _json(capsys, "--files", logs, "--by", "client", "--bin", "5m", "--limit", "1")

    assert set(found["rows"][0]) == {"client", "bin", "bytes", "packets", "records", "conversations"}
    assert found["truncated"] is True


def test_lines_without_a_header_are_read_by_the_format_that_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "flow.log").write_text("10.0.0.9 10.0.0.1 6\n")
    found = _json(capsys, "--files", tmp_path, "--format", "${dstaddr} ${srcaddr} ${protocol}", "--view", "records")

    assert [(row["srcaddr"], row["dstaddr"]) for row in found["rows"]] == [("10.0.0.1", "10.0.0.9")]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("bogus",), "bogus is not an address, a port, a protocol or a word that FlowInsight knows."),
        (
            ("--from", "noon"),
            "noon is not a time: write 2026-11-02T14:30, with a zone if it is not UTC, or epoch seconds.",
        ),
        (("--from", "5", "--to", "5"), "The time range ends before it begins."),
        (("--port", "99999"), "99999 is not a port: ports go from 0 to 65535, lowest first."),
        (("--by", "nothing"), "nothing is neither a field of a record nor of a conversation."),
        (("--by", "client,srcaddr"), "client belongs to conversations"),
        (("--bin", "5"), "5 is not a length of time: write 60s, 5m, 1h or 1d."),
        (("--limit", "0"), "The limit is a positive number of rows."),
        (("--limit", "many"), "Argument --limit: invalid int value: 'many'."),
        (("--view", "everything"), "Argument --view: invalid choice"),
        (("--action", "drop"), "Argument --action: invalid choice"),
        (("--format", "what ever"), "what ever is not a log format"),
        (("--protocol", "nothing"), "Not a value of protocol: nothing is not a whole number."),
        (
            ("--address", "here"),
            "Not a value of address: here is not an address, a CIDR block or a range of addresses.",
        ),
    ],
)
def test_bad_input_is_one_sentence_on_standard_error_and_status_2(
    arguments: tuple[str, ...], sentence: str, logs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sentence in _refused(capsys, *arguments, "--files", logs)


def test_a_path_that_is_not_there_is_said_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _refused(capsys, "--files", tmp_path / "nowhere") == f"There is no file or folder {tmp_path / 'nowhere'}."


def test_without_a_source_nothing_is_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert "--files" in _refused(capsys, ":443")


def test_the_text_says_roles_verdict_rows_and_what_was_counted(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "--files", str(logs), "10.0.0.9"]) == 0
    printed = capsys.readouterr().out

    assert "As server, 10.0.0.9 was used by 2 clients" in printed
    assert "As client: nothing." in printed
    assert "Seen, coverage unknown." in printed
    assert "lines 5; records 3" in printed


def test_it_runs_as_a_module(logs: Path) -> None:
    command = [sys.executable, "-m", "flowinsight", "ask", "--files", str(logs), ":22"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])

    assert (done.returncode, done.stderr) == (0, "")
    assert "None seen, coverage unknown." in done.stdout
