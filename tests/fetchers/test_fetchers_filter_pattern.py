"""Questions as filter patterns: the exact text, AWS's limits, and never too narrow."""

import random
import re

import pytest

from flowinsight import conditions, db, grammar
from flowinsight.addresses import Addresses
from flowinsight.conversations.matched import MARGIN
from flowinsight.fetchers import narrowing
from flowinsight.fetchers.filter_pattern import (
    LONGEST,
    MOST_PATTERNS,
    patterns_for,
    status_pattern,
    term_pattern,
)
from flowinsight.fetchers.gathered import gather
from flowinsight.fetchers.pattern_check import check
from flowinsight.fields import DEFAULT_FORMAT, FIELDS
from flowinsight.filters import Filter
from flowinsight.question import Question
from flowinsight.records import cells
from flowinsight.sandbox.logslang.patterns import compile_pattern

SHORT = ("srcaddr", "dstaddr", "srcport", "dstport", "protocol", "action", "log-status")
PACKETS = ("pkt-srcaddr", "srcaddr", "pkt-dstaddr", "dstaddr", "srcport", "dstport")


def asked(text: str) -> Question:
    return Question(filters=tuple(grammar.parse(text)))


def texts(text: str, tokens: tuple[str, ...] = SHORT, *, evidence: bool = True) -> list[str]:
    return [statement.text for statement in patterns_for(asked(text), tokens, evidence=evidence)]


def test_the_pattern_of_the_default_format_names_all_its_fields() -> None:
    first, second = (statement.text for statement in patterns_for(asked("210.85.244.94"), DEFAULT_FORMAT))
    assert first == (
        "[version, accountid, interfaceid, srcaddr = 210.85.244.94, dstaddr, srcport, dstport, protocol, packets, bytes, "
        "start, end, action, logstatus]"
    )
    assert "srcaddr, dstaddr = 210.85.244.94, srcport" in second


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            ":22",
            [
                "[srcaddr, dstaddr, srcport = 22, dstport, protocol, action, logstatus]",
                "[srcaddr, dstaddr, srcport, dstport = 22, protocol, action, logstatus]",
            ],
        ),
        (
            "22 80 443/tcp",
            [
                "[srcaddr, dstaddr, srcport = 22 || srcport = 80, dstport, protocol, action, logstatus]",
                "[srcaddr, dstaddr, srcport, dstport = 22 || dstport = 80, protocol, action, logstatus]",
                "[srcaddr, dstaddr, srcport = 443, dstport, protocol = 6, action, logstatus]",
                "[srcaddr, dstaddr, srcport, dstport = 443, protocol = 6, action, logstatus]",
            ],
        ),
        (
            "8000-8100",
            [
                "[srcaddr, dstaddr, srcport >= 8000 && srcport <= 8100, dstport, protocol, action, logstatus]",
                "[srcaddr, dstaddr, srcport, dstport >= 8000 && dstport <= 8100, protocol, action, logstatus]",
            ],
        ),
        (
            "10.0.3.7:5432",
            [
                "[srcaddr = 10.0.3.7, dstaddr, srcport = 5432, dstport, protocol, action, logstatus]",
                "[srcaddr, dstaddr = 10.0.3.7, srcport, dstport = 5432, protocol, action, logstatus]",
            ],
        ),
        (
            "10.0.0.1 10.0.0.2",
            [
                "[srcaddr = 10.0.0.1, dstaddr = 10.0.0.2, srcport, dstport, protocol, action, logstatus]",
                "[srcaddr = 10.0.0.2, dstaddr = 10.0.0.1, srcport, dstport, protocol, action, logstatus]",
            ],
        ),
        (
            "10.0.0.1,10.0.0.9",
            [
                "[srcaddr = 10.0.0.1 || srcaddr = 10.0.0.9, dstaddr, srcport, dstport, protocol, action, logstatus]",
                "[srcaddr, dstaddr = 10.0.0.1 || dstaddr = 10.0.0.9, srcport, dstport, protocol, action, logstatus]",
            ],
        ),
        ("srcaddr=10.0.0.0/16", [""]),
        ("udp", ["[srcaddr, dstaddr, srcport, dstport, protocol = 17, action, logstatus]"]),
        ("rejected", [""]),
        ("not 10.0.0.1", [""]),
        ("eni-0a1b", []),
    ],
)
def test_a_question_becomes_these_patterns(text: str, expected: list[str]) -> None:
    assert texts(text) == expected


def test_without_evidence_every_condition_is_sent() -> None:
    assert texts("rejected :22", evidence=False) == [
        "[srcaddr, dstaddr, srcport = 22, dstport, protocol, action = REJECT, logstatus]",
        "[srcaddr, dstaddr, srcport, dstport = 22, protocol, action = REJECT, logstatus]",
    ]
    assert texts("srcaddr=10.0.0.0/16", evidence=False) == [
        "[srcaddr = 10.0.*, dstaddr, srcport, dstport, protocol, action, logstatus]"
    ]


def test_addresses_inside_a_packet_are_asked_for_where_the_format_has_them() -> None:
    assert texts("10.0.0.1", PACKETS) == [
        "[pktsrcaddr, srcaddr = 10.0.0.1, pktdstaddr, dstaddr, srcport, dstport]",
        "[pktsrcaddr = 10.0.0.1, srcaddr, pktdstaddr, dstaddr, srcport, dstport]",
        "[pktsrcaddr, srcaddr, pktdstaddr, dstaddr = 10.0.0.1, srcport, dstport]",
        "[pktsrcaddr, srcaddr, pktdstaddr = 10.0.0.1, dstaddr, srcport, dstport]",
    ]


def test_status_rows_have_a_pattern_where_the_format_says_the_status() -> None:
    found = status_pattern(SHORT)
    assert found is not None
    assert found.text == (
        "[srcaddr, dstaddr, srcport, dstport, protocol, action, logstatus = NODATA || logstatus = SKIPDATA]"
    )
    assert status_pattern(PACKETS) is None


def test_an_address_as_a_bare_term() -> None:
    def term(text: str) -> str | None:
        found = term_pattern(asked(text))
        return None if found is None else found.text

    assert term("10.0.0.5") == '"10.0.0.5"'
    assert term("10.0.0.5,2001:db8::1 :22") == '?"10.0.0.5" ?"2001:db8::1"'
    assert term("10.0.0.0/16") is None
    assert term(":22") is None


def test_what_means_something_in_a_pattern_is_never_pasted() -> None:
    for value in ("web*", "%web%", "a]", "x||y", "a\\b", "a,b"):
        question = Question(filters=(Filter("vpc-id", (value,)),))
        assert [item.text for item in patterns_for(question, ("vpc-id", "srcaddr"))] == [""]
    odd = ("vpc-id", "${vpc-id}", "instance-tag-2", "2nd", "field3")
    (found,) = patterns_for(Question(filters=(Filter("vpc-id", ("vpc-1",)),)), odd)
    assert found.text == '[vpcid = "vpc-1", field2, instancetag2, field4, field3]'


@pytest.mark.parametrize(
    ("network", "words", "regexes"),
    [
        ("10.0.0.0/8", ("10.*",), ()),
        ("10.1.2.0/24", ("10.1.2.*",), ()),
        ("10.1.2.4/30", ("10.1.2.4", "10.1.2.5", "10.1.2.6", "10.1.2.7"), ()),
        ("10.0.16.0/22", ("10.0.16.*", "10.0.17.*", "10.0.18.*", "10.0.19.*"), ()),
        ("172.16.0.0/12", (), (r"^172\.1[6-9]\.", r"^172\.2[0-9]\.", r"^172\.3[0-1]\.")),
        ("2001:db8::1", ("2001:db8::1",), ()),
        ("2001:db8:1::/48", (), ("^2001:db8:1:",)),
        ("2001:db8::/64", (), ("^2001:db8:",)),
        ("fc00::/7", (), (":",)),
    ],
)
def test_a_network_is_narrowed_at_octets_or_groups(
    network: str, words: tuple[str, ...], regexes: tuple[str, ...]
) -> None:
    assert narrowing.addresses([Addresses.parse(network)]) == narrowing.Test(words, regexes)


def test_what_cannot_be_narrowed_is_not() -> None:
    assert narrowing.addresses([Addresses.parse("0.0.0.0/0")]) is None
    assert narrowing.addresses([Addresses.parse("internet")]) is None


def test_expressions_match_exactly_the_numbers_of_a_range() -> None:
    dice = random.Random(3)
    spans = [(0, 0), (0, 255), (9, 10), (99, 101), (16, 31), *(sorted(dice.sample(range(256), 2)) for _ in range(300))]
    for first, last in spans:
        expression = re.compile("|".join(f"^{part}$" for part in narrowing.numbers(first, last)))
        assert [n for n in range(300) if expression.match(str(n))] == list(range(first, last + 1))


def test_awss_limits_are_kept_whatever_is_asked() -> None:
    whole = tuple(field.token for field in FIELDS)
    many = ",".join(f"10.{number}.1.1" for number in range(39))
    for text in (
        many,
        f"{many} 1-9 20-30 40-50 60-70",
        "inside 10.1.0.0/12 :22 443/tcp 53/udp",
        "10.0.16.0/20 172.16.0.0/12",
    ):
        for tokens in (DEFAULT_FORMAT, whole, PACKETS):
            found = patterns_for(asked(text), tokens)
            assert 0 < len(found) <= MOST_PATTERNS
            for statement in found:
                assert len(statement.text) <= LONGEST
                check(statement.text)


POOL = ("10.0.0.1", "10.0.0.12", "10.0.17.3", "172.20.1.1", "198.51.100.7", "2001:db8::1", "2001:db8:0:5::9", "fd00::2")
WORDS = (*POOL[:6], "10.0.0.0/16", "10.0.16.0/20", "172.16.0.0/12", "2001:db8::/32", "inside", "outside", "internet")
PORTS = (":22", "80 443", "8000-8100", "22/tcp", "53/udp 1-1024", "10.0.0.1:22", "[2001:db8::1]:443", "udp", "rejected")


def lines(dice: random.Random, count: int, tokens: tuple[str, ...]) -> list[str]:
    def value(token: str) -> str:
        if token.endswith("addr"):
            return dice.choice(POOL)
        if token.endswith("port"):
            return dice.choice(("22", "53", "80", "443", "8050", "40000"))
        return {"protocol": dice.choice(("6", "17")), "action": dice.choice(("ACCEPT", "REJECT"))}.get(token, "OK")

    return [" ".join(value(token) for token in tokens) for _ in range(count)]


@pytest.mark.parametrize("tokens", [SHORT, (*SHORT, "pkt-srcaddr", "pkt-dstaddr")])
def test_no_record_that_is_needed_is_left_out_by_the_patterns(tokens: tuple[str, ...]) -> None:
    dice = random.Random(11)
    some = lines(dice, 150, tokens)
    loaded = gather(cells.read_messages([f"{line} {number}" for number, line in enumerate(some)], (*tokens, "bytes")))
    for _ in range(80):
        words = dice.sample(WORDS, dice.choice((0, 1, 1, 2))) + dice.sample(PORTS, dice.choice((0, 1, 1)))
        text = " ".join(
            dice.choice(("", "", "from ", "to ", "not ")) + word if word in WORDS else word for word in words
        )
        question = asked(text)
        condition = conditions.around(question, margin=MARGIN)
        found = db.rows(
            loaded.connection, f"SELECT bytes FROM {db.RECORDS} WHERE {condition.sql}", condition.parameters
        )
        patterns = [statement.text for statement in patterns_for(question, tokens)]
        matchers = [compile_pattern(pattern) for pattern in patterns if pattern]
        for row in found:
            line = some[row["bytes"]]
            assert "" in patterns or any(matcher.matches(line) for matcher in matchers), (text, line)
