"""Functions of texts in SQL. Strings count from 0 (documented by example: `substr("xyZfooxyZ",3, 3)` is foo)."""

from flowinsight.sandbox.logslang.insights.probing import REGEX, REPLACEMENT, complaint
from flowinsight.sandbox.logslang.insights.sql import Arguments, Builder, Sql

BLANKS = " \t\r\n\f\v"


def _text(text: str) -> Sql:
    return Sql(text, "text")


def _truth(text: str) -> Sql:
    return Sql(text, "truth")


def _trim(function: str) -> Builder:
    def build(a: Arguments) -> Sql:
        characters = a.text(1) if len(a) > 1 else a.bind(BLANKS)
        return _text(f"{function}({a.text()}, {characters})")

    return build


def _substr(a: Arguments) -> Sql:
    start = f"greatest(0, TRY_CAST(trunc({a.number(1)}) AS BIGINT)) + 1"
    if len(a) < 3:
        return _text(f"substr({a.text()}, {start})")
    return _text(f"substr({a.text()}, {start}, greatest(0, TRY_CAST(trunc({a.number(2)}) AS BIGINT)))")


def _contains(a: Arguments) -> Sql:
    if len(a) < 3:
        return _truth(f"contains({a.text()}, {a.text(1)})")
    folded = f"contains(lower({a.text()}), lower({a.text(1)}))"
    return _truth(f"CASE WHEN coalesce({a.truth(2)}, false) THEN {folded} ELSE contains({a.text()}, {a.text(1)}) END")


def _concat(a: Arguments) -> Sql:
    """Join the texts; a missing one adds nothing (inferred)."""
    return _text(f"concat({', '.join(a.text(place) for place in range(len(a)))})")


def _regex_replace(a: Arguments) -> Sql:
    """Replace by RE2's rules (documented), so `\\1` in the replacement is the first group."""
    pattern, replacement = a.literal(1, "a regular expression"), a.literal(2, "the replacement")
    problem = complaint(REGEX, pattern)
    if problem is not None:
        raise a.refuse(1, f"The regular expression cannot be read: {problem}.")
    problem = complaint(REPLACEMENT, replacement, pattern)
    if problem is not None:
        raise a.refuse(2, f"The replacement cannot be read: {problem}.")
    return _text(f"regexp_replace({a.text()}, {a.bind(pattern)}, {a.bind(replacement)}, 'g')")


def _hex_to_decimal(a: Arguments) -> Sql:
    digits = f"regexp_extract(lower({a.text()}), '^(?:0x)?([0-9a-f]{{1,15}})$', 1)"
    return Sql(f"CAST(TRY_CAST('0x' || nullif({digits}, '') AS BIGINT) AS DOUBLE)", "number")


def _decimal_to_hex(a: Arguments) -> Sql:
    whole = f"TRY_CAST(trunc({a.number()}) AS BIGINT)"
    return _text(f"CASE WHEN {whole} < 0 THEN '-0x' ELSE '0x' END || lower(to_hex(abs({whole})))")


def _decoded(expression: str) -> Sql:
    """Decode bytes as UTF-8, missing where they are none."""
    return _text(f"TRY(decode({expression}))")


STRINGS: dict[str, Builder] = {
    "isempty": lambda a: _truth(f"(coalesce({a.text()}, '') = '')"),
    "isblank": lambda a: _truth(f"(trim(coalesce({a.text()}, ''), {a.bind(BLANKS)}) = '')"),
    "concat": _concat,
    "ltrim": _trim("ltrim"),
    "rtrim": _trim("rtrim"),
    "trim": _trim("trim"),
    "strlen": lambda a: Sql(f"CAST(length({a.text()}) AS DOUBLE)", "number"),
    "messagesize": lambda a: Sql(f"CAST(strlen({a.text()}) AS DOUBLE)", "number"),
    "toupper": lambda a: _text(f"upper({a.text()})"),
    "tolower": lambda a: _text(f"lower({a.text()})"),
    "substr": _substr,
    "replace": lambda a: _text(f"replace({a.text()}, {a.text(1)}, {a.text(2)})"),
    "regexreplace": _regex_replace,
    "strcontains": _contains,
    "startswith": lambda a: _truth(f"starts_with({a.text()}, {a.text(1)})"),
    "endswith": lambda a: _truth(f"ends_with({a.text()}, {a.text(1)})"),
    "urlencode": lambda a: _text(f"url_encode({a.text()})"),
    "urldecode": lambda a: _text(f"TRY(url_decode({a.text()}))"),
    "base64encode": lambda a: _text(f"to_base64(encode({a.text()}))"),
    "base64decode": lambda a: _decoded(f"TRY(from_base64({a.text()}))"),
    "split": lambda a: Sql(f"to_json(string_split({a.text()}, {a.text(1)}))", "json"),
    "hextoascii": lambda a: _decoded(f"TRY(unhex({a.text()}))"),
    "hextodec": _hex_to_decimal,
    "dectohex": _decimal_to_hex,
}
