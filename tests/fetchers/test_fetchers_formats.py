"""Which format a log event is in."""

import pytest

from flowinsight import db
from flowinsight.errors import SourceError
from flowinsight.fetchers import formats
from flowinsight.fetchers.gathered import gather
from flowinsight.fields import BY_TOKEN, DEFAULT_FORMAT, FIELDS
from flowinsight.sources import LogGroup, S3Objects

RECORD = (
    "2 123456789010 eni-1235b8ca123456789 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK"
)
NODATA = "2 123456789010 eni-1235b8ca123456789 - - - - - - - 1431280876 1431280934 - NODATA"
AT = 1418530010_000
VALUES = {
    "version": "5", "account-id": "123456789010", "interface-id": "eni-1", "srcaddr": "10.0.0.1", "dstaddr": "10.0.0.2",
    "srcport": "40000", "dstport": "22", "protocol": "6", "packets": "3", "bytes": "180", "start": "1418530010",
    "end": "1418530070", "action": "ACCEPT", "log-status": "OK", "vpc-id": "vpc-1", "subnet-id": "subnet-1",
    "instance-id": "i-1", "tcp-flags": "2", "type": "IPv4", "pkt-srcaddr": "10.0.0.1", "pkt-dstaddr": "10.0.0.2",
    "region": "eu-central-1", "az-id": "euc1-az2", "sublocation-type": "-", "sublocation-id": "-",
    "pkt-src-aws-service": "-", "pkt-dst-aws-service": "S3", "flow-direction": "egress", "traffic-path": "1",
}  # fmt: skip


def line(tokens: list[str], **changes: str) -> str:
    return " ".join((VALUES | changes)[token] for token in tokens)


def test_a_log_format_says_its_tokens_and_none_is_the_default() -> None:
    assert formats.parsed("${srcaddr} ${pkt-dstaddr} ${bytes}") == ("srcaddr", "pkt-dstaddr", "bytes")
    assert formats.parsed(None) == DEFAULT_FORMAT


def test_the_default_format_is_recognised_by_its_values() -> None:
    assert formats.inferred([RECORD, NODATA]) == DEFAULT_FORMAT
    assert formats.inferred([NODATA]) is None, "addresses and ports are not seen in it"
    assert formats.inferred([RECORD, "something else"]) is None


def test_every_field_up_to_a_version_is_recognised_in_either_order() -> None:
    five = [field.token for field in FIELDS if field.version <= 5]
    assert formats.inferred([line(five)]) == tuple(five)
    assert formats.inferred([line(sorted(five))]) == tuple(sorted(five))
    assert formats.inferred([line(five, version="4")]) is None


def test_discovered_fields_add_a_format_of_their_own() -> None:
    some = ["version", "interface-id", "srcaddr", "dstaddr", "srcport", "dstport", "action", "start", "end", "vpc-id"]
    ordered = [field.token for field in FIELDS if field.token in some]
    text = line(ordered, version="3")
    assert formats.inferred([text]) is None
    assert formats.inferred([text], [BY_TOKEN[token].insights for token in some]) == tuple(ordered)


def test_two_orders_that_both_fit_are_a_choice_and_not_a_guess() -> None:
    pair = ["dstaddr", "srcaddr"]
    assert formats.inferred([line(pair)], [BY_TOKEN[token].insights for token in pair]) is None


def test_events_of_several_formats_in_one_group_are_read_each_by_its_own() -> None:
    short, other = ("srcaddr", "dstaddr", "action"), ("action", "dstaddr", "srcaddr")
    events = [RECORD, "10.0.0.1 10.0.0.2 ACCEPT", "REJECT 10.0.0.3 10.0.0.4", "one two", "x y z"]
    loaded = gather(formats.read([(text, AT) for text in events], (DEFAULT_FORMAT, short, other)))
    found = db.rows(loaded.connection, f"SELECT action, srcport FROM {db.RECORDS} ORDER BY ALL")
    assert found == [
        {"action": "ACCEPT", "srcport": 20641},
        {"action": "ACCEPT", "srcport": None},
        {"action": "REJECT", "srcport": None},
    ]
    assert (loaded.tally.lines, loaded.tally.records, loaded.tally.unparsable) == (5, 3, 2)


def test_an_event_that_fits_two_formats_is_not_read_by_either() -> None:
    loaded = gather(formats.read([("10.0.0.1 10.0.0.2", AT)], (("srcaddr", "dstaddr"), ("dstaddr", "srcaddr"))))
    assert loaded.tally.unparsable == 1
    assert "not exactly one" in next(iter(loaded.tally.reasons))


def test_a_format_without_a_start_takes_the_time_of_the_event() -> None:
    loaded = gather(formats.read([("10.0.0.1 10.0.0.2", AT + 999)], (("srcaddr", "dstaddr"),)))
    assert db.rows(loaded.connection, f"SELECT start FROM {db.RECORDS}") == [{"start": 1418530010}]
    assert set(loaded.formats) == {"srcaddr dstaddr start"}


def test_nothing_fetched_is_still_a_source_with_its_formats() -> None:
    loaded = gather((), (("srcaddr", "action"),), ("Something was not read.",))
    assert loaded.tokens == {"srcaddr", "action"}
    assert loaded.tally.problems == ("Something was not read.",)
    assert db.one(loaded.connection, f"SELECT count(*) AS n FROM {db.ROWS}")["n"] == 0


@pytest.mark.parametrize("name", ["", "a b", "arn:aws:logs:eu-central-1:1:log-group:x", "x" * 513, "/flow;drop"])
def test_only_names_of_log_groups_are_log_groups(name: str) -> None:
    with pytest.raises(SourceError, match="not the name of a log group"):
        LogGroup(name)


def test_a_place_in_s3_is_a_bucket_and_a_folder() -> None:
    assert S3Objects.parse("s3://my-logs") == S3Objects("my-logs")
    assert S3Objects.parse("s3://my-logs/a/b") == S3Objects("my-logs", "a/b/")
    for wrong in ("my-logs/a", "s3://UPPER/", "s3://my-logs//a", "s3://"):
        with pytest.raises(SourceError):
            S3Objects.parse(wrong)
