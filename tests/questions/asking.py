"""Random filters, as a person could type them or a click could make them."""

from hypothesis import strategies as st

from flowinsight import fields
from flowinsight.addresses import NAMED, Addresses, format_address
from flowinsight.filters import Endpoint, Filter, Ports, Value

_V4 = st.integers(0xFFFF << 32, (0xFFFF << 32) + 2**32 - 1)
_V6 = st.integers(0, 2**128 - 1)


@st.composite
def _range(draw: st.DrawFn) -> str:
    family = draw(st.sampled_from([_V4, _V6]))
    first, last = sorted((draw(family), draw(family)))
    return f"{format_address(first)}-{format_address(last)}"


@st.composite
def _block(draw: st.DrawFn) -> str:
    number = draw(st.one_of(_V4, _V6))
    text = format_address(number)
    return f"{text}/{draw(st.integers(0, 128 if ':' in text else 32))}"


def _possible(text: str) -> bool:
    """A range may happen to mix families: half of a range of IPv6 may be an IPv4-mapped address."""
    try:
        Addresses.parse(text)
    except ValueError:
        return False
    return True


ADDRESSES = st.one_of(st.one_of(_V4, _V6).map(format_address), _block(), _range(), st.sampled_from(sorted(NAMED))).filter(
    _possible
).map(Addresses.parse)  # fmt: skip


@st.composite
def ports(draw: st.DrawFn) -> Ports:
    first, last = sorted((draw(st.integers(0, 65535)), draw(st.integers(0, 65535))))
    return Ports(first, draw(st.sampled_from([first, last])), draw(st.sampled_from([None, 6, 17, 132])))


@st.composite
def endpoints(draw: st.DrawFn) -> Endpoint:
    return Endpoint(draw(ADDRESSES), draw(ports()))


_TEXT = st.text(
    st.characters(codec="ascii", categories=("L", "N"), include_characters="-._:/,@=;'%#$()"), min_size=1, max_size=20
)


def _values(field: str) -> st.SearchStrategy[Value]:
    match field:
        case "address" | "client":
            return ADDRESSES
        case "port" | "service":
            return ports()
        case "endpoint":
            return endpoints()
        case "server":
            return st.one_of(ADDRESSES, endpoints())
        case "protocol":
            return st.integers(0, 255)
        case "action":
            return st.sampled_from(["ACCEPT", "REJECT"])
        case _:
            kind = fields.BY_TOKEN[field].kind
            return ADDRESSES if kind == "address" else _TEXT if kind == "text" else st.integers(0, 2**62)


PSEUDO = ("address", "port", "endpoint", "client", "server", "service")


@st.composite
def filters(draw: st.DrawFn) -> Filter:
    field = draw(st.one_of(st.sampled_from(PSEUDO), st.sampled_from([item.token for item in fields.FIELDS])))
    values = draw(st.lists(_values(field), min_size=1, max_size=3, unique=True))
    return Filter(field, tuple(values), draw(st.sampled_from(["is", "not"])))
