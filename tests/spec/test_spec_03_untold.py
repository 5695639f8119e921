"""Rule 3. Where only outside legs are left, bytes left through a NAT gateway, and which instance sent them cannot be told."""

from flowinsight import legs
from tests.spec.tables import ask

OUTSIDE = """
    interface-id interface-type srcaddr     dstaddr     pkt-srcaddr pkt-dstaddr protocol srcport dstport bytes flow-direction
    eni-a        nat_gateway    10.0.0.220  203.0.113.5 10.0.0.220  203.0.113.5 6        61000   443     700   egress
    eni-a        nat_gateway    203.0.113.5 10.0.0.220  203.0.113.5 10.0.0.220  6        443     61000   900   ingress
"""
ANOTHER = """
    interface-id interface-type srcaddr     dstaddr     pkt-srcaddr pkt-dstaddr protocol srcport dstport bytes flow-direction
    eni-a        nat_gateway    10.0.1.5    10.0.0.220  10.0.1.5    203.0.113.9 6        40000   80      300   ingress
"""
INSIDE = """
    interface-id interface-type srcaddr     dstaddr     pkt-srcaddr pkt-dstaddr protocol srcport dstport bytes flow-direction
    eni-a        nat_gateway    10.0.1.5    10.0.0.220  10.0.1.5    203.0.113.5 6        40000   443     700   ingress
"""


def test_outside_legs_alone_say_how_much_left_and_that_who_sent_it_cannot_be_told() -> None:
    asked = ask(OUTSIDE)

    (leg,) = legs.untold(asked.prepared)
    assert (leg.gateway, leg.peer, leg.port, leg.sent, leg.received) == ("10.0.0.220", "203.0.113.5", 443, 700, 900)
    assert "cannot be told from these records" in legs.sentence(leg)
    assert asked.conversations("client") == []


def test_who_used_the_gateway_for_something_else_is_a_candidate_and_is_called_one() -> None:
    (leg,) = legs.untold(ask((OUTSIDE, ANOTHER)).prepared)

    assert leg.candidates == ("10.0.1.5",)
    assert "Candidates, no more: 10.0.1.5." in legs.sentence(leg)


def test_an_outside_leg_whose_inside_leg_names_the_sender_is_told() -> None:
    assert legs.untold(ask((OUTSIDE, INSIDE)).prepared) == ()


def test_a_question_that_matches_outside_legs_alone_is_told_what_to_ask_instead() -> None:
    asked = ask((OUTSIDE, INSIDE), "10.0.0.220:61000")

    (leg,) = legs.untold(asked.prepared)
    assert legs.sentence(leg).endswith("the records of this question do not say: ask for 203.0.113.5:443.")
    assert asked.conversations("client") == []
