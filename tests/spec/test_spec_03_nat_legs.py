"""Rule 3. A NAT gateway logs the same traffic twice: an inside leg that still names who, and an outside leg that has lost it."""

from tests.spec.tables import ask

# AWS VPC User Guide, flow log record examples, traffic through a NAT gateway; protocol, ports and bytes added.
GATEWAY = """
    instance-id interface-id          srcaddr     dstaddr     pkt-srcaddr pkt-dstaddr protocol srcport dstport bytes
    -           eni-1235b8ca123456789 10.0.1.5    10.0.0.220  10.0.1.5    203.0.113.5 6        40000   443     700
    -           eni-1235b8ca123456789 10.0.0.220  203.0.113.5 10.0.0.220  203.0.113.5 6        61000   443     700
    -           eni-1235b8ca123456789 203.0.113.5 10.0.0.220  203.0.113.5 10.0.0.220  6        443     61000   900
    -           eni-1235b8ca123456789 10.0.0.220  10.0.1.5    203.0.113.5 10.0.1.5    6        443     40000   900
"""
INSTANCE = """
    instance-id         interface-id          srcaddr     dstaddr     pkt-srcaddr pkt-dstaddr protocol srcport dstport bytes
    i-01234567890123456 eni-1111aaaa2222bbbb3 10.0.1.5    203.0.113.5 10.0.1.5    203.0.113.5 6        40000   443     700
    i-01234567890123456 eni-1111aaaa2222bbbb3 203.0.113.5 10.0.1.5    203.0.113.5 10.0.1.5    6        443     40000   900
"""
WHO = "client server port bytes_to_server bytes_to_client through"


def test_at_awss_gateway_the_instance_is_the_client_and_the_outside_leg_is_nobodys_conversation() -> None:
    asked = ask(GATEWAY)

    assert asked.conversations(WHO) == [("10.0.1.5", "203.0.113.5", 443, 700, 900, "10.0.0.220")]
    assert asked.reconciliation["nat_outside_legs"] == 2


def test_the_instances_own_interface_and_the_inside_leg_are_one_conversation_counted_once() -> None:
    asked = ask((GATEWAY, INSTANCE))

    assert asked.conversations(WHO) == [("10.0.1.5", "203.0.113.5", 443, 700, 900, "10.0.0.220")]
    assert asked.reconciliation["duplicates"] == 2


def test_a_question_about_the_gateways_address_finds_whom_it_talked_for() -> None:
    assert ask(GATEWAY, "10.0.0.220").conversations("client server") == [("10.0.1.5", "203.0.113.5")]


def test_the_gateway_is_never_a_client_even_when_its_outside_leg_is_asked_for() -> None:
    assert ask(GATEWAY, "from 10.0.0.220").conversations("client") == []
    assert ask(GATEWAY, "pkt-srcaddr=10.0.0.220").conversations("client") == []


def test_the_gateway_is_never_a_client_even_when_only_its_own_port_is_asked_for() -> None:
    asked = ask(GATEWAY, "10.0.0.220:61000")

    assert asked.conversations("client") == []
    assert asked.reconciliation["nat_outside_legs"] == 2


def test_an_interface_type_alone_tells_an_outside_leg() -> None:
    log = """
        srcaddr     dstaddr     pkt-srcaddr pkt-dstaddr protocol srcport dstport bytes interface-type
        10.0.0.220  203.0.113.5 10.0.0.220  203.0.113.5 6        61000   443     700   nat_gateway
    """
    asked = ask(log)

    assert asked.conversations("client") == []
    assert asked.reconciliation["nat_outside_legs"] == 1


def test_without_pkt_fields_no_leg_can_be_told_and_the_answer_says_so() -> None:
    from flowinsight import answerable  # noqa: PLC0415 only this test asks for cautions

    log = """
        srcaddr     dstaddr     protocol srcport dstport bytes
        10.0.0.220  203.0.113.5 6        61000   443     700
    """
    asked = ask(log)
    told = answerable.cautions(asked.prepared.question, asked.prepared.loaded, asked.prepared.coverage)

    assert any("what stands behind a NAT gateway" in sentence for sentence in told)


def test_a_web_server_reached_through_a_transit_gateway_keeps_its_client() -> None:
    """AWS VPC User Guide, flow log record examples, traffic through a transit gateway."""
    log = """
        version interface-id          account-id   vpc-id                subnet-id                instance-id         srcaddr      dstaddr     srcport dstport protocol tcp-flags type pkt-srcaddr  pkt-dstaddr  action log-status
        3       eni-33333333333333333 123456789010 vpc-abcdefab012345678 subnet-22222222bbbbbbbbb i-01234567890123456 10.20.33.164 10.40.2.236 39812   80      6        3         IPv4 10.20.33.164 10.40.2.236  ACCEPT OK
        3       eni-33333333333333333 123456789010 vpc-abcdefab012345678 subnet-22222222bbbbbbbbb i-01234567890123456 10.40.2.236  10.20.33.164 80     39812   6        19        IPv4 10.40.2.236  10.20.33.164 ACCEPT OK
        3       eni-11111111111111111 123456789010 vpc-abcdefab012345678 subnet-11111111aaaaaaaaa -                   10.40.1.175  10.40.2.236 39812   80      6        3         IPv4 10.20.33.164 10.40.2.236  ACCEPT OK
        3       eni-22222222222222222 123456789010 vpc-abcdefab012345678 subnet-22222222bbbbbbbbb -                   10.40.2.236  10.40.2.31  80      39812   6        19        IPv4 10.40.2.236  10.20.33.164 ACCEPT OK
    """  # noqa: E501

    ((client, server, port, decided_by, interfaces),) = ask(log).conversations(
        "client server port decided_by interfaces"
    )

    assert (client, server, port, decided_by) == ("10.20.33.164", "10.40.2.236", 80, "flags")
    assert interfaces == ["eni-11111111111111111", "eni-22222222222222222", "eni-33333333333333333"]


def test_a_load_balancer_that_ends_connections_makes_two_conversations() -> None:
    log = """
        interface-id srcaddr      dstaddr    pkt-srcaddr  pkt-dstaddr protocol srcport dstport bytes
        eni-lb       198.51.100.7 10.0.0.20  198.51.100.7 10.0.0.20   6        40000   443     100
        eni-lb       10.0.0.20    10.0.0.31  10.0.0.20    10.0.0.31   6        41000   8080    110
    """

    assert ask(log).conversations("client server port") == [
        ("10.0.0.20", "10.0.0.31", 8080),
        ("198.51.100.7", "10.0.0.20", 443),
    ]
