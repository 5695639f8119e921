"""Rule 1. Who started a conversation is decided by the strongest evidence there is, and the answer says by which."""

import pytest

from tests.spec.tables import ask

WHO = "client server port decided_by"


def test_a_syn_marks_its_sender_as_client_whatever_the_ports() -> None:
    log = """
        start    srcaddr  srcport dstaddr  dstport protocol tcp-flags
        12:00:00 10.0.0.1 22      10.0.0.2 50000   6        2
        12:00:00 10.0.0.2 50000   10.0.0.1 22      6        18
    """

    assert ask(log).conversations(WHO) == [("10.0.0.1", "10.0.0.2", 50000, "flags")]


def test_a_syn_ack_alone_marks_its_sender_as_server() -> None:
    log = """
        start    srcaddr  srcport dstaddr  dstport protocol tcp-flags
        12:00:00 10.0.0.2 50000   10.0.0.1 22      6        18
    """

    assert ask(log).conversations(WHO) == [("10.0.0.1", "10.0.0.2", 50000, "flags")]


def test_flags_joined_over_a_window_still_tell_a_syn_from_a_syn_ack() -> None:
    log = """
        start    srcaddr  srcport dstaddr  dstport protocol tcp-flags
        12:00:00 10.0.0.1 40000   10.0.0.2 443     6        3
        12:00:00 10.0.0.2 443     10.0.0.1 40000   6        19
    """

    assert ask(log).conversations(WHO) == [("10.0.0.1", "10.0.0.2", 443, "flags")]


def test_where_both_sides_sent_a_syn_the_one_that_was_first_started() -> None:
    log = """
        start    srcaddr  srcport dstaddr  dstport protocol tcp-flags
        12:05:00 10.0.0.1 3000    10.0.0.2 4000    6        2
        12:00:00 10.0.0.2 4000    10.0.0.1 3000    6        2
    """

    assert ask(log).conversations(WHO) == [("10.0.0.2", "10.0.0.1", 3000, "flags")]


def test_a_window_before_the_range_decides_when_the_range_has_no_flags() -> None:
    log = """
        start    srcaddr  srcport dstaddr  dstport protocol tcp-flags
        11:55:00 10.0.0.1 3000    10.0.0.2 4000    6        2
        11:55:00 10.0.0.2 4000    10.0.0.1 3000    6        18
        12:00:00 10.0.0.1 3000    10.0.0.2 4000    6        0
        12:00:00 10.0.0.2 4000    10.0.0.1 3000    6        0
    """

    assert ask(log, start="12:00:00", end="13:00:00").conversations(WHO) == [
        ("10.0.0.1", "10.0.0.2", 4000, "earlier-window")
    ]


def test_a_window_long_before_the_range_is_not_read() -> None:
    log = """
        start    srcaddr  srcport dstaddr  dstport protocol tcp-flags
        11:45:00 10.0.0.1 3000    10.0.0.2 4000    6        2
        12:00:00 10.0.0.1 3000    10.0.0.2 4000    6        0
        12:00:00 10.0.0.2 4000    10.0.0.1 3000    6        0
    """

    assert ask(log, start="12:00:00").conversations("client port decided_by") == [("10.0.0.1", None, "unknown")]


def test_the_handshake_of_one_connection_decides_for_the_next_to_the_same_service() -> None:
    log = """
        start    srcaddr  srcport dstaddr  dstport protocol tcp-flags
        12:00:00 10.0.0.1 3000    10.0.0.2 4000    6        2
        12:00:00 10.0.0.1 3001    10.0.0.2 4000    6        0
        12:00:00 10.0.0.2 4000    10.0.0.1 3001    6        0
    """

    assert ask(log).conversations("client server port records_to_client") == [("10.0.0.1", "10.0.0.2", 4000, 1)]


def _scan(answered: int, targets: int = 10) -> str:
    header = "start srcaddr srcport dstaddr dstport protocol"
    there = [f"12:00:00 203.0.113.9 443 10.0.0.1 {41000 + number} 6" for number in range(targets)]
    back = [f"12:00:00 10.0.0.1 {41000 + number} 203.0.113.9 443 6" for number in range(answered)]
    return "\n".join([header, *there, *back])


def test_one_fixed_port_to_many_targets_that_do_not_answer_is_a_client_though_it_is_443() -> None:
    found = ask(_scan(answered=2)).conversations(WHO)

    assert len(found) == 10
    assert {(client, decided_by) for client, _, _, decided_by in found} == {("203.0.113.9", "fan-out")}


def test_one_fixed_port_whose_targets_answer_is_a_server() -> None:
    found = ask(_scan(answered=10)).conversations(WHO)

    assert {(server, port, decided_by) for _, server, port, decided_by in found} == {("203.0.113.9", 443, "known-port")}


def test_a_fan_out_needs_many_targets() -> None:
    found = ask(_scan(answered=0, targets=9)).conversations(WHO)

    assert {(client, decided_by) for client, _, _, decided_by in found} == {("203.0.113.9", "one-way")}


def test_a_flow_without_a_reverse_was_started_by_its_sender() -> None:
    log = """
        start    srcaddr  srcport dstaddr  dstport protocol
        12:00:00 10.0.0.1 53      10.0.0.2 50000   17
    """

    assert ask(log).conversations(WHO) == [("10.0.0.1", "10.0.0.2", 50000, "one-way")]


@pytest.mark.parametrize("flags", [1, 4, 5, 16, 20])
def test_a_flow_without_a_reverse_proves_nothing_when_it_only_ends_a_conversation(flags: int) -> None:
    log = f"""
        start    srcaddr  srcport dstaddr  dstport protocol tcp-flags
        12:00:00 10.0.0.1 443     10.0.0.2 50000   6        {flags}
    """

    assert ask(log).conversations(WHO) == [("10.0.0.2", "10.0.0.1", 443, "known-port")]


def test_a_flow_without_a_reverse_proves_nothing_when_records_were_lost_around_it() -> None:
    log = """
        start    end      interface-id srcaddr  srcport dstaddr  dstport protocol log-status
        12:00:00 12:01:00 eni-a        10.0.0.1 443     10.0.0.2 50000   6        OK
        12:01:00 12:02:00 eni-a        -        -       -        -       -        SKIPDATA
    """

    assert ask(log).conversations(WHO) == [("10.0.0.2", "10.0.0.1", 443, "known-port")]


def test_a_rejected_record_was_started_by_its_sender() -> None:
    log = """
        start    srcaddr  srcport dstaddr  dstport protocol action
        12:00:00 10.0.0.1 443     10.0.0.2 50000   6        REJECT
        12:00:10 10.0.0.2 50000   10.0.0.1 443     6        ACCEPT
    """

    assert ask(log).conversations(WHO) == [("10.0.0.1", "10.0.0.2", 50000, "one-way")]


def test_a_rejected_record_is_a_reply_when_the_reverse_was_accepted_before() -> None:
    log = """
        start    srcaddr  srcport dstaddr  dstport protocol action
        12:00:00 10.0.0.2 50000   10.0.0.1 443     6        ACCEPT
        12:00:10 10.0.0.1 443     10.0.0.2 50000   6        REJECT
    """

    assert ask(log).conversations(WHO) == [("10.0.0.2", "10.0.0.1", 443, "one-way")]


def test_who_started_does_not_change_when_only_rejected_records_are_asked_for() -> None:
    log = """
        start    srcaddr  srcport dstaddr  dstport protocol action
        12:00:00 10.0.0.2 50000   10.0.0.1 443     6        ACCEPT
        12:00:10 10.0.0.1 443     10.0.0.2 50000   6        REJECT
    """

    assert ask(log, "rejected").conversations(WHO) == [("10.0.0.2", "10.0.0.1", 443, "one-way")]


def test_who_started_does_not_change_when_only_one_direction_is_asked_for() -> None:
    log = """
        start    srcaddr  srcport dstaddr  dstport protocol
        12:00:00 10.0.0.2 50000   10.0.0.1 443     6
        12:00:00 10.0.0.1 443     10.0.0.2 50000   6
    """

    assert ask(log, "srcaddr=10.0.0.1").conversations(WHO + " outcome") == [
        ("10.0.0.2", "10.0.0.1", 443, "known-port", "replied")
    ]


def test_the_direction_that_was_seen_first_by_more_than_a_second_started() -> None:
    log = """
        start    srcaddr  srcport dstaddr  dstport protocol
        12:00:00 10.0.0.1 53      10.0.0.2 50000   17
        12:00:02 10.0.0.2 50000   10.0.0.1 53      17
    """

    assert ask(log).conversations(WHO) == [("10.0.0.1", "10.0.0.2", 50000, "first-seen")]


def test_one_second_is_too_little_to_tell_what_was_first() -> None:
    log = """
        start    srcaddr  srcport dstaddr  dstport protocol
        12:00:00 10.0.0.1 53      10.0.0.2 50000   17
        12:00:01 10.0.0.2 50000   10.0.0.1 53      17
    """

    assert ask(log).conversations(WHO) == [("10.0.0.2", "10.0.0.1", 53, "known-port")]


def test_what_was_first_is_asked_of_one_observer_because_windows_of_two_are_skewed() -> None:
    log = """
        start    interface-id srcaddr  srcport dstaddr  dstport protocol
        12:00:00 eni-a        10.0.0.1 53      10.0.0.2 50000   17
        12:00:36 eni-b        10.0.0.2 50000   10.0.0.1 53      17
    """

    assert ask(log).conversations(WHO) == [("10.0.0.2", "10.0.0.1", 53, "known-port")]


def test_a_known_service_port_on_one_side_is_the_servers() -> None:
    log = """
        start    srcaddr  srcport dstaddr  dstport protocol
        12:00:00 10.0.0.1 3306    10.0.0.2 31999   6
        12:00:00 10.0.0.2 31999   10.0.0.1 3306    6
    """

    assert ask(log).conversations(WHO) == [("10.0.0.2", "10.0.0.1", 3306, "known-port")]


def test_a_system_port_is_better_known_than_a_registered_one() -> None:
    log = """
        start    srcaddr  srcport dstaddr  dstport protocol
        12:00:00 10.0.0.1 22      10.0.0.2 3306    6
        12:00:00 10.0.0.2 3306    10.0.0.1 22      6
    """

    assert ask(log).conversations(WHO) == [("10.0.0.2", "10.0.0.1", 22, "known-port")]


def test_the_lower_port_is_the_servers_when_the_other_is_ephemeral() -> None:
    log = """
        start    srcaddr  srcport dstaddr  dstport protocol
        12:00:00 10.0.0.1 31999   10.0.0.2 50000   6
        12:00:00 10.0.0.2 50000   10.0.0.1 31999   6
    """

    assert ask(log).conversations(WHO) == [("10.0.0.2", "10.0.0.1", 31999, "port-order")]


def test_of_two_ephemeral_ports_the_lower_is_the_servers_as_of_a_windows_service_that_took_its_port_early() -> None:
    log = """
        start    srcaddr  srcport dstaddr  dstport protocol
        12:00:00 10.0.0.1 49667   10.0.0.2 50123   6
        12:00:00 10.0.0.2 50123   10.0.0.1 49667   6
    """

    assert ask(log).conversations(WHO) == [("10.0.0.2", "10.0.0.1", 49667, "port-order")]


def test_without_evidence_who_started_is_unknown_and_never_a_coin_flip() -> None:
    log = """
        start    srcaddr  srcport dstaddr  dstport protocol
        12:00:00 10.0.0.2 30001   10.0.0.1 30000   6
        12:00:00 10.0.0.1 30000   10.0.0.2 30001   6
    """

    assert ask(log).conversations(WHO) == [("10.0.0.1", "10.0.0.2", None, "unknown")]


def test_flow_direction_says_nothing_about_who_started() -> None:
    log = """
        start    srcaddr  srcport dstaddr  dstport protocol flow-direction
        12:00:00 10.0.0.1 30000   10.0.0.2 30001   6        egress
        12:00:00 10.0.0.2 30001   10.0.0.1 30000   6        ingress
    """

    assert ask(log).conversations("decided_by") == [("unknown",)]


def test_in_awss_flag_sequence_both_connections_and_the_later_window_have_one_client() -> None:
    """AWS VPC User Guide, flow log record examples, TCP flag sequence."""
    log = """
version vpc-id subnet-id instance-id interface-id account-id type srcaddr dstaddr srcport dstport pkt-srcaddr pkt-dstaddr protocol bytes packets start end action tcp-flags log-status
3 vpc-abcdefab012345678 subnet-aaaaaaaa012345678 i-01234567890123456 eni-1235b8ca123456789 123456789010 IPv4 52.213.180.42 10.0.0.62 43416 5001 52.213.180.42 10.0.0.62 6 568 8 1566848875 1566848933 ACCEPT 2 OK
3 vpc-abcdefab012345678 subnet-aaaaaaaa012345678 i-01234567890123456 eni-1235b8ca123456789 123456789010 IPv4 10.0.0.62 52.213.180.42 5001 43416 10.0.0.62 52.213.180.42 6 376 7 1566848875 1566848933 ACCEPT 18 OK
3 vpc-abcdefab012345678 subnet-aaaaaaaa012345678 i-01234567890123456 eni-1235b8ca123456789 123456789010 IPv4 52.213.180.42 10.0.0.62 43418 5001 52.213.180.42 10.0.0.62 6 100701 70 1566848875 1566848933 ACCEPT 2 OK
3 vpc-abcdefab012345678 subnet-aaaaaaaa012345678 i-01234567890123456 eni-1235b8ca123456789 123456789010 IPv4 10.0.0.62 52.213.180.42 5001 43418 10.0.0.62 52.213.180.42 6 632 12 1566848875 1566848933 ACCEPT 18 OK
3 vpc-abcdefab012345678 subnet-aaaaaaaa012345678 i-01234567890123456 eni-1235b8ca123456789 123456789010 IPv4 10.0.0.62 52.213.180.42 5001 43418 10.0.0.62 52.213.180.42 6 63388 1219 1566848933 1566849113 ACCEPT 1 OK
3 vpc-abcdefab012345678 subnet-aaaaaaaa012345678 i-01234567890123456 eni-1235b8ca123456789 123456789010 IPv4 52.213.180.42 10.0.0.62 43418 5001 52.213.180.42 10.0.0.62 6 23294588 15774 1566848933 1566849113 ACCEPT 1 OK
    """  # noqa: E501

    assert ask(log).conversations(WHO + " outcome connection_starts") == [
        ("52.213.180.42", "10.0.0.62", 5001, "flags", "data", 2)
    ]
