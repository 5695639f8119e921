"""What the grammar cannot say: which commands may follow which, which functions exist, where they may stand.

Documented: at most ten `stats`; sort and limit stand after the last of them; after `dedup` only `limit`; `estimate`
is last; a period is capped by its unit. Reported for sort and limit: also with a single `stats`.
"""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from itertools import pairwise

from flowinsight.sandbox.logslang.insights import functions
from flowinsight.sandbox.logslang.insights import syntax as s
from flowinsight.sandbox.logslang.insights.problems import MalformedQuery

MOST_STATS = 10
WITH_PERIOD = ("bin", "datefloor", "dateceil")


def check(query: s.Query) -> None:
    """Raise MalformedQuery for the first piece that cannot be executed."""
    commands = query.commands
    stats = [place for place, command in enumerate(commands) if isinstance(command, s.Stats)]
    if len(stats) > MOST_STATS:
        raise blame(commands[stats[MOST_STATS]], f"A query has at most {MOST_STATS} stats commands.")
    for place, command in enumerate(commands):
        early = stats and place < stats[-1]
        if early and isinstance(command, (s.Sort, s.Limit, s.Dedup, s.Display)):
            raise blame(command, f"{type(command).__name__.lower()} may only stand after the last stats.")
        _check_expressions(command)
    for command, follower in pairwise(commands):
        if isinstance(command, s.Dedup) and not isinstance(follower, (s.Limit, s.Estimate)):
            raise blame(follower, "After dedup there may only be limit.")
        if isinstance(command, s.Estimate):
            raise blame(follower, "estimate is the last command.")


def blame(piece: s.Command | s.Expression | s.Output, message: str) -> MalformedQuery:
    return MalformedQuery(message, piece.at.start, piece.at.end)


def _check_expressions(command: s.Command) -> None:
    match command:
        case s.Stats():
            for output in command.outputs:
                _check(output.value, aggregates=True)
            for output in command.by:
                _check(output.value, aggregates=False)
        case s.Sort():
            for key in command.keys:
                _check(key.value, aggregates=True)
        case _:
            for expression in _children(command):
                _check(expression, aggregates=False)


def _check(expression: object, *, aggregates: bool) -> None:
    match expression:
        case s.Call():
            _check_call(expression, aggregates=aggregates)
        case s.Period():
            raise blame(expression, "A period such as 5m may only stand in bin, datefloor and dateceil.")
        case s.Star():
            raise blame(expression, "* may only stand in count(*).")
        case _:
            for child in _children(expression):
                _check(child, aggregates=aggregates)


def _check_call(call: s.Call, *, aggregates: bool) -> None:
    aggregate = call.function in functions.AGGREGATE
    known = functions.AGGREGATE if aggregate else functions.SCALAR
    if call.function not in known:
        reason = "is not implemented by this engine" if call.function in functions.ELSEWHERE else "does not exist"
        raise blame(call, f"The function {call.function} {reason}.")
    if aggregate and not aggregates:
        raise blame(call, f"{call.function} aggregates; it may only stand in stats, and not inside another aggregate.")
    least, most = known[call.function]
    if not least <= len(call.arguments) <= most:
        wanted = str(least) if least == most else f"{least} to {most}" if most < functions.MANY else f"{least} or more"
        raise blame(call, f"{call.function} takes {wanted} arguments, not {len(call.arguments)}.")
    for argument in _plain_arguments(call):
        _check(argument, aggregates=aggregates and not aggregate)


def _plain_arguments(call: s.Call) -> tuple[s.Expression, ...]:
    if call.function == "count" and call.arguments and isinstance(call.arguments[0], s.Star):
        return ()
    if call.function not in WITH_PERIOD:
        return call.arguments
    period = call.arguments[-1]
    if not isinstance(period, s.Period) or period.unit not in functions.PERIODS or period.count < 1:
        raise blame(period, f"{call.function} needs a period such as 5m: a number and ms, s, m, h, d, w, mo, q or y.")
    return call.arguments[:-1]


def _children(node: object) -> Iterator[object]:
    if is_dataclass(node):
        for field in fields(node):
            value = getattr(node, field.name)
            for child in value if isinstance(value, tuple) else (value,):
                if is_dataclass(child) and not isinstance(child, s.Span):
                    yield child
