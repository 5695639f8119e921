"""The functions of Logs Insights in plain Python, and what arithmetic does with missing values."""

import base64
import math
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import quote, unquote

from flowinsight.sandbox.logslang.insights import syntax as s
from tests.logslang.row_records import parsed
from tests.logslang.row_values import Json, Time, Value, number, present, text, truth

LENGTHS = {"ms": 1, "s": 1000, "m": 60000, "h": 3600000, "d": 86400000, "w": 604800000}
CAPS = {"ms": 1000, "s": 60, "m": 60, "h": 24}


def arithmetic(operator: str, left: float | None, right: float | None) -> float | None:
    if left is None or right is None:
        return None
    match operator:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return left / right if right else None
        case "%":
            return math.fmod(left, right) if right else None
    return float(left**right)


def floor_time(value: Value, period: s.Period) -> Time | None:
    found = number(value)
    if found is None:
        return None
    unit = period.unit
    length = min(period.count, CAPS.get(unit, period.count)) * LENGTHS[unit]
    offset = 4 * 86400000 if unit == "w" else 0
    return Time((math.floor(found) - offset) // length * length + offset)


def function(name: str, values: list[Value]) -> Value:
    match name:
        case "ispresent":
            return present(values[0])
        case "coalesce":
            return next((value for value in values if present(value)), None)
        case "if":
            return values[1] if truth(values[0]) else values[2]
        case "case":
            pairs = zip(values[::2], values[1::2], strict=False)
            other = values[-1] if len(values) % 2 else None
            return next((value for condition, value in pairs if truth(condition)), other)
        case "jsonparse":
            document = parsed(values[0]) if isinstance(values[0], str) else None
            return Json(document) if isinstance(document, (dict, list)) else None
        case "isempty":
            return not text(values[0])
        case "isblank":
            return not (text(values[0]) or "").strip(" \t\r\n\f\v")
        case "concat":
            return "".join(text(value) or "" for value in values)
        case "isnumeric":
            return number(values[0]) is not None
        case "greatest" | "least":
            numbers = [found for found in map(number, values) if found is not None]
            return (max if name == "greatest" else min)(numbers, default=None)
    if name in ADDRESSES:
        return ADDRESSES[name](text(values[0]), text(values[1]) if len(values) > 1 else None)
    if name in ON_NUMBERS:
        numbers = [found for found in map(number, values) if found is not None]
        return ON_NUMBERS[name](*numbers) if len(numbers) == len(values) else None
    texts = [text(value) for value in values]
    return None if None in texts else ON_TEXTS[name](*texts)


def half_away(value: float, places: float = 0) -> float:
    scale = 10.0 ** int(places)
    whole = math.floor(abs(value) * scale)
    whole += abs(value) * scale - whole >= 0.5
    return math.copysign(whole / scale, value)


ON_NUMBERS: dict[str, Callable[..., Value]] = {
    "abs": abs,
    "ceil": lambda a: float(math.ceil(a)),
    "floor": lambda a: float(math.floor(a)),
    "log": lambda a: math.log(a) if a > 0 else None,
    "sqrt": lambda a: math.sqrt(a) if a >= 0 else None,
    "round": half_away,
    "tonumber": lambda a: a,
    "tomillis": lambda a: float(math.floor(a)),
    "frommillis": lambda a: Time(math.floor(a)),
    "toint": lambda a: float(math.trunc(a)) if -(2**31) <= math.trunc(a) < 2**31 else None,
    "dectohex": lambda a: f"{'-' if math.trunc(a) < 0 else ''}0x{abs(math.trunc(a)):x}",
}


def substring(value: str, start: str, length: str | None = None) -> str | None:
    first, count = number(start), None if length is None else number(length)
    if first is None or (length is not None and count is None):
        return None
    begin = max(0, int(first))
    return value[begin:] if count is None else value[begin : begin + max(0, int(count))]


ON_TEXTS: dict[str, Callable[..., Value]] = {
    "strlen": lambda a: float(len(a)),
    "messagesize": lambda a: float(len(a.encode())),
    "toupper": str.upper,
    "tolower": str.lower,
    "ltrim": lambda a, b=" \t\r\n\f\v": a.lstrip(b),
    "rtrim": lambda a, b=" \t\r\n\f\v": a.rstrip(b),
    "trim": lambda a, b=" \t\r\n\f\v": a.strip(b),
    "substr": substring,
    "replace": lambda a, b, c: a.replace(b, c) if b else a,
    "strcontains": lambda a, b: b in a,
    "startswith": str.startswith,
    "endswith": str.endswith,
    "urlencode": lambda a: quote(a, safe="-_.~"),
    "urldecode": unquote,
    "base64encode": lambda a: base64.b64encode(a.encode()).decode(),
    "split": lambda a, b: Json(a.split(b)),
}


def address(value: str | None) -> IPv4Address | IPv6Address | None:
    try:
        return None if value is None or "%" in value else ip_address(value)
    except ValueError:
        return None


def within(value: str | None, network: str | None, *versions: int) -> bool:
    found = address(value)
    assert network is not None
    return found is not None and found.version in versions and found in ip_network(network, strict=False)


ADDRESSES: dict[str, Callable[[str | None, str | None], Value]] = {
    "isvalidip": lambda a, _: address(a) is not None,
    "isvalidipv4": lambda a, _: isinstance(address(a), IPv4Address),
    "isvalidipv6": lambda a, _: isinstance(address(a), IPv6Address),
    "isipinsubnet": lambda a, b: within(a, b, 4, 6),
    "isipv4insubnet": lambda a, b: within(a, b, 4),
    "isipv6insubnet": lambda a, b: within(a, b, 6),
    "isprivateip": lambda a, _: any(within(a, b, 4) for b in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")),
    "ipv4tonumber": lambda a, _: float(int(found)) if isinstance(found := address(a), IPv4Address) else None,
}
