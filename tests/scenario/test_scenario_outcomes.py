"""Who started and what came of it, as the flow model's rules read it from the lines, is what the truth says."""

from collections import defaultdict

from tests.scenario.delivered import Line, Run, flags, total

Key = tuple[str, str, str, str, str]


def _by_conversation(run: Run) -> dict[Key, tuple[list[Line], list[Line]]]:
    """The lines of each conversation, to the server and to the client."""
    known = {_key(row) for row in run.truth["conversations"]}
    found: dict[Key, tuple[list[Line], list[Line]]] = defaultdict(lambda: ([], []))
    for line in run.lines:
        src, dst = line["pkt-srcaddr"], line["pkt-dstaddr"]
        there = (line["vpc-id"], src, dst, line["dstport"], line["protocol"])
        back = (line["vpc-id"], dst, src, line["srcport"], line["protocol"])
        if int(line["start"]) >= run.truth["range"][0] and known & {there, back}:
            found[there if there in known else back][there not in known].append(line)
    return found


def _key(row: dict[str, object]) -> Key:
    return (str(row["scope"]), str(row["client"]), str(row["server"]), str(row["service_port"]), str(row["protocol"]))


def _payload(line: Line) -> int:
    return max(total([line]) - (80 if line["type"] == "IPv6" else 60) * int(line["packets"]), 0)


def _outcome(there: list[Line], back: list[Line]) -> str:
    answers = [line for line in back if line["action"] == "ACCEPT"]
    refused = any(line["action"] == "REJECT" for line in there + back)
    silence = "rejected" if refused else "no reply"
    if not answers:
        return silence
    if answers[0]["protocol"] != "6":
        return "replied"
    if flags(answers) == {4}:
        return "reset"
    payload = sum(_payload(line) for line in there + back if line["action"] == "ACCEPT")
    return "data" if payload else "handshake only"


def test_every_outcome_follows_from_the_lines(day: Run) -> None:
    told = {_key(row): row["outcome"] for row in day.truth["conversations"]}

    assert {key: _outcome(*lines) for key, lines in _by_conversation(day).items()} == told
    assert set(told.values()) == {"rejected", "no reply", "reset", "handshake only", "data", "replied"}


def test_only_clients_send_a_bare_syn_and_only_servers_answer_it(day: Run) -> None:
    for there, back in _by_conversation(day).values():
        assert 18 not in {seen & 18 for seen in flags(there)}
        assert 2 not in {seen & 18 for seen in flags(back)}


def test_connection_starts_are_the_believed_observers_syn_records(day: Run) -> None:
    lines = _by_conversation(day)
    for row in day.truth["conversations"]:
        mine = [line for line in lines[_key(row)][0] if line["interface-id"] == row["believed"]]
        assert row["connection_starts"] == sum(int(line["tcp-flags"]) & 18 == 2 for line in mine)


def test_first_and_last_are_those_of_the_believed_observer(day: Run) -> None:
    lines = _by_conversation(day)
    for row in day.truth["conversations"]:
        there, back = lines[_key(row)]
        mine = [line for line in there + back if line["interface-id"] == row["believed"]]
        assert row["first"] == min(int(line["start"]) for line in mine)
        assert row["last"] == max(int(line["end"]) for line in mine)
