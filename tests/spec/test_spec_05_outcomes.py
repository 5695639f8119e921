"""Rules 5 and 6. What came of a conversation is a ladder, and a REJECT has a kind."""

import pytest

from tests.spec.tables import ask

_HEADER = "start srcaddr srcport dstaddr dstport protocol packets bytes action tcp-flags log-status"


def _outcome(*rows: str) -> str:
    """Rows: who sends (`>` the client, `<` the server), packets, bytes, action, flags."""
    lines = [_HEADER]
    for row in rows:
        way, packets, size, action, flags = row.split()
        ends = "10.0.0.1 40000 10.0.0.2 443" if way == ">" else "10.0.0.2 443 10.0.0.1 40000"
        lines.append(f"12:00:00 {ends} 6 {packets} {size} {action} {flags} OK")
    ((client, outcome),) = ask("\n".join(lines)).conversations("client outcome")
    assert client == "10.0.0.1"
    return str(outcome)


def test_a_syn_that_was_not_allowed_is_rejected() -> None:
    assert _outcome("> 1 60 REJECT 2") == "rejected"


def test_a_syn_that_was_allowed_and_got_nothing_back_has_no_reply() -> None:
    assert _outcome("> 3 180 ACCEPT 2") == "no reply"


def test_a_syn_that_only_a_reset_came_back_to_is_reset() -> None:
    assert _outcome("> 1 60 ACCEPT 2", "< 1 40 ACCEPT 4") == "reset"


def test_a_syn_ack_without_payload_is_a_handshake_only() -> None:
    assert _outcome("> 3 180 ACCEPT 3", "< 2 120 ACCEPT 19") == "handshake only"


def test_more_bytes_than_headers_in_a_direction_are_data() -> None:
    assert _outcome("> 3 180 ACCEPT 3", "< 2 121 ACCEPT 19") == "data"


def test_data_that_ends_with_a_reset_stays_data() -> None:
    assert _outcome("> 9 2000 ACCEPT 3", "< 9 9000 ACCEPT 22") == "data"


def test_payload_of_rejected_records_was_never_received() -> None:
    assert _outcome("> 3 180 ACCEPT 3", "< 2 120 ACCEPT 19", "> 1 1500 REJECT 1") == "handshake only"


def test_payload_is_taken_record_by_record_and_never_below_zero() -> None:
    assert _outcome("> 10 400 ACCEPT 3", "< 2 130 ACCEPT 19") == "data"


@pytest.mark.parametrize(("size", "outcome"), [(160, "handshake only"), (161, "data")])
def test_over_ipv6_headers_take_80_bytes_a_packet(size: int, outcome: str) -> None:
    log = f"""
        start    srcaddr     srcport dstaddr     dstport protocol packets bytes tcp-flags
        12:00:00 2001:db8::1 40000   2001:db8::2 443     6        2       160   2
        12:00:00 2001:db8::2 443     2001:db8::1 40000   6        2       {size} 18
    """

    assert ask(log).conversations("outcome") == [(outcome,)]


def test_where_records_were_lost_a_reply_is_not_visible_rather_than_missing() -> None:
    log = """
        start    end      interface-id srcaddr  srcport dstaddr  dstport protocol tcp-flags log-status
        12:00:00 12:01:00 eni-a        10.0.0.1 40000   10.0.0.2 443     6        2         OK
        12:01:00 12:02:00 eni-a        -        -       -        -       -        -         SKIPDATA
    """

    assert ask(log).conversations("outcome") == [("reply not visible",)]


def test_where_the_question_leaves_replies_out_none_is_said_to_be_missing() -> None:
    log = """
        start    srcaddr  srcport dstaddr  dstport protocol
        12:00:00 10.0.0.1 40000   10.0.0.2 443     6
        12:00:00 10.0.0.2 443     10.0.0.1 40000   6
    """

    assert ask(log, "dstport=443").conversations("outcome") == [("reply not visible",)]


@pytest.mark.parametrize(("size", "outcome"), [(120, "replied"), (121, "replied with data")])
def test_without_flags_a_handshake_cannot_be_told_from_a_reset(size: int, outcome: str) -> None:
    log = f"""
        start    srcaddr  srcport dstaddr  dstport protocol packets bytes action
        12:00:00 10.0.0.1 40000   10.0.0.2 443     6        2       120   ACCEPT
        12:00:00 10.0.0.2 443     10.0.0.1 40000   6        2       {size} ACCEPT
    """

    assert ask(log).conversations("outcome") == [(outcome,)]


@pytest.mark.parametrize("protocol", [17, 1, 58])
def test_udp_and_icmp_are_replied_at_best(protocol: int) -> None:
    log = f"""
        start    srcaddr  srcport dstaddr  dstport protocol   packets bytes
        12:00:00 10.0.0.1 40000   10.0.0.2 53      {protocol} 1       5000
        12:00:03 10.0.0.2 53      10.0.0.1 40000   {protocol} 1       5000
    """

    assert ask(log).conversations("client outcome") == [("10.0.0.1", "replied")]


# AWS VPC User Guide, flow log record examples, security group and network ACL rules: a ping from home to an instance.
PING = """
    version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status
    2 123456789010 eni-1235b8ca123456789 203.0.113.12 172.31.16.139 0 0 1 4 336 1432917027 1432917142 ACCEPT OK
    2 123456789010 eni-1235b8ca123456789 172.31.16.139 203.0.113.12 0 0 1 4 336 1432917094 1432917142 REJECT OK
"""
KINDS = "client server outcome reject_kinds"


def _kinds(**counts: int) -> dict[str, int]:
    return {"attempt": 0, "mid_connection": 0, "control": 0, "reply_blocked": 0, "unknown": 0} | counts


def test_in_awss_ping_the_acl_blocked_the_reply_and_home_was_the_client() -> None:
    assert ask(PING).conversations(KINDS) == [("203.0.113.12", "172.31.16.139", "rejected", _kinds(reply_blocked=1))]


def test_in_awss_ping_that_a_security_group_stops_there_is_one_rejected_record() -> None:
    log = "\n".join([*PING.strip().splitlines()[:2]]).replace("ACCEPT", "REJECT")

    assert ask(log).conversations(KINDS) == [("203.0.113.12", "172.31.16.139", "rejected", _kinds(unknown=1))]


def test_in_awss_ping_that_both_let_through_there_are_two_accepted_records() -> None:
    asked = ask(PING.replace("REJECT", "ACCEPT"))

    assert asked.conversations(KINDS) == [("203.0.113.12", "172.31.16.139", "replied", _kinds())]


def _reject(flags: str, reason: str = "-") -> str:
    return f"""
        start    srcaddr  srcport dstaddr  dstport protocol action tcp-flags reject-reason
        12:00:00 10.0.0.1 40000   10.0.0.2 443     6        REJECT {flags}   {reason}
    """


@pytest.mark.parametrize(
    ("flags", "kind"),
    [("2", "attempt"), ("3", "attempt"), ("1", "mid_connection"), ("0", "mid_connection"), ("-", "unknown")],
)
def test_the_kind_of_a_reject_is_read_from_its_flags(flags: str, kind: str) -> None:
    assert ask(_reject(flags)).conversations("outcome reject_kinds") == [("rejected", _kinds(**{kind: 1}))]


@pytest.mark.parametrize("reason", ["BPA", "EC"])
def test_a_reject_with_a_reason_was_a_control(reason: str) -> None:
    assert ask(_reject("2", reason)).conversations("reject_kinds") == [(_kinds(control=1),)]


def test_a_rejected_syn_ack_is_a_blocked_reply() -> None:
    log = """
        start    srcaddr  srcport dstaddr  dstport protocol action tcp-flags
        12:00:00 10.0.0.1 40000   10.0.0.2 443     6        ACCEPT 2
        12:00:00 10.0.0.2 443     10.0.0.1 40000   6        REJECT 18
    """

    assert ask(log).conversations(KINDS) == [("10.0.0.1", "10.0.0.2", "rejected", _kinds(reply_blocked=1))]


def test_packets_after_a_connection_closed_do_not_make_it_rejected() -> None:
    log = """
        start    srcaddr  srcport dstaddr  dstport protocol packets bytes action tcp-flags
        12:00:00 10.0.0.1 40000   10.0.0.2 443     6        9       4000  ACCEPT 3
        12:00:00 10.0.0.2 443     10.0.0.1 40000   6        9       4000  ACCEPT 19
        12:05:00 10.0.0.1 40000   10.0.0.2 443     6        1       40    REJECT 1
    """

    assert ask(log).conversations("outcome reject_kinds") == [("data", _kinds(mid_connection=1))]
