"""From lark's tree to the values of `syntax`."""

import re
from typing import Any, Literal

from lark import Token, Transformer, v_args
from lark.tree import Meta

from flowinsight.sandbox.logslang.insights import syntax as s
from flowinsight.sandbox.logslang.insights.probing import REGEX, complaint
from flowinsight.sandbox.logslang.insights.problems import MalformedQuery

MOST_ROWS = 100_000  # documented
SIGN = {"==": "="}  # reported: accepted and the same


def _span(meta: Meta) -> s.Span:
    return s.Span(meta.start_pos, meta.end_pos) if not meta.empty else s.NOWHERE


def _token_span(token: Token) -> s.Span:
    return s.Span(token.start_pos or 0, token.end_pos or 0)


def _unquoted(token: Token) -> str:
    r"""Take the quotation marks off and undo `\"`, `\'` and `\\`; any other backslash stays (inferred)."""
    return re.sub(r"\\([\"'\\])", r"\1", str(token)[1:-1])


def _name(token: Token) -> s.Name:
    """Split `a.b[1].`c.d`` into its parts; backquotes only keep characters together."""
    text = str(token)
    sign = "@" if text.startswith("@") else ""
    pieces = re.findall(r"`([^`]+)`|\[(\d+)\]|([A-Za-z0-9_@]+)", text.removeprefix("@"))
    parts = [next(part for part in piece if part) for piece in pieces]
    parts[0] = sign + parts[0]
    return s.Name(".".join(parts), tuple(parts), _token_span(token))


@v_args(meta=True)
class Builder(Transformer[Token, Any]):
    """One method a rule; `text` is the query, for outputs that go by their own text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.query_text = text

    def query(self, _meta: Meta, children: list[Any]) -> s.Query:
        source = children[0] if isinstance(children[0], s.Source) else None
        return s.Query(tuple(child for child in children if child is not source), source)

    def source(self, meta: Meta, children: list[Any]) -> s.Source:
        kind, *arguments = children
        return s.Source(str(kind), tuple(argument for argument in arguments if argument), _span(meta))

    def source_argument(self, _meta: Meta, children: list[Any]) -> tuple[str, tuple[str, ...]]:
        name, values = children
        return str(name or ""), values

    def source_list(self, _meta: Meta, children: list[Any]) -> tuple[str, ...]:
        return tuple(_unquoted(child) for child in children if child is not None)

    def fields(self, meta: Meta, children: list[Any]) -> s.Fields:
        return s.Fields(tuple(children), _span(meta))

    def display(self, meta: Meta, children: list[Any]) -> s.Display:
        return s.Display(tuple(children), _span(meta))

    def filter(self, meta: Meta, children: list[Any]) -> s.Filter:
        return s.Filter(children[0], _span(meta))

    def parse_glob(self, meta: Meta, children: list[Any]) -> s.Parse:
        source, pattern, *names = children
        glob = _unquoted(pattern)
        if glob.count("*") != len(names):
            message = f"The pattern has {glob.count('*')} asterisks and there are {len(names)} names after as."
            raise MalformedQuery(message, *_offsets(_token_span(pattern)))
        return s.Parse(source or _message(meta), _glob_regex(glob), tuple(names), _span(meta))

    def parse_regex(self, meta: Meta, children: list[Any]) -> s.Parse:
        source, literal = children
        regex = self._regex(literal)
        names = re.findall(r"\(\?P<([A-Za-z_][A-Za-z0-9_]*)>", regex.source)
        if not names or len(set(names)) < len(names):
            message = "Each field to extract needs a group with a name of its own, such as (?<user>[a-z]+)."
            raise MalformedQuery(message, *_offsets(regex.at))
        return s.Parse(source or _message(meta), regex.source, tuple(names), _span(meta))

    def stats(self, meta: Meta, children: list[Any]) -> s.Stats:
        *outputs, by = children
        return s.Stats(tuple(outputs), by or (), _span(meta))

    def by_list(self, _meta: Meta, children: list[Any]) -> tuple[s.Output, ...]:
        return tuple(children)

    def sort(self, meta: Meta, children: list[Any]) -> s.Sort:
        return s.Sort(tuple(children), _span(meta))

    def sort_key(self, meta: Meta, children: list[Any]) -> s.SortKey:
        value, *words = children
        descending = any(word is not None and word.type == "DESC" for word in words)
        return s.SortKey(value, self._own_text(value), descending, _span(meta))

    def limit(self, meta: Meta, children: list[Any]) -> s.Limit:
        anything, count = children
        if not 1 <= int(count) <= MOST_ROWS:
            raise MalformedQuery(f"limit is a number from 1 to {MOST_ROWS}.", *_offsets(_token_span(count)))
        return s.Limit(int(count), anything is not None, _span(meta))

    def dedup(self, meta: Meta, children: list[Any]) -> s.Dedup:
        return s.Dedup(tuple(children), _span(meta))

    def unnest(self, meta: Meta, children: list[Any]) -> s.Unnest:
        return s.Unnest(children[0], children[1], _span(meta))

    def estimate(self, meta: Meta, _children: list[Any]) -> s.Estimate:
        return s.Estimate(_span(meta))

    def output(self, meta: Meta, children: list[Any]) -> s.Output:
        value, alias = children
        return s.Output(value, alias or self._own_text(value), _span(meta))

    def alias(self, _meta: Meta, children: list[Any]) -> str:
        return _name(children[0]).text

    def name(self, _meta: Meta, children: list[Any]) -> s.Name:
        return _name(children[0])

    def either(self, meta: Meta, children: list[Any]) -> s.Logical:
        return self._logical("or", meta, children)

    def both(self, meta: Meta, children: list[Any]) -> s.Logical:
        return self._logical("and", meta, children)

    def negated(self, meta: Meta, children: list[Any]) -> s.Not:
        return s.Not(children[0], _span(meta))

    def compared(self, meta: Meta, children: list[Any]) -> s.Comparison:
        left, sign, right = children
        return s.Comparison(SIGN.get(str(sign), str(sign)), left, right, _span(meta))

    def like(self, meta: Meta, children: list[Any]) -> s.Like:
        return s.Like(children[0], children[-1], _span(meta))

    def not_like(self, meta: Meta, children: list[Any]) -> s.Not:
        return s.Not(self.like(meta, children), _span(meta))

    def member(self, meta: Meta, children: list[Any]) -> s.In:
        return s.In(children[0], children[1], _span(meta))

    def not_member(self, meta: Meta, children: list[Any]) -> s.Not:
        return s.Not(self.member(meta, children), _span(meta))

    def pattern(self, _meta: Meta, children: list[Any]) -> s.Text | s.Regex:
        (token,) = children
        return self._regex(token) if token.type == "REGEX" else s.Text(_unquoted(token), _token_span(token))

    def choices(self, _meta: Meta, children: list[Any]) -> tuple[s.Expression, ...]:
        return tuple(child for child in children if child is not None)

    def arithmetic(self, meta: Meta, children: list[Any]) -> s.Arithmetic:
        left, sign, right = children
        return s.Arithmetic(str(sign), left, right, _span(meta))

    def negative(self, meta: Meta, children: list[Any]) -> s.Arithmetic:
        return s.Arithmetic("-", s.Number("0", _span(meta)), children[0], _span(meta))

    def number(self, _meta: Meta, children: list[Any]) -> s.Number:
        return s.Number(str(children[0]), _token_span(children[0]))

    def text(self, _meta: Meta, children: list[Any]) -> s.Text:
        return s.Text(_unquoted(children[0]), _token_span(children[0]))

    def period(self, _meta: Meta, children: list[Any]) -> s.Period:
        count, unit = re.match(r"(\d+)(.*)", str(children[0])).groups()  # type: ignore[union-attr]
        return s.Period(int(count), unit.lower(), _token_span(children[0]))

    def true(self, meta: Meta, _children: list[Any]) -> s.Truth:
        return s.Truth(value=True, at=_span(meta))

    def false(self, meta: Meta, _children: list[Any]) -> s.Truth:
        return s.Truth(value=False, at=_span(meta))

    def star(self, meta: Meta, children: list[Any]) -> s.Star:
        if str(children[0]) != "*":
            raise MalformedQuery(f"{children[0]} was not expected here.", *_offsets(_token_span(children[0])))
        return s.Star(_span(meta))

    def call(self, meta: Meta, children: list[Any]) -> s.Call:
        function, arguments = children
        return s.Call(str(function).lower(), arguments or (), _span(meta))

    def arguments(self, _meta: Meta, children: list[Any]) -> tuple[s.Expression, ...]:
        return tuple(children)

    def _logical(self, operator: Literal["and", "or"], meta: Meta, children: list[Any]) -> s.Logical:
        return s.Logical(operator, tuple(children), _span(meta))

    def _own_text(self, value: s.Expression) -> str:
        """Return the text of an expression as it stands in the query; of a field without its backquotes."""
        written = self.query_text[value.at.start : value.at.end].strip()
        return value.text if isinstance(value, s.Name) and "`" in written else written

    def _regex(self, token: Token) -> s.Regex:
        """Undo `\\/`, and write named groups as RE2 and Python both read them."""
        source = re.sub(r"\\/", "/", str(token)[1:-1])
        expression = re.sub(r"\(\?<([A-Za-z_])", r"(?P<\1", source)
        problem = complaint(REGEX, expression)
        if problem is not None:
            raise MalformedQuery(f"The regular expression cannot be read: {problem}.", *_offsets(_token_span(token)))
        return s.Regex(expression, _token_span(token))


def _offsets(at: s.Span) -> tuple[int, int]:
    return at.start, at.end


def _message(meta: Meta) -> s.Name:
    return s.Name("@message", ("@message",), _span(meta))


def _glob_regex(glob: str) -> str:
    """Write a glob as an expression: every `*` takes as little as it can, a last one takes the rest."""
    pieces = [re.escape(piece) for piece in glob.split("*")]
    text = pieces[0]
    for place, piece in enumerate(pieces[1:], start=1):
        last = place == len(pieces) - 1 and not piece
        text += f"(?P<g{place}>{'.*' if last else '.*?'})" + piece
    return "(?s)" + text
