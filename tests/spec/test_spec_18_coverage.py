"""Rules 13 and 18. What an empty answer may claim: exactly one of four verdicts, each with its reason."""

import pytest

from tests.spec.tables import ask

HEADER = "interface-id srcaddr srcport dstaddr dstport protocol start end action log-status"
FULL = f"""{HEADER}
    eni-a 10.0.0.1 40000 10.0.0.9 443 6 12:00:00 12:01:00 ACCEPT OK
    eni-a 10.0.0.1 40000 10.0.0.9 22  6 12:05:00 12:06:00 REJECT OK
"""


def _verdict(log: str, query: str, **times: str) -> str:
    return ask(log, query, **times).prepared.verdict


def test_none_seen_with_coverage_unknown_because_other_interfaces_may_exist() -> None:
    assert _verdict(FULL, ":8080") == "none seen, coverage unknown"


def test_none_seen_partly_covered_where_records_were_lost() -> None:
    assert _verdict(FULL + "eni-a - - - - - 12:07:00 12:08:00 - SKIPDATA", ":8080") == "none seen, partly covered"


def test_none_seen_partly_covered_where_an_interface_wrote_nothing_for_a_while() -> None:
    log = FULL + "eni-a 10.0.0.1 40000 10.0.0.9 443 6 12:35:00 12:36:00 ACCEPT OK"

    assert _verdict(log, ":8080") == "none seen, partly covered"


def test_silence_is_covered() -> None:
    log = FULL + "eni-a - - - - - 12:10:00 12:20:00 - NODATA\neni-a - - - - - 12:20:00 12:30:00 - NODATA"

    assert _verdict(log, ":8080") == "none seen, coverage unknown"


def test_something_seen_says_how_far_the_logs_reach() -> None:
    assert _verdict(FULL, ":443") == "seen, coverage unknown"


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("169.254.169.254", "Flow logs never record traffic to the instance metadata service (169.254.169.254)."),
        ("fd00:ec2::254", "Flow logs never record traffic to the instance metadata service (fd00:ec2::254)."),
        ("169.254.169.123", "Flow logs never record traffic to the Amazon Time Sync Service (169.254.169.123)."),
        ("169.254.169.253", "Flow logs never record traffic to the Amazon DNS server (169.254.169.253)."),
        ("169.254.169.250", "Flow logs never record traffic to Windows licence activation (169.254.169.250)."),
        ("67-68/udp", "Flow logs never record DHCP traffic (ports 67 and 68)."),
        ("flow-direction=ingress", "No format in these logs has the field flow-direction."),
        ("interface-id=eni-b", "No interface that this question names wrote anything in this time range."),
    ],
)
def test_what_flow_logs_or_these_logs_never_hold_cannot_be_seen_and_the_reason_is_said(query: str, reason: str) -> None:
    prepared = ask(FULL, query).prepared

    assert prepared.verdict == "cannot be seen in these logs"
    assert reason in prepared.reasons


def test_what_an_accept_only_flow_log_leaves_out_cannot_be_seen() -> None:
    prepared = ask(FULL.replace("REJECT", "ACCEPT"), "rejected").prepared

    assert prepared.verdict == "cannot be seen in these logs"
    assert prepared.reasons == ("These logs hold no REJECT at all: their flow log may not record it.",)


def test_a_time_in_which_nothing_was_written_cannot_be_seen() -> None:
    prepared = ask(FULL, ":443", start="20:00:00", end="21:00:00").prepared

    assert prepared.verdict == "cannot be seen in these logs"
    assert prepared.reasons == ("These logs hold nothing in this time range.",)


def test_logs_whose_format_has_no_time_are_not_said_to_be_empty() -> None:
    prepared = ask("srcaddr dstaddr protocol\n10.0.0.1 10.0.0.9 6", "10.0.0.8").prepared

    assert prepared.verdict == "none seen, coverage unknown"


def test_an_address_that_flow_logs_never_record_is_still_seen_when_it_is_there() -> None:
    log = f"{HEADER}\neni-a 10.0.0.1 40000 169.254.169.253 53 17 12:00:00 12:01:00 ACCEPT OK"

    assert _verdict(log, "169.254.169.253") == "seen, coverage unknown"


def test_how_many_interfaces_should_have_written_is_not_known_from_logs() -> None:
    coverage = ask(FULL).prepared.coverage

    assert (coverage.interfaces, coverage.expected) == (1, None)


def test_coverage_of_a_question_about_one_interface_is_of_that_interface() -> None:
    log = FULL + "eni-b - - - - - 12:05:00 12:06:00 - SKIPDATA"

    assert ask(log, "interface-id=eni-a :443").prepared.verdict == "seen, coverage unknown"
    assert ask(log, ":443").prepared.verdict == "seen, partly covered"
