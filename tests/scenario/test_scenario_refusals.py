"""The facts of every kind of REJECT hold in the lines."""

from tests.scenario.delivered import Run


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
