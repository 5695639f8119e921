"""The text box: one line a person types, read into filters, and filters written back as such a line.

    10.0.3.7  10.0.0.0/16  2001:db8::/32  10.0.0.5-10.0.0.9     an address on either side
    10.0.3.7:5432  [2001:db8::1]:443                            address and port on the same side
    :22  22/tcp  8000-8100  ssh                                 a port on either side
    rejected  accepted  udp  icmp  eni-0a1b  vpc-0a1b           what a record says
    from X  to X  X -> Y                                        who started the conversation, and who served it
    not X                                                       the opposite of the next word
    inside  outside  internet                                   networks by name
    pkt-srcaddr=10.0.0.9  tcp-flags!=0                          any other field
    web-1  name=web-1                                           where names are known: everything of that name

Words are ANDed, except that ports, protocols and actions side by side are alternatives; so are values with commas between.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from flowinsight import fields, iana
from flowinsight.addresses import NAMED, Addresses
from flowinsight.errors import QuestionError
from flowinsight.filters import Endpoint, Filter, Ports, Value, value_text

Names = Callable[[str], tuple[str, ...]]
"""The addresses of what has a name; none where nothing has."""

_WORD = re.compile(r'->|→|(?:"[^"]*"?|(?!->)[^\s→"])+')
_IDENTIFIERS = {
    "eni": "interface-id", "vpc": "vpc-id", "subnet": "subnet-id", "i": "instance-id", "nat": "resource-id",
    "tgw": "tgw-id", "tgw-attach": "tgw-attachment-id",
}  # fmt: skip
_IDENTIFIER = re.compile(rf"({'|'.join(_IDENTIFIERS)})-[0-9a-z]+")
_NAME = "name="
_ACTIONS = {"rejected": "REJECT", "reject": "REJECT", "accepted": "ACCEPT", "accept": "ACCEPT"}
_ALTERNATIVES = {"port", "service", "protocol", "action", *_IDENTIFIERS.values()}


@dataclass(frozen=True)
class _Word:
    text: str
    position: int

    def wrong(self, message: str) -> QuestionError:
        return QuestionError(message, self.position, len(self.text))

    @property
    def is_arrow(self) -> bool:
        return self.text in {"->", "→"}


def parse(text: str, names: Names | None = None) -> tuple[Filter, ...]:
    """The filters of a line; QuestionError with the position of the word that cannot be understood.

    `names` is asked about a word that is nothing else; a name becomes its addresses.
    """
    words = [_Word(match[0], match.start()) for match in _WORD.finditer(text)]
    return tuple(_joined(_terms(words, names)))


def _terms(words: list[_Word], names: Names | None) -> Iterator[Filter]:
    """One filter per term. A term is an atom with its `not`s and its role; an arrow gives roles to its two neighbours."""
    role, negate, opener = "", False, None
    for index, word in enumerate(words):
        keyword = word.text.lower()
        if word.is_arrow:
            if role or negate:
                raise word.wrong("An arrow stands between a client and a server: X -> Y.")
            role, opener = "to", word
        elif keyword in {"from", "to"} or keyword == "not":
            if keyword != "not" and role:
                raise word.wrong(f"{word.text} cannot follow another direction.")
            role, opener = (role, word) if keyword == "not" else (keyword, word)
            negate ^= keyword == "not"
        elif keyword in {"and", "or"}:
            raise word.wrong("Words are joined by AND already. For alternatives put a comma between them: 22,443.")
        else:
            before_arrow = index + 1 < len(words) and words[index + 1].is_arrow
            if before_arrow and role:
                raise words[index + 1].wrong("Only one arrow: X -> Y, without from or to.")
            yield _filter(word, "from" if before_arrow else role, names, negate=negate)
            role, negate, opener = "", False, None
    if opener is not None and not (opener.is_arrow and len(words) > 1):
        raise opener.wrong(f"Something is missing after {opener.text}.")


def _joined(filters: Iterable[Filter]) -> list[Filter]:
    """Equal questions about a port, a protocol, an action or an identifier become alternatives: no record has two of them."""
    result: dict[object, Filter] = {}
    for number, one in enumerate(filters):
        key = one.field if one.op == "is" and one.field in _ALTERNATIVES else number
        before = result.get(key)
        result[key] = one if before is None else Filter(one.field, tuple(dict.fromkeys((*before.values, *one.values))))
    return list(result.values())


def _filter(word: _Word, role: str, names: Names | None, *, negate: bool) -> Filter:
    try:
        found = _field_assignment(word.text) or _atom(word.text, role, names)
        field, values = _with_role(found, role)
    except QuestionError as error:
        raise word.wrong(str(error)) from error
    except ValueError as error:
        raise word.wrong(str(error)) from error
    if field.endswith("!"):
        field, negate = field[:-1], not negate
    return Filter(field, values, "not" if negate else "is")


def _field_assignment(text: str) -> tuple[str, tuple[Value, ...]] | None:
    match = re.fullmatch(r"([A-Za-z][\w-]*)(!?=)(.*)", text, re.DOTALL)
    if not match or match[0].lower().startswith(_NAME):
        return None
    field = fields.find(match[1])
    if field is None:
        raise QuestionError(f"{match[1]} is not a field of a flow log record.")
    return field.token + match[2][:-1], Filter.parse(field.token, _split(match[3])).values


def _split(text: str) -> list[str]:
    return [part.replace('"', "") for part in re.findall(r'(?:"[^"]*"|[^,])+', text)] or [""]


def _atom(text: str, role: str, names: Names | None) -> tuple[str, tuple[Value, ...]]:
    parts = [found for part in _split(text) for found in _one(part, names)]
    kinds = {field for field, _ in parts}
    if len(kinds) > 1 and not (role == "to" and kinds == {"address", "endpoint"}):
        raise QuestionError(f"{text} mixes {' and '.join(sorted(kinds))}: alternatives must be of one kind.")
    return parts[0][0], tuple(dict.fromkeys(value for _, value in parts))


def _one(text: str, names: Names | None) -> list[tuple[str, Value]]:
    if text.lower().startswith(_NAME):
        return _called(text[len(_NAME) :], names)
    try:
        return [_word(text)]
    except (QuestionError, ValueError):
        found = names(text) if names else ()
        if not found:
            raise
        return _addresses(found)


def _called(name: str, names: Names | None) -> list[tuple[str, Value]]:
    """The addresses of what has this name."""
    if names is None:
        raise QuestionError(f"Who {name} is, only an AWS account can say: ask one, or name an address.")
    found = names(name)
    if not found:
        raise QuestionError(f"Nothing in this account and region is called {name}.")
    return _addresses(found)


def _addresses(found: tuple[str, ...]) -> list[tuple[str, Value]]:
    return [("address", Addresses.parse(address)) for address in found]


def _word(text: str) -> tuple[str, Value]:
    word = text.lower()
    if word in _ACTIONS:
        return "action", _ACTIONS[word]
    if identifier := _IDENTIFIER.fullmatch(word):
        return _IDENTIFIERS[identifier[1]], word
    if re.fullmatch(r"\d+(-\d+)?(/[\w.+-]+)?", word):
        return "port", Ports.parse(word)
    if re.fullmatch(r":\d.*", word):
        return "port", Ports.parse(word[1:])
    if word.startswith("[") or (word.count(":") == 1 and not word.startswith(":")):
        return "endpoint", Endpoint.parse(word)
    if word in NAMED or word[:1].isdigit() or ":" in word:
        return "address", Addresses.parse(word)
    return _named(text)


def _named(text: str) -> tuple[str, Value]:
    protocol = iana.protocol_number(text)
    if protocol is not None:
        return "protocol", protocol
    service = iana.service_port(text)
    if service is not None:
        port, transport = service
        return "port", Ports(port, port, transport)
    raise QuestionError(f"{text} is not an address, a port, a protocol or a word that FlowInsight knows.")


def _with_role(found: tuple[str, tuple[Value, ...]], role: str) -> tuple[str, tuple[Value, ...]]:
    field, values = found
    match role, field:
        case "", _:
            return field, values
        case "from", "address":
            return "client", values
        case "from", "port" | "endpoint":
            raise QuestionError(
                "A client's own port changes with every connection: name its address only, or ask for the port with :22."
            )
        case "to", "address" | "endpoint":
            return "server", values
        case "to", "port":
            return "service", values
        case _:
            raise QuestionError(f"{role} takes an address{' or a port' if role == 'to' else ''}.")


def unparse(filters: Iterable[Filter]) -> str:
    """The line that `parse` reads back into these filters."""
    return " ".join(("not " if one.op == "not" else "") + _text(one) for one in filters)


def _text(one: Filter) -> str:
    values = ",".join(f'"{text}"' if "," in text else text for text in map(value_text, one.values))
    match one.field:
        case "address" | "endpoint":
            return values
        case "port":
            return f":{values}"
        case "client":
            return f"from {values}"
        case "server":
            return f"to {values}"
        case "service":
            return f"to :{values}"
        case "action" if len(one.values) == 1 and one.values[0] in {"ACCEPT", "REJECT"}:
            return "rejected" if one.values[0] == "REJECT" else "accepted"
        case "protocol" if all(isinstance(value, int) and _is_word(value) for value in one.values):
            return ",".join(iana.protocol_name(int(str(value))).lower() for value in one.values)
        case field:
            return f"{field}={values}"


def _is_word(protocol: int) -> bool:
    """Whether a protocol is read by its name: 3PC would be an address, I-NLSP an instance, and some names are several words."""
    name = iana.protocol_name(protocol).lower()
    try:
        return not re.search(r"\s", name) and _word(name) == ("protocol", protocol)
    except (QuestionError, ValueError):
        return False
