"""What is no filter pattern is refused, with the place to blame and a sentence."""

import pytest

from flowinsight.sandbox.logslang.patterns import PatternError, compile_pattern


@pytest.mark.parametrize(
    ("pattern", "position", "words"),
    [
        ("10.0.0.1", 2, "double quotation marks"),
        ("level:error", 5, "Invalid character(s) in term"),
        ('"never closed', 0, "never closed"),
        ('""', 0, "nothing between"),
        ("%something!%", 10, "not allowed"),
        ("%(ab)+%", 1, "not allowed"),
        (r"%\(ab\)%", 1, "not a supported escape"),
        ("%caf\u00e9%", 4, "not allowed"),
        (r"%\p%", 1, "not a supported escape"),
        ("%%", 1, "no regular expression"),
        ("%abc", 0, "never closed"),
        ("%a{3,%", 2, "repeat count"),
        ("%a{,}%", 2, "repeat count"),
        ("%a{1001}%", 2, "at most 1000"),
        ("%{3}%", 1, "literal {"),
        ("%*a%", 1, "nothing for * to repeat"),
        ("%a**%", 3, "cannot repeat"),
        ("%^*%", 2, "cannot repeat"),
        ("%[abc%", 1, "never closed with ]"),
        ("%[z-a]%", 1, "bad character range"),
        (r"%\xG1%", 3, "hexadecimal"),
        ("%a% %b% %c%", 0, "at most 2 regular"),
        ("[a=%x%, b=%y%, c=%z%]", 0, "at most 2 regular"),
        ("[a, ..., b, ..., c]", 12, "Only one ..."),
        ("[a, a]", 4, "stands for two fields"),
        ("[a = ]", 5, "Expected a value"),
        ("[a, b", 5, "Expected ']'"),
        ("[a, b] c", 7, "Nothing may follow"),
        ("[a = 1 ||]", 9, "name of a field"),
        ("[1a]", 1, "starts with a digit"),
        ("[a-b, c]", 2, "Expected one of"),
        ("[a, b=x || c=y]", 11, "must be on one field"),
        ("[status_code = 4* && bytes > 1000]", 21, "must be on one field"),
        ("[a == 1]", 4, "Expected a value"),
        ("[a AND b]", 3, "Expected one of"),
        ("[a > abc]", 5, "compares numbers"),
        ("[a < %x%]", 5, "compares numbers"),
        ("{ $.a = }", 8, "Expected a value"),
        ("{ $.a }", 6, "Expected one of"),
        ("{ $.a = 1", 9, "Expected '}'"),
        ("{ $.a = 1 } x", 12, "Nothing may follow"),
        ("{ a = 1 }", 2, "before a selector"),
        ('{ $."sc-status" = 5* }', 4, "name of a property"),
        ("{ $a = 1 }", 3, "starts with $."),
        ("{ $.a == 1 }", 7, "Expected a value"),
        ("{ $.a = 1 && }", 13, "before a selector"),
        ("{ ($.a = 1 }", 11, "Expected ')'"),
        ("{ $.a IS MAYBE }", 6, "found IS MAYBE"),
        ("{ $.a IS NOT NULL }", 6, "found IS NOT NULL"),
        ("{ $.a EXISTS }", 6, "found EXISTS"),
        ("{ $.a[x] = 1 }", 6, "array index"),
        ("{ $.a[-1] = 1 }", 6, "array index"),
        ("{ $..a = 1 }", 4, "name of a property"),
        ("{ $.a[99999999999999999999] = 1 }", 26, "array index"),
        ("{ $.*[*] = 1 }", 2, "only once"),
        ("{ $.a[*] = 1 || $.b[*] = 1 || $.c[*] = 1 || $.d[*] = 1 }", 0, "at most 3 selectors"),
        ('{ $.a > "Alpha" }', 8, "compares numbers"),
        ("x" * 1025, 1024, "at most 1024"),
    ],
)
def test_a_broken_pattern_is_refused_where_it_is_broken(pattern: str, position: int, words: str) -> None:
    with pytest.raises(PatternError) as refusal:
        compile_pattern(pattern)
    assert words in refusal.value.message
    assert refusal.value.position == position
