"""The facts of ordinary business, of outcomes and of gaps hold in the lines."""

from collections import Counter

from tests.scenario.delivered import Run, flags


def test_a_visit_and_what_the_load_balancer_makes_of_it_are_two_conversations(day: Run) -> None:
    shop = day.scene("web-shop")
    web = {day.interfaces[name]["address"] for name in ("web-1", "web-2")}
    visitors = {
        c["client"] for c in day.truth["conversations"] if c["server"] == shop["through"] and c["service_port"] == 443
    }
    at_web = [
        line
        for line in day.lines
        if line["vpc-id"] == day.interfaces["web-1"]["vpc_id"] and line["dstaddr"] in web and line["dstport"] == "8080"
    ]

    assert len(visitors) > 100
    assert {line["pkt-srcaddr"] for line in at_web} == {shop["through"]}


def test_client_and_server_windows_carry_the_flags_aws_documents(day: Run) -> None:
    beacon = day.scene("beacon")
    own = [x for x in day.between(beacon["client"], beacon["server"], 443) if x["instance-id"] != "-"]

    assert flags([x for x in own if x["flow-direction"] == "egress"]) == {3}  # SYN and FIN in one window
    assert flags([x for x in own if x["flow-direction"] == "ingress"]) == {19}  # SYN-ACK and FIN


def test_port_123_on_both_sides(day: Run) -> None:
    clock = day.scene("ntp")["server"]
    asked = [line for line in day.lines if line["dstaddr"] == clock and line["instance-id"] != "-"]

    assert {(line["srcport"], line["dstport"], line["protocol"]) for line in asked} == {("123", "123", "17")}


def test_dns_goes_to_the_companys_own_resolver_and_is_answered(day: Run) -> None:
    resolver = day.scene("dns")["server"]
    rows = [c for c in day.truth["conversations"] if c["server"] == resolver and c["service_port"] == 53]

    assert len(rows) == 8
    assert {c["outcome"] for c in rows} == {"replied"}
    assert all(c["bytes_to_client"] for c in rows)


def test_udp_that_is_never_answered(day: Run) -> None:
    syslog = day.scene("syslog")
    row = day.conversation(day.interfaces["app-2"]["address"], syslog["server"], 514)

    assert row["outcome"] == "no reply"
    assert row["bytes_to_client"] == 0
    assert not [line for line in day.lines if line["srcport"] == "514"]


def test_ping_over_both_families_has_ports_zero(day: Run) -> None:
    ping = day.scene("ping")
    for client, server, protocol in (
        (ping["client"], ping["server"], "1"),
        (ping["client_ipv6"], ping["server_ipv6"], "58"),
    ):
        lines = [x for x in day.between(client, server, 0) if x["protocol"] == protocol]
        assert lines
        assert {(x["srcport"], x["dstport"], x["tcp-flags"]) for x in lines} == {("0", "0", "0")}


def test_two_observers_report_the_same_bytes_in_windows_that_do_not_touch(day: Run) -> None:
    backup = day.scene("backup")
    lines = [
        x
        for x in day.between(backup["client"], backup["server"], backup["port"])
        if x["srcport"] == str(backup["port"])
    ]
    windows = {x["interface-id"]: [int(x["start"]), int(x["end"])] for x in lines}
    (start, end), (start_2, end_2) = sorted(windows.values())

    assert windows == backup["windows"]
    assert {int(x["bytes"]) for x in lines} == {backup["bytes_to_client"]}
    assert end < start_2
    assert (start, end) != (start_2, end_2)


def test_the_same_addresses_talk_in_two_networks(day: Run) -> None:
    same = day.scene("same-addresses")
    _, app, database = same["addresses"]
    rows = [day.conversation(app, database, 5432, scope) for scope in same["networks"]]

    assert rows[0]["bytes_to_client"] != rows[1]["bytes_to_client"]
    assert not set(rows[0]["observers"]) & set(rows[1]["observers"])


def test_every_rung_of_the_ladder_can_be_found(day: Run) -> None:
    ladder = day.scene("ladder")
    found = {
        c["outcome"]: day.conversation(ladder["client"], c["server"], c["port"])["outcome"] for c in ladder["outcomes"]
    }

    assert found == {word: word for word in ("no reply", "reset", "handshake only", "data")}
    assert "rejected" in {c["outcome"] for c in day.truth["conversations"]}


def test_packets_to_an_address_nobody_holds_stay_inside_the_network(day: Run) -> None:
    lines = [line for line in day.lines if line["pkt-dstaddr"] == "10.20.3.99"]

    assert {(x["interface-id"], x["action"], x["traffic-path"]) for x in lines} == {
        (day.interfaces["app-2"]["id"], "ACCEPT", "1")
    }


def test_outcomes_follow_from_the_flags_in_the_lines(day: Run) -> None:
    ladder = day.scene("ladder")
    answers = {
        c["outcome"]: [
            x for x in day.between(ladder["client"], c["server"], c["port"]) if x["srcport"] == str(c["port"])
        ]
        for c in ladder["outcomes"]
    }

    assert answers["no reply"] == []
    assert flags(answers["reset"]) == {4}
    assert all(seen & 18 == 18 for seen in flags(answers["handshake only"]))
    assert all(int(x["bytes"]) <= 60 * int(x["packets"]) for x in answers["handshake only"])
    assert all(int(x["bytes"]) > 60 * int(x["packets"]) for x in answers["data"])


def test_silent_windows_and_lost_windows_have_status_rows(day: Run) -> None:
    status = Counter(line["log-status"] for line in day.lines)
    silent = [line for line in day.lines if line["interface-id"] == day.interfaces["lab-3"]["id"]]

    assert {line["log-status"] for line in silent} == {"NODATA"}
    assert len(silent) == 1_440
    assert status["SKIPDATA"] == 9


def test_where_one_observer_lost_its_records_the_other_has_them(day: Run) -> None:
    scene = day.scene("lost-records")
    lost = [x for x in day.lines if x["interface-id"] == scene["lost_by"] and x["log-status"] == "SKIPDATA"]
    start, end = min(int(x["start"]) for x in lost), max(int(x["end"]) for x in lost)
    sent = [x for x in day.between(scene["client"], scene["server"], 8080) if x["srcport"] == str(scene["client_port"])]
    row = day.conversation(scene["client"], scene["server"], 8080)

    assert len(lost) == scene["status_rows"]
    assert {x["interface-id"] for x in sent} == {scene["lost_by"], scene["seen_by"]}
    assert {x["interface-id"] for x in sent if start <= int(x["start"]) < end} == {scene["seen_by"]}
    assert row["observers"][scene["lost_by"]]["lost"] >= 2 * scene["status_rows"]
    assert row["believed"] == scene["seen_by"]


def test_an_interface_without_a_flow_log_writes_nothing_and_its_peer_does(day: Run) -> None:
    scene = day.scene("never-logged")

    assert not day.interfaces["legacy-1"]["logged"]
    assert not [x for x in day.lines if x["interface-id"] == scene["never_logged"]]
    assert {x["interface-id"] for x in day.between(scene["client"], scene["server"], scene["port"])} == {
        scene["only_observer"]
    }


def test_a_machine_writes_only_while_it_exists(day: Run) -> None:
    build = day.scene("build")
    born, gone = build["lifetime"]
    times = [(int(x["start"]), int(x["end"])) for x in day.lines if x["interface-id"] == build["interface"]]

    assert min(end for _, end in times) >= born
    assert max(start for start, _ in times) < gone


def test_the_day_begins_inside_a_connection_withoutflags(day: Run) -> None:
    scene = day.scene("replication")
    port = str(scene["ends"]["client_port"])
    lines = [x for x in day.between(scene["client"], scene["server"], 5432) if x["srcport"] == port]
    first, last = min(lines, key=lambda x: int(x["start"])), max(lines, key=lambda x: int(x["end"]))
    begin = day.truth["range"][0]

    assert int(first["start"]) < begin <= int(first["end"])
    assert flags([x for x in lines if int(x["end"]) < scene["ends"]["at"] - 60]) == {0}
    assert int(last["tcp-flags"]) == 1
    assert day.truth["totals"]["in_progress_records"] > 0


def test_ipv6_conversations_reach_the_load_balancer_and_leave_without_a_gateway(day: Run) -> None:
    visitors, updates = day.scene("ipv6-visitors"), day.scene("updates")
    six = [x for x in day.lines if x["type"] == "IPv6"]

    assert [x for x in six if x["dstaddr"] == visitors["server"] and x["dstport"] == "443"]
    assert {x["interface-id"] for x in six if updates["server_ipv6"] in (x["srcaddr"], x["dstaddr"])} == {
        day.interfaces["app-1"]["id"]
    }


def test_records_show_private_addresses_never_public_ones(day: Run) -> None:
    public = {row["public_address"] for row in day.interfaces.values() if row["public_address"]}
    shown = {x[name] for x in day.lines for name in ("srcaddr", "dstaddr", "pkt-srcaddr", "pkt-dstaddr")}

    assert len(public) == 6
    assert not public & shown
