"""What leaves after redaction: nothing that names its owner, in any byte of any part; and the owner can turn addresses back."""

import ipaddress
from collections.abc import Callable
from itertools import combinations
from random import Random

import pytest

from flowinsight.addresses import MAPPED, Addresses, format_address, is_v4, parse_address
from flowinsight.snapshots import Snapshot, SnapshotError, archive, preview, previewed, redact
from flowinsight.snapshots.before_after import samples
from flowinsight.snapshots.pseudonyms import Pseudonyms, crypto_pan

Frozen = Callable[..., Snapshot]

KEY = bytes(range(32))
PUBLISHED = bytes.fromhex("152217 8d33a4cf80130a5b164990 7d10d898 8f8379796527 62574c2d 2a842202".replace(" ", ""))
"""The key of the sample that comes with Crypto-PAn."""

WORDS = ("210987654321", "eni-0feedc0de", "eni-0abad1dea", "vpc-0c0ffee", "payroll-db", "secret-code", "code7", "Erin",
         "Larkfield", "ticket 4711", "no record at all", "one.log", "two.log")  # fmt: skip


def _forms(text: str) -> list[bytes]:
    """An address as text, spelled out, in hexadecimal, as a decimal number, and as bytes in both orders."""
    address, number = ipaddress.ip_address(text), parse_address(text)
    numbers = [number.to_bytes(16, "big"), number.to_bytes(16, "little")]
    if address.version == 4:
        numbers += [
            one.to_bytes(size, order) for one, size in ((number, 8), (int(address), 4)) for order in ("little", "big")
        ]
        numbers.append(str(int(address)).encode())
    else:
        numbers += [(number >> 64).to_bytes(8, "little"), (number >> 64).to_bytes(8, "big"), str(number >> 64).encode()]
    return [text.encode(), address.exploded.encode(), f"{int(address):x}".encode(), str(number).encode(), *numbers]


def test_no_byte_of_any_part_tells_what_was_redacted(frozen: Frozen) -> None:
    for query in ("", "10.77.3.21", "2600:1f18:4a3::1", "vpc-0c0ffee", "from 10.77.3.0/24"):
        original = frozen(query)
        made = redact(original, KEY)
        addresses = [*(f"10.77.3.{n}" for n in range(20, 29)), "10.77.4.5", "2600:1f18:4a3::beef", "2600:1f18:4a3::2"]
        hidden = [form for text in addresses for form in _forms(text)] + [word.encode() for word in WORDS]
        for name, content in made.parts.items():
            assert [form for form in hidden if form in content] == [], (query, name)
        assert any(form in original.parts[archive.RECORDS] for form in hidden)


def test_the_answer_is_the_same_but_for_the_names(frozen: Frozen) -> None:
    original = frozen(":22")
    made = redact(original, KEY, note="for you")

    assert made.facts.redaction is not None
    assert made.facts.redaction.original == original.id
    assert (made.facts.note, made.facts.caller) == ("for you", "withheld")
    assert made.answer.reconciliation == original.answer.reconciliation
    assert made.answer.verdict == original.answer.verdict
    assert [row["conversations"] for row in made.answer.clients] == [
        row["conversations"] for row in original.answer.clients
    ]
    assert made.facts.inside == original.facts.inside


def test_lines_are_written_anew(frozen: Frozen) -> None:
    rows = redact(frozen(":22"), KEY).table(archive.RECORDS).to_pylist()

    first = rows[0]["original"].decode().split()
    assert first[0] == "2"
    assert first[1].startswith("masked-")
    assert first[2].startswith("eni-masked")
    assert parse_address(first[3]) == rows[0]["srcaddr_lo"]
    assert first[5:] == ["40000", "22", "6", "1", "90", "1795176000", "1795176059", "REJECT", "OK"]


def test_only_the_key_turns_an_address_back(frozen: Frozen) -> None:
    shown = preview(frozen(), KEY).addresses

    back, wrong = Pseudonyms(KEY), Pseudonyms(bytes(32))
    for address, pseudonym in shown.items():
        assert format_address(back.address_of(parse_address(pseudonym))) == address
    differ = [one for one, other in shown.items() if format_address(wrong.address_of(parse_address(other))) != one]
    assert len(differ) > len(shown) * 0.8


def test_the_construction_is_crypto_pan() -> None:
    samples = {
        "128.11.68.132": "135.242.180.132",
        "129.118.74.4": "134.136.186.123",
        "130.132.252.244": "133.68.164.234",
    }

    found = {one: format_address(crypto_pan(PUBLISHED, parse_address(one) - MAPPED, 32) + MAPPED) for one in samples}

    assert found == samples


def _shared(one: int, other: int) -> int:
    return 128 - (one ^ other).bit_length()


@pytest.mark.parametrize("network", ["10.0.0.0/8", "192.168.0.0/16", "2600::/12", "fc00::/16", "52.0.0.0/9"])
def test_two_addresses_share_as_many_bits_as_before(network: str) -> None:
    names, random, inside = Pseudonyms(KEY), Random(7), ipaddress.ip_network(network)
    first = parse_address(str(inside.network_address))
    numbers = [first + random.randrange(inside.num_addresses) for _ in range(20)]
    numbers += [number ^ (1 << random.randrange(12)) for number in numbers]

    for one, other in combinations(numbers, 2):
        assert _shared(names.address(one), names.address(other)) == _shared(one, other)
    assert all(names.address_of(names.address(one)) == one for one in numbers)


def test_private_stays_private_and_the_internet_stays_the_internet() -> None:
    names, random = Pseudonyms(KEY), Random(11)
    for word in ("inside", "internet"):
        known = Addresses.parse(word)
        for _ in range(200):
            first, last = random.choice(known.ranges)
            number = random.randint(first, last)
            assert names.address(number) in known
            assert is_v4(names.address(number)) == is_v4(number)
    for text in ("169.254.169.254", "127.0.0.1", "255.255.255.255", "fd00:ec2::253", "ff02::1"):
        assert format_address(names.address(parse_address(text))) == text


@pytest.mark.parametrize(
    "text", ["10.77.0.0/16", "52.95.0.0/16", "10.0.0.5-10.0.0.9", "2600:1f18::/32", "192.0.0.0/14"]
)
def test_a_network_of_the_question_goes_where_its_addresses_go(text: str) -> None:
    names, random, value = Pseudonyms(KEY), Random(3), Addresses.parse(text)
    found = names.addresses(value)

    for _ in range(50):
        first, last = random.choice(value.ranges)
        pseudonym = names.address(random.randint(first, last))
        assert any(pseudonym in one for one in found)
    sizes = [sum(last - first + 1 for first, last in one.ranges) for one in found]
    assert sum(sizes) == sum(last - first + 1 for first, last in value.ranges)


def test_what_is_redacted_already_is_refused(frozen: Frozen) -> None:
    with pytest.raises(SnapshotError, match="redacted already"):
        redact(redact(frozen(":22"), KEY), KEY)


def test_samples_show_every_kind_of_value_as_it_is_and_as_it_leaves(frozen: Frozen) -> None:
    original = frozen("10.77.3.0/24")
    made, shown = previewed(original, KEY, "for you")
    found = {one.kind: one for one in samples(original, made, shown)}

    assert made.parts == redact(original, KEY, "for you").parts
    assert {
        "Line",
        "Question",
        "Private IPv4 address",
        "Account",
        "Interface",
        "Asked by",
        "Note",
        "Source",
    } <= found.keys()
    assert found["Question"].pairs[0][0] == "10.77.3.0/24"
    assert found["Note"].pairs == (("see ticket 4711", "for you"),)
    assert found["Account"].count == 1
    assert found["Private IPv4 address"].count == len(shown.addresses)
    before, after = found["Line"].pairs[0]
    assert before.encode() in original.parts[archive.RECORDS]
    assert after.encode() in made.parts[archive.RECORDS]
    assert before.split()[10:] == after.split()[10:]
    assert found["Source"].pairs[0][1] == "file 1"
