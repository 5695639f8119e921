"""A query as frozen values. `at` is where a piece stands in the text; it takes no part in comparisons."""

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Span:
    """Character offsets, half-open."""

    start: int = 0
    end: int = 0


NOWHERE = Span()


@dataclass(frozen=True)
class Text:
    """A string in quotation marks."""

    value: str
    at: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Number:
    """A number as it was written."""

    value: str
    at: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Truth:
    """`true` or `false`."""

    value: bool
    at: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Period:
    """A length of time such as `5m`."""

    count: int
    unit: str
    at: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Regex:
    """`/.../`, with `\\/` undone."""

    source: str
    at: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Name:
    """A field: its whole name, and the parts a dotted or bracketed name falls into."""

    text: str
    parts: tuple[str, ...]
    at: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Star:
    """The `*` of `count(*)`."""

    at: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Call:
    """A function and its arguments; the name is in lower case."""

    function: str
    arguments: "tuple[Expression, ...]"
    at: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Arithmetic:
    """`left operator right` with one of + - * / % ^."""

    operator: str
    left: "Expression"
    right: "Expression"
    at: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Comparison:
    """`left operator right` with one of = != < <= > >=."""

    operator: str
    left: "Expression"
    right: "Expression"
    at: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Like:
    """`value like pattern`; a text is looked for as it stands, a regular expression anywhere."""

    value: "Expression"
    pattern: Text | Regex
    at: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class In:
    """`value in [a, b]`."""

    value: "Expression"
    choices: "tuple[Expression, ...]"
    at: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Not:
    """`not value`."""

    value: "Expression"
    at: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Logical:
    """Conditions joined by `and`, or by `or`."""

    operator: Literal["and", "or"]
    parts: "tuple[Expression, ...]"
    at: Span = field(default=NOWHERE, compare=False)


Expression = Text | Number | Truth | Period | Name | Star | Call | Arithmetic | Comparison | Like | In | Not | Logical


@dataclass(frozen=True)
class Output:
    """An expression and the name its values go by: the alias, else its own text."""

    value: Expression
    name: str
    at: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Fields:
    """Show and compute fields."""

    outputs: tuple[Output, ...]
    at: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Display:
    """Show these and nothing else."""

    outputs: tuple[Output, ...]
    at: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Filter:
    """Keep the records for which the condition is true."""

    condition: Expression
    at: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Parse:
    """Take fields out of a field, by a regular expression with one group a name."""

    source: Name
    expression: str
    names: tuple[str, ...]
    at: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Stats:
    """Aggregate by groups."""

    outputs: tuple[Output, ...]
    by: tuple[Output, ...]
    at: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class SortKey:
    """One expression to sort by."""

    value: Expression
    name: str
    descending: bool
    at: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Sort:
    """Order the records."""

    keys: tuple[SortKey, ...]
    at: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Limit:
    """Keep so many records; `anything` asks for any of them, as they come."""

    count: int
    anything: bool
    at: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Dedup:
    """Keep the first record of each combination of values."""

    names: tuple[Name, ...]
    at: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Unnest:
    """One record for each element of a list."""

    source: Name
    name: str
    at: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Estimate:
    """Say how many bytes the query would scan, and scan none."""

    at: Span = field(default=NOWHERE, compare=False)


Command = Fields | Display | Filter | Parse | Stats | Sort | Limit | Dedup | Unnest | Estimate


@dataclass(frozen=True)
class Source:
    """`SOURCE logGroups(namePrefix: ['a'])`: which logs are meant, for the caller to select."""

    kind: str
    arguments: tuple[tuple[str, tuple[str, ...]], ...]
    at: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Query:
    """Commands in order, and the SOURCE in front of them if there was one."""

    commands: tuple[Command, ...]
    source: Source | None = None
