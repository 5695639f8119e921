"""What CloudWatch Logs would say to a pattern that a person typed."""

import random
import warnings

import pytest

from flowinsight.errors import QuestionError
from flowinsight.fetchers.pattern_check import check
from flowinsight.sandbox.logslang.patterns import PatternError, compile_pattern

GOOD = [
    "[version, accountid, ..., srcaddr = 10.0.*, dstport = 22 || dstport=80, logstatus]",
    '[a, b="x y", c != %^10\\.0%, d >= 400 && d < 500]',
    '?"10.0.0.5" ?ERROR -foo %[0-9]{2}%',
    "[]",
    "[a,,b]",
    '" "',
    "[w1=ERROR, w2]",
    "ERROR REQUEST",
    "[a = 1 || a = 2 && a = 3, ...]",
    "[(a = 1 || a = 2) && a != 3]",
]


@pytest.mark.parametrize("pattern", ["", *GOOD])
def test_a_pattern_that_aws_takes_passes(pattern: str) -> None:
    check(pattern)


@pytest.mark.parametrize(
    ("pattern", "position", "sentence"),
    [
        ("10.0.0.5", 0, "quotation marks"),
        ('"10.0.0.5', 0, "never closed"),
        ('""', 0, "nothing between"),
        ('{$.srcaddr = "10.0.0.5"}', 0, "JSON"),
        ("[a, b", 5, "closing ]"),
        ("[a] b", 4, "Nothing may follow"),
        ("[..., a, ...]", 9, "Only one"),
        ("[a, a]", 4, "two fields"),
        ("[a = 1, a = 2]", 8, "two fields"),
        ("[src-addr]", 4, "comparison"),
        ("[a = 1 || b = 2]", 10, "One position is one field"),
        ("[a < x]", 5, "compares numbers"),
        ("[(a = 1]", 1, "never closed"),
        ("[a = %1%, b = %2%, c = %3%]", 23, "2 expressions"),
        ("[a = %(1)%]", 6, "may not stand"),
        ("[a = %x\\q%]", 7, "escape"),
        ("[a = %x{z}%]", 7, "repeat count"),
        ("[a = %[1%]", 6, "cannot be read"),
        ("x" * 1025, 1024, "1,024 characters"),
    ],
)
def test_a_pattern_that_aws_refuses_is_refused_at_its_place(pattern: str, position: int, sentence: str) -> None:
    with pytest.raises(QuestionError, match=sentence) as caught:
        check(pattern)
    assert caught.value.position == position


def refused(reader: object, pattern: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            compile_pattern(pattern) if reader is compile_pattern else check(pattern)
    except (PatternError, QuestionError):
        return True
    return False


def test_the_checker_agrees_with_an_independent_reader_on_damaged_patterns() -> None:
    dice = random.Random(5)
    agreed = 0
    for _ in range(6000):
        pattern = dice.choice(GOOD)
        for _ in range(dice.randrange(3)):
            place, how = dice.randrange(len(pattern) + 1), dice.random()
            new = dice.choice('[]=!<>"%|&.,ab1?-(){}\\^$*') if how < 0.7 else ""
            pattern = pattern[:place] + new + pattern[place + (how > 0.5) :]
        assert refused(check, pattern) == refused(compile_pattern, pattern), pattern
        agreed += refused(check, pattern)
    assert 1000 < agreed < 5000, "both kinds were met"
