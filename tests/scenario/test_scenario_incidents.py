"""The facts of every planted incident hold in the lines."""

from collections import Counter
from itertools import pairwise

from tests.scenario.delivered import Run, total


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
    assert {(x["action"], x["traffic-path"]) for x in sent} == {("ACCEPT", "1")}
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
    sizes = [total([x for x in sent if x["srcport"] == port]) for port in records if port != long]
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
    assert total(own) == total(inside) == total(outside) == theft["bytes_to_server"]
    assert day.conversation(theft["client"], theft["server"], 443)["bytes_to_server"] == theft["bytes_to_server"]


def test_the_return_through_the_gateway_shows_it_in_place_of_the_far_host(day: Run) -> None:
    theft, nat = day.scene("exfiltration"), day.interfaces["nat"]
    back = [x for x in day.lines if x["pkt-srcaddr"] == theft["server"] and x["srcaddr"] == nat["address"]]

    assert back
    assert {(x["dstaddr"], x["pkt-dstaddr"], x["flow-direction"]) for x in back} == {
        (theft["client"],) * 2 + ("egress",)
    }


def test_suspicious_scenes_are_labelled(day: Run) -> None:
    labels = {row["scene"] for row in day.truth["scenes"] if row["suspicious"]}

    assert labels == {"port-scan", "brute-force", "sweep", "beacon", "exfiltration", "noise"}
