"""Expressions in SQL. What a name means is the caller's to say, and so is what an aggregate means where one may stand."""

from collections.abc import Callable
from dataclasses import dataclass

from flowinsight.sandbox.logslang.insights import syntax as s
from flowinsight.sandbox.logslang.insights.checking import blame
from flowinsight.sandbox.logslang.insights.functions import AGGREGATE
from flowinsight.sandbox.logslang.insights.problems import MalformedQuery
from flowinsight.sandbox.logslang.insights.sql import (
    Arguments,
    Bindings,
    Builder,
    Sql,
    compared,
    number,
    one_of,
    text,
    truth,
)
from flowinsight.sandbox.logslang.insights.sql import time as as_time
from flowinsight.sandbox.logslang.insights.sql_addresses import ADDRESSES
from flowinsight.sandbox.logslang.insights.sql_choices import CHOICES
from flowinsight.sandbox.logslang.insights.sql_numbers import NUMBERS
from flowinsight.sandbox.logslang.insights.sql_strings import STRINGS
from flowinsight.sandbox.logslang.insights.sql_times import TIMES, ceiled, floored

LONGEST = 500_000  # characters of SQL
FUNCTIONS: dict[str, Builder] = {**NUMBERS, **STRINGS, **TIMES, **ADDRESSES, **CHOICES}


@dataclass(frozen=True)
class Moment:
    """When a query runs and over which time, in milliseconds since 1970."""

    now: int = 0
    start: int = 0
    end: int = 0


@dataclass(frozen=True)
class Expressions:
    """Writes expressions for one place of a query."""

    bind: Bindings
    moment: Moment
    resolve: Callable[[s.Name], Sql]
    aggregate: Callable[[s.Call], Sql] | None = None
    once: Callable[[str], str] = str

    def sql(self, expression: s.Expression) -> Sql:
        """Write an expression. Some functions name an argument twice, so nesting can make the text explode."""
        written = self._sql(expression)
        if len(written.text) > LONGEST:
            raise blame(expression, "This expression is nested too deeply.")
        return written

    def _sql(self, expression: s.Expression) -> Sql:
        match expression:
            case s.Text(value=value):
                return Sql(self.bind(value), "text", value)
            case s.Number(value=value):
                return Sql(self.bind(float(value)), "number", value)
            case s.Truth(value=value):
                return Sql("true" if value else "false", "truth")
            case s.Name():
                return self.resolve(expression)
            case s.Call():
                return self._call(expression)
            case s.Arithmetic():
                return self._arithmetic(expression)
            case s.Comparison(operator=operator, left=left, right=right):
                return Sql(compared(operator, self.sql(left), self.sql(right)), "truth")
            case s.Like():
                return self._like(expression)
            case s.In():
                return self._in(expression)
            case s.Not(value=value):
                return Sql(f"(NOT {truth(self.sql(value))})", "truth")
            case s.Logical(operator=operator, parts=parts):
                return Sql(f"({f' {operator} '.join(truth(self.sql(part)) for part in parts)})", "truth")
            case s.Period() | s.Star():
                raise blame(expression, "This may not stand here.")

    def _arithmetic(self, expression: s.Arithmetic) -> Sql:
        left, right = number(self.sql(expression.left)), number(self.sql(expression.right))
        match expression.operator:
            case "/":
                return Sql(f"({left} / nullif({right}, 0))", "number")
            case "%":
                return Sql(f"({left} % nullif({right}, 0))", "number")
            case "^":
                return Sql(f"TRY(pow({left}, {right}))", "number")
        return Sql(f"({left} {expression.operator} {right})", "number")

    def _like(self, expression: s.Like) -> Sql:
        value = text(self.sql(expression.value))
        match expression.pattern:
            case s.Regex(source=source):
                return Sql(f"regexp_matches({value}, {self.bind(source)})", "truth")
            case s.Text(value=part):
                return Sql(f"contains({value}, {self.bind(part)})", "truth")

    def _in(self, expression: s.In) -> Sql:
        value = self.sql(expression.value)
        return Sql(one_of(value, [self.sql(choice) for choice in expression.choices]), "truth")

    def _call(self, call: s.Call) -> Sql:
        if call.function in AGGREGATE:
            if self.aggregate is None:
                raise blame(call, f"{call.function} may only stand in stats.")
            return self.aggregate(call)
        match call.function, call.arguments:
            case "bin", (s.Period() as period,):
                moment = self.resolve(s.Name("@timestamp", ("@timestamp",), call.at))
                return Sql(floored(as_time(moment), period), "time")
            case "datefloor", (value, s.Period() as period):
                return Sql(floored(as_time(self.sql(value)), period), "time")
            case "dateceil", (value, s.Period() as period):
                return Sql(ceiled(as_time(self.sql(value)), period), "time")
            case "now", ():
                return Sql(self.bind(float(self.moment.now // 1000)), "number")
            case "querystarttime", ():
                return Sql(self.bind(float(self.moment.start)), "number")
            case "queryendtime", ():
                return Sql(self.bind(float(self.moment.end)), "number")
            case "querytimerange", ():
                return Sql(self.bind(float(self.moment.end - self.moment.start)), "number")
        return self._function(call)

    def _function(self, call: s.Call) -> Sql:
        def refuse(place: int, message: str) -> MalformedQuery:
            return blame(call.arguments[place], message)

        values = tuple(self.sql(argument) for argument in call.arguments)
        literals = tuple(argument.value if isinstance(argument, s.Text) else None for argument in call.arguments)
        return FUNCTIONS[call.function](Arguments(values, literals, self.bind, refuse, self.once))
