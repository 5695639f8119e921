"""Each scene's facts hold in the lines."""

from collections import Counter
from itertools import pairwise

from tests.scenario.delivered import Line, Run


def _flags(lines: list[Line]) -> set[int]:
    return {int(line["tcp-flags"]) for line in lines}


def _total(lines: list[Line]) -> int:
    return sum(int(line["bytes"]) for line in lines)


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

    assert _flags([x for x in own if x["flow-direction"] == "egress"]) == {3}  # SYN and FIN in one window
    assert _flags([x for x in own if x["flow-direction"] == "ingress"]) == {19}  # SYN-ACK and FIN


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


def test_the_scan_reaches_every_port_once_and_one_answers(day: Run) -> None:
    scan = day.scene("port-scan")
    sent = [x for x in day.lines if x["srcaddr"] == scan["client"]]
    accepted = [x for x in sent if x["action"] == "ACCEPT"]

    assert len({x["dstport"] for x in sent}) == scan["distinct_ports"]
    assert {int(x["dstport"]) for x in accepted} == set(scan["open_ports"])
    assert sum(x["action"] == "REJECT" for x in sent) == scan["rejected_ports"]
    assert day.conversation(scan["client"], scan["server"], 22)["outcome"] == "handshake only"


def test_the_sweep_comes_from_one_source_port_and_meets_every_address(day: Run) -> None:
    sweep = day.scene("sweep")
    lines = [x for x in day.lines if (x["srcport"], x["dstport"]) == (str(sweep["client_port"]), str(sweep["port"]))]
    sent = [x for x in lines if x["flow-direction"] == "egress"]
    refused = {x["dstaddr"] for x in lines if x["action"] == "REJECT"}

    assert len({x["dstaddr"] for x in sent}) == sweep["targets"]
    assert {x["action"] for x in sent} == {"ACCEPT"}
    assert sorted(refused) == sweep["rejected_by"]
    assert not [x for x in day.lines if x["dstport"] == str(sweep["client_port"]) and x["srcport"] == "445"]


def test_brute_force_is_many_similar_connections_and_then_a_long_one(day: Run) -> None:
    force = day.scene("brute-force")
    sent = [x for x in day.between(force["client"], force["server"], 22) if x["dstport"] == "22"]
    records = Counter(x["srcport"] for x in sent)
    long = str(force["success"]["client_port"])

    assert {x["action"] for x in sent} == {"ACCEPT"}
    assert records[long] >= 90
    assert max(count for port, count in records.items() if port != long) <= 2
    assert sum(int(x["tcp-flags"]) & 18 == 2 for x in sent) == force["failed_attempts"] + 1
    sizes = [_total([x for x in sent if x["srcport"] == port]) for port in records if port != long]
    assert max(sizes) < 1.1 * min(sizes)


def test_the_beacon_starts_once_a_minute(day: Run) -> None:
    beacon = day.scene("beacon")
    interface = day.interfaces["web-2"]["id"]
    starts = [
        int(x["start"])
        for x in day.between(beacon["client"], beacon["server"], 443)
        if x["interface-id"] == interface and int(x["tcp-flags"] or 0) & 18 == 2
    ]
    gaps = [b - a for a, b in pairwise(sorted(starts))]

    assert len(starts) == beacon["connection_starts"]
    assert min(gaps) >= 55
    assert max(gaps) <= 65


def test_exfiltration_leaves_three_kinds_of_record(day: Run) -> None:
    theft, nat = day.scene("exfiltration"), day.interfaces["nat"]
    out = [x for x in day.lines if x["pkt-dstaddr"] == theft["server"] and x["dstport"] == "443"]
    own = [x for x in out if x["interface-id"] == theft["legs"]["own"]]
    inside = [x for x in out if x["interface-id"] == nat["id"] and x["srcaddr"] == theft["client"]]
    outside = [x for x in out if x["interface-id"] == nat["id"] and x["srcaddr"] == nat["address"]]

    assert len(own) + len(inside) + len(outside) == len(out)
    assert all(x["dstaddr"] == nat["address"] and x["pkt-srcaddr"] == theft["client"] for x in inside)
    assert all((x["srcaddr"], x["dstaddr"]) == (x["pkt-srcaddr"], x["pkt-dstaddr"]) for x in outside)
    assert {x["interface-type"] for x in inside + outside} == {"nat_gateway"}
    assert _total(own) == _total(inside) == _total(outside) == theft["bytes_to_server"]
    assert day.conversation(theft["client"], theft["server"], 443)["bytes_to_server"] == theft["bytes_to_server"]


def test_the_return_through_the_gateway_shows_it_in_place_of_the_far_host(day: Run) -> None:
    theft, nat = day.scene("exfiltration"), day.interfaces["nat"]
    back = [x for x in day.lines if x["pkt-srcaddr"] == theft["server"] and x["srcaddr"] == nat["address"]]

    assert back
    assert {(x["dstaddr"], x["pkt-dstaddr"], x["flow-direction"]) for x in back} == {
        (theft["client"],) * 2 + ("egress",)
    }


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


def test_outcomes_follow_from_the_flags_in_the_lines(day: Run) -> None:
    ladder = day.scene("ladder")
    answers = {
        c["outcome"]: [
            x for x in day.between(ladder["client"], c["server"], c["port"]) if x["srcport"] == str(c["port"])
        ]
        for c in ladder["outcomes"]
    }

    assert answers["no reply"] == []
    assert _flags(answers["reset"]) == {4}
    assert all(flags & 18 == 18 for flags in _flags(answers["handshake only"]))
    assert all(int(x["bytes"]) <= 60 * int(x["packets"]) for x in answers["handshake only"])
    assert all(int(x["bytes"]) > 60 * int(x["packets"]) for x in answers["data"])


def test_a_rule_change_turns_accepted_into_rejected_but_spares_the_open_connection(day: Run) -> None:
    change = day.scene("rule-change")
    at, survivor = change["changed_at"], str(change["survivor"]["client_port"])
    sent = [
        x for x in day.between(change["client"], change["server"], change["port"]) if x["srcaddr"] == change["client"]
    ]
    others = [x for x in sent if x["srcport"] != survivor]

    assert {x["action"] for x in others if int(x["end"]) < at} == {"ACCEPT"}
    assert {x["action"] for x in others if int(x["start"]) > at + 120} == {"REJECT"}
    assert [x for x in sent if x["srcport"] == survivor and int(x["start"]) > at + 1_800]
    assert {x["action"] for x in sent if x["srcport"] == survivor} == {"ACCEPT"}


def test_a_blocked_reply_is_an_accepted_request_and_a_rejected_syn_ack(day: Run) -> None:
    scene = day.scene("reply-blocked")
    lines = day.between(scene["client"], scene["server"], 443)

    assert {(x["action"], x["flow-direction"], x["tcp-flags"]) for x in lines} == {
        ("ACCEPT", "ingress", "2"),
        ("REJECT", "egress", "18"),
    }
    row = day.conversation(scene["client"], scene["server"], 443)
    assert (row["outcome"], list(row["reject_kinds"])) == ("rejected", ["reply blocked"])


def test_block_public_access_has_a_reason_and_no_bytes(day: Run) -> None:
    lines = [x for x in day.lines if x["reject-reason"] == "BPA"]

    assert {(x["action"], x["bytes"]) for x in lines} == {("REJECT", "-")}
    assert {x["flow-direction"] for x in lines} == {"ingress", "egress"}
    assert all(int(x["packets"]) for x in lines)


def test_encryption_controls_have_a_reason(day: Run) -> None:
    scene = day.scene("encryption-control")
    lines = day.between(scene["client"], scene["server"], 80)

    assert {(x["action"], x["reject-reason"]) for x in lines} == {("REJECT", "EC")}
    assert {x["reject-reason"] for x in day.lines if x["action"] != "REJECT"} == {"-"}


def test_late_packets_are_rejected_without_syn_and_not_held_against_anybody(day: Run) -> None:
    late = day.scene("late-packets")
    strays = [
        x for x in day.lines if x["dstaddr"] == late["server"] and x["action"] == "REJECT" and x["tcp-flags"] == "0"
    ]
    row = [c for c in day.truth["conversations"] if "mid-connection" in c["reject_kinds"]]

    assert late["strays"] <= len(strays) <= 2 * late["strays"]
    assert {c["outcome"] for c in row} == {"data"}


def test_accepted_at_the_source_and_rejected_at_the_destination_is_one_conversation(day: Run) -> None:
    scene = day.scene("rejected-at-destination")
    row = day.conversation(scene["client"], scene["server"], scene["port"])
    actions = {x["flow-direction"]: x["action"] for x in day.between(scene["client"], scene["server"], scene["port"])}

    assert actions == {"egress": "ACCEPT", "ingress": "REJECT"}
    assert row["outcome"] == "rejected"
    assert row["accepted_records"] > 0
    assert row["rejected_records"] > 0


def test_what_may_not_leave_is_seen_by_nobody_else(day: Run) -> None:
    scene = day.scene("rejected-leaving")
    lines = [x for x in day.lines if x["dstport"] == str(scene["port"]) and x["dstaddr"] == scene["server"]]

    assert {(x["interface-id"], x["action"], x["tcp-flags"]) for x in lines} == {
        (day.interfaces["batch-1"]["id"], "REJECT", "2")
    }


def test_silent_windows_and_lost_windows_have_status_rows(day: Run) -> None:
    status = Counter(line["log-status"] for line in day.lines)
    silent = [line for line in day.lines if line["interface-id"] == day.interfaces["lab-3"]["id"]]

    assert {line["log-status"] for line in silent} == {"NODATA"}
    assert len(silent) == 1_440
    assert status["SKIPDATA"] == 9


def test_where_one_observer_lost_its_records_the_other_has_them(day: Run) -> None:
    web = day.interfaces["web-1"]
    lost = [x for x in day.lines if x["interface-id"] == web["id"] and x["log-status"] == "SKIPDATA"]
    start, end = min(int(x["start"]) for x in lost), max(int(x["end"]) for x in lost)
    during = [
        x
        for x in day.lines
        if start + 60 < int(x["start"]) < end - 120 and web["address"] in (x["srcaddr"], x["dstaddr"])
    ]
    row = day.conversation(day.interfaces["alb"]["address"], web["address"], 8080, web["vpc_id"])

    assert len(lost) == 6
    assert {x["interface-id"] for x in during if x["vpc-id"] == web["vpc_id"]} - {web["id"]}
    assert not [x for x in during if x["interface-id"] == web["id"] and x["log-status"] == "OK"]
    assert row["observers"][web["id"]]["lost"] > 0
    assert row["believed"] == day.interfaces["alb"]["id"]


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


def test_the_day_begins_inside_a_connection_without_flags(day: Run) -> None:
    scene = day.scene("replication")
    port = str(scene["ends"]["client_port"])
    lines = [x for x in day.between(scene["client"], scene["server"], 5432) if x["srcport"] == port]
    first, last = min(lines, key=lambda x: int(x["start"])), max(lines, key=lambda x: int(x["end"]))
    begin = day.truth["range"][0]

    assert int(first["start"]) < begin <= int(first["end"])
    assert _flags([x for x in lines if int(x["end"]) < scene["ends"]["at"] - 60]) == {0}
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


def test_suspicious_scenes_are_labelled(day: Run) -> None:
    labels = {row["scene"] for row in day.truth["scenes"] if row["suspicious"]}

    assert labels == {"port-scan", "brute-force", "sweep", "beacon", "exfiltration", "noise"}
