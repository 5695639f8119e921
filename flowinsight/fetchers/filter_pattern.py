"""A question as filter patterns of CloudWatch Logs, built from the positions of the flow log's own format.

Positions are all a pattern knows, and conditions on different positions must all hold; so "on either side" is one pattern
for each side, and their events are merged by id. Source: CloudWatch Logs User Guide, filter pattern syntax.
"""

from collections.abc import Iterator, Sequence
from typing import assert_never

from flowinsight import conditions
from flowinsight.addresses import Addresses
from flowinsight.answer import Statement
from flowinsight.fetchers import narrowing
from flowinsight.fetchers.narrowing import MOST_REGEXES, Test
from flowinsight.filters import Endpoint, Filter, Ports
from flowinsight.question import Question

ENGINE, LANGUAGE = "filter_pattern", "CloudWatch Logs filter pattern"

LONGEST = 1024
"""Characters of a pattern: FilterLogEvents, filterPattern (API reference)."""
MOST_PATTERNS = 8
"""Each pattern reads the log group once: beyond this, fewer conditions are sent and more records are left out here."""

EVERYTHING = Statement(ENGINE, LANGUAGE, "")
"""No pattern: every event."""

_SOURCE, _DESTINATION = ("srcaddr", "pkt-srcaddr"), ("dstaddr", "pkt-dstaddr")

Tests = dict[str, Test]
"""Conditions by token. They hold together."""


def patterns_for(question: Question, tokens: Sequence[str], *, evidence: bool = True) -> tuple[Statement, ...]:
    """The patterns whose events, taken together, hold every record the question needs; an empty text stands for all events.

    With `evidence`, both directions of a conversation are brought, whatever the question keeps of them: who started it is told
    by both. Empty when no record of this format can be one that is asked for.
    """
    wanted = [item for item in question.filters if item.op == "is" and (not evidence or _of_both_directions(item))]
    found: list[Tests] = [{}]
    for choices in sorted((_choices(item, tokens) for item in wanted), key=len):
        combined = [both for tests in found for choice in choices if (both := _together(tests, choice)) is not None]
        combined = _distinct(combined)
        if len(combined) <= MOST_PATTERNS:
            found = combined
    fitting = [part for tests in found for part in _fitted(tests, tokens)]
    if len(fitting) > MOST_PATTERNS or {} in fitting:
        fitting = [{}]
    return tuple(_statement(delimited(tests, tokens) if tests else "") for tests in fitting)


def status_pattern(tokens: Sequence[str]) -> Statement | None:
    """The pattern of NODATA and SKIPDATA, whose rows have no addresses; None where the format has no log-status."""
    if "log-status" not in tokens:
        return None
    return _statement(delimited({"log-status": Test(("NODATA", "SKIPDATA"))}, tokens))


def term_pattern(question: Question) -> Statement | None:
    """The imprecise way: addresses as bare terms, one scan. They also match other fields and longer addresses.

    None unless the question is about whole addresses.
    """
    named = [item for item in question.filters if item.op == "is" and item.field in {"address", "client", "server"}]
    values = [value.addresses if isinstance(value, Endpoint) else value for item in named[:1] for value in item.values]
    tests = narrowing.addresses([value for value in values if isinstance(value, Addresses)])
    if not values or tests is None or tests.regexes or any(text.endswith("*") for text in tests.words):
        return None
    mark = "?" if len(tests.words) > 1 else ""
    text = " ".join(f'{mark}"{word}"' for word in tests.words)
    return _statement(text) if len(text) <= LONGEST else None


def typed(pattern: str) -> Statement:
    """A pattern that a person wrote, sent as it is."""
    return _statement(pattern)


def _statement(text: str) -> Statement:
    return Statement(ENGINE, LANGUAGE, text)


def delimited(tests: Tests, tokens: Sequence[str]) -> str:
    """The pattern with one name for each position, or with `...` for those behind the last condition where it is too long."""
    names = _names(tokens)
    fields = [tests[token].text(name) if token in tests else name for token, name in zip(tokens, names, strict=True)]
    whole = f"[{', '.join(fields)}]"
    if len(whole) <= LONGEST:
        return whole
    last = max(tokens.index(token) for token in tests) if tests else 0
    return f"[{', '.join([*fields[: last + 1], '...'])}]"


def _names(tokens: Sequence[str]) -> list[str]:
    """AWS's names without their hyphens, as AWS's own examples write them; a name no pattern may have gets its position."""
    names: list[str] = []
    for number, token in enumerate(tokens, 1):
        name = "".join(letter for letter in token if letter.isascii() and letter.isalnum())
        names.append(name if name and not name[0].isdigit() and name not in names else f"field{number}")
    return names


def _of_both_directions(a_filter: Filter) -> bool:
    return a_filter.field != "action" and conditions.lets_replies_through(Question(filters=(a_filter,)))


def _choices(a_filter: Filter, tokens: Sequence[str]) -> list[Tests]:
    """The alternatives of a filter, any of which may hold. `[{}]` where it cannot be narrowed by."""
    found = _distinct(list(_exact_choices(a_filter, tokens)))
    return found if len(found) <= MOST_PATTERNS else _distinct(list(_wider_choices(a_filter, tokens)))


def _exact_choices(a_filter: Filter, tokens: Sequence[str]) -> Iterator[Tests]:
    """One filter's values of the same kind are alternatives in one position; the others are patterns of their own."""
    networks = [value for value in a_filter.values if isinstance(value, Addresses)]
    if networks:
        fields = _SOURCE + _DESTINATION if a_filter.field in {"address", "client", "server"} else (a_filter.field,)
        yield from _any_field(fields, narrowing.addresses(networks), tokens)
    yield from _port_choices([value for value in a_filter.values if isinstance(value, Ports)], tokens)
    for value in a_filter.values:
        if isinstance(value, Endpoint):
            yield from _endpoint_choices(value, tokens)
    plain = [narrowing.word(value) for value in a_filter.values if isinstance(value, int | str)]
    if plain:
        known = [test for test in plain if test is not None]
        whole = Test(tuple(word for test in known for word in test.words)) if len(known) == len(plain) else None
        yield from _any_field((a_filter.field,), whole, tokens)


def _any_field(fields: Sequence[str], test: Test | None, tokens: Sequence[str]) -> Iterator[Tests]:
    for field in fields:
        if field in tokens:
            yield {} if test is None else {field: test}


def _port_choices(ports: Sequence[Ports], tokens: Sequence[str]) -> Iterator[Tests]:
    for protocol in dict.fromkeys(item.protocol for item in ports):
        same = [item for item in ports if item.protocol == protocol]
        single = tuple(str(item.first) for item in same if item.first == item.last)
        tests = [Test(single)] if single else []
        tests += [Test(between=(item.first, item.last)) for item in same if item.first < item.last]
        for test in tests:
            for tests_of_port in _any_field(("srcport", "dstport"), test, tokens):
                yield _over(protocol, tests_of_port, tokens)


def _over(protocol: int | None, tests: Tests, tokens: Sequence[str]) -> Tests:
    if protocol is None or "protocol" not in tokens:
        return tests
    return {"protocol": Test((str(protocol),)), **tests}


def _endpoint_choices(endpoint: Endpoint, tokens: Sequence[str]) -> Iterator[Tests]:
    ports = endpoint.ports
    port = Test((str(ports.first),)) if ports.first == ports.last else Test(between=(ports.first, ports.last))
    network = narrowing.addresses([endpoint.addresses])
    for fields, port_field in ((_SOURCE, "srcport"), (_DESTINATION, "dstport")):
        for tests in _any_field(fields, network, tokens):
            if port_field in tokens:
                yield _over(ports.protocol, {**tests, port_field: port}, tokens)


def _wider_choices(a_filter: Filter, tokens: Sequence[str]) -> Iterator[Tests]:
    """Fewer patterns that let more through: ports as the span of them all, endpoints as their addresses."""
    networks: list[Addresses] = []
    ports: list[Ports] = []
    for value in a_filter.values:
        match value:
            case Addresses():
                networks.append(value)
            case Endpoint():
                networks.append(value.addresses)
            case Ports():
                ports.append(value)
            case int() | str():
                yield {}
            case _:
                assert_never(value)
    if networks:
        yield from _any_field(_SOURCE + _DESTINATION, narrowing.addresses(networks), tokens)
    if ports:
        span = Test(between=(min(item.first for item in ports), max(item.last for item in ports)))
        yield from _any_field(("srcport", "dstport"), span, tokens)


def _together(tests: Tests, more: Tests) -> Tests | None:
    """Both sets of conditions; None when they cannot hold together. Of two on one position the first is sent."""
    if any(token in tests and tests[token].excludes(test) for token, test in more.items()):
        return None
    return {**more, **tests}


def _distinct(found: list[Tests]) -> list[Tests]:
    if {} in found:
        return [{}]
    return [tests for place, tests in enumerate(found) if tests not in found[:place]]


def _fitted(tests: Tests, tokens: Sequence[str]) -> list[Tests]:
    """The conditions as patterns within AWS's limits: long lists are halved, then left out; so are expressions too many."""
    expressions = [token for token, test in tests.items() if test.regexes]
    if len(expressions) > MOST_REGEXES:
        return _fitted({token: test for token, test in tests.items() if token != expressions[-1]}, tokens)
    if not tests or len(delimited(tests, tokens)) <= LONGEST:
        return [tests]
    longest = max(tests, key=lambda token: len(tests[token].text(token)))
    words, regexes = tests[longest].words, tests[longest].regexes
    if len(words) < 2:
        return _fitted({token: test for token, test in tests.items() if token != longest}, tokens)
    middle = len(words) // 2
    halves = (Test(words[:middle], regexes), Test(words[middle:]))
    return [part for half in halves for part in _fitted({**tests, longest: half}, tokens)]
