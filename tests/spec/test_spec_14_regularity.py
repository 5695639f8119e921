"""Rule 14. How regularly connections start is read from connection starts in 60-second records, or refused with the reason."""

from flowinsight.rhythm import Rhythm, rhythm, sentences
from tests.spec.tables import at, loaded, question

HEAD = "interface-id srcaddr dstaddr protocol srcport dstport bytes tcp-flags start end"
ASKED = "from 10.0.0.5 to 203.0.113.9:443"


def _log(*starts: str, flags: str = "2", lasting: int = 20) -> str:
    lines = [
        f"eni-1 10.0.0.5 203.0.113.9 6 {40000 + number} 443 300 {flags} {at(start)} {at(start) + lasting}"
        for number, start in enumerate(starts)
    ]
    return "\n".join([HEAD, *lines])


EVERY_MINUTE = ("12:00:03", "12:01:03", "12:02:04", "12:03:03", "12:04:03")


def test_connection_starts_a_minute_apart_are_told_with_their_spread() -> None:
    found = rhythm(question(ASKED), loaded(_log(*EVERY_MINUTE)))

    assert found.gaps == (60, 61, 59, 60)
    assert sentences(found)[1].startswith("5 connection starts were seen, one every 60 s in the middle")


def test_records_that_go_on_without_starting_anything_are_not_starts() -> None:
    found = rhythm(question(ASKED), loaded(_log(*EVERY_MINUTE), _log("12:05:03", "12:06:03", flags="16")))

    assert len(found.starts) == 5


def test_a_start_that_is_delivered_twice_is_one() -> None:
    found = rhythm(question(ASKED), loaded(_log(*EVERY_MINUTE), _log(*EVERY_MINUTE)))

    assert len(found.starts) == 5


def test_ten_minute_aggregation_is_refused_with_the_reason() -> None:
    found = rhythm(question(ASKED), loaded(_log(*EVERY_MINUTE), _log("12:10:00", flags="16", lasting=599)))

    assert found.starts == ()
    assert "60-second aggregation is needed" in sentences(found)[1]


def test_another_conversation_of_the_interface_gives_the_aggregation_away() -> None:
    long = f"{HEAD}\neni-1 10.0.0.5 10.0.0.77 6 40000 5432 300 16 {at('12:00:00')} {at('12:09:59')}"

    assert rhythm(question(ASKED), loaded(_log(*EVERY_MINUTE), long)).refused


def test_without_flags_or_without_tcp_it_is_refused() -> None:
    no_flags = _log(*EVERY_MINUTE, flags="-")
    udp = _log(*EVERY_MINUTE).replace(" 6 4", " 17 4")

    assert "tcp-flags" in rhythm(question(ASKED), loaded(no_flags)).refused
    assert "only TCP" in rhythm(question(ASKED), loaded(udp)).refused


def test_too_few_starts_tell_no_interval() -> None:
    assert len(sentences(Rhythm(0, 0, (0, 60, 120)))) == 1


def test_starts_in_one_second_are_a_burst_and_not_one_every_zero_seconds() -> None:
    found = rhythm(question(ASKED), loaded(_log(*["12:00:03"] * 5)))

    assert found.gaps == (0, 0, 0, 0)
    assert sentences(found)[1] == "5 connection starts were seen, most of them in the same second as the one before."
