"""Pseudonyms of addresses: two addresses of one network stay in one network, and whoever has the key can turn them back.

The construction is Crypto-PAn (Xu, Fan, Ammar, Moon: Prefix-Preserving IP Address Anonymization, ICNP 2002): whether a bit is
flipped is decided by AES over the bits before it. It is done inside blocks that mean something by themselves, so that a private
address stays private and the internet stays the internet; what would leave its block is encrypted again until it does not.
"""

import hmac
import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from flowinsight.addresses import MAPPED, Addresses, is_v4
from flowinsight.snapshots.errors import SnapshotError

KEY_BYTES = 32
_KIND = re.compile(r"(?:eni|vpc|subnet|i|nat|tgw|tgw-attach)-(?=[0-9a-z]+\Z)")
_NOBODY = frozenset({"", "-", "unknown"})
MOST_PIECES = 512
"""Networks that stand for the network of a question, at most."""

_AS_THEY_ARE = (
    "0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.88.99.0/24", "224.0.0.0/4", "240.0.0.0/4",
    "::/8", "ff00::/8", "fd00:ec2::/32",
)  # fmt: skip
"""Addresses that are nobody's in particular: this host, link-local IPv4 (AWS's own services), protocol assignments, multicast,
reserved, and the IPv6 addresses of AWS's services in a VPC. Source: IANA special-purpose registries; EC2 User Guide."""
_INSIDE_THEMSELVES = (
    "10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "198.18.0.0/15",
    "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24",
    "2000::/3", "fc00::/7", "fe80::/10", "2001:db8::/32", "3fff::/20",
)  # fmt: skip
"""Private networks, link-local IPv6, the networks for documentation and what is routed of IPv6: their first bits stay, the others
get a pseudonym."""


@dataclass(frozen=True)
class Block:
    """The addresses of one family whose first `length` bits are `prefix`."""

    bits: int
    prefix: int
    length: int

    @staticmethod
    def parse(text: str) -> "Block":
        network = ipaddress.ip_network(text)
        bits = network.max_prefixlen
        return Block(bits, int(network.network_address) >> (bits - network.prefixlen), network.prefixlen)

    def holds(self, other: "Block") -> bool:
        return self.length <= other.length and other.prefix >> (other.length - self.length) == self.prefix

    @property
    def halves(self) -> tuple["Block", "Block"]:
        return Block(self.bits, self.prefix << 1, self.length + 1), Block(
            self.bits, self.prefix << 1 | 1, self.length + 1
        )

    def __str__(self) -> str:
        kind = ipaddress.IPv4Network if self.bits == 32 else ipaddress.IPv6Network
        return str(kind((self.prefix << (self.bits - self.length), self.length)))


_WHOLE = {32: Block(32, 0, 0), 128: Block(128, 0, 0)}
_KEPT = tuple(map(Block.parse, _AS_THEY_ARE))
_BLOCKS = (*_KEPT, *map(Block.parse, _INSIDE_THEMSELVES))


def crypto_pan(key: bytes, address: int, bits: int, kept: int = 0, *, back: bool = False) -> int:
    """The pseudonym of an address of this many bits, or with `back` the address of a pseudonym, by a key of 32 bytes: 16 for
    AES and 16 for the padding. The first `kept` bits stay as they are.
    """
    aes = Cipher(algorithms.AES(key[:16]), modes.ECB()).encryptor()  # noqa: S305 - one block, as a pseudo-random function
    padding = int.from_bytes(aes.update(key[16:KEY_BYTES]))
    known = made = address >> (bits - kept)
    for place in range(kept, bits):
        rest = 128 - place
        block = (known << rest) | (padding & ((1 << rest) - 1))
        flip = aes.update(block.to_bytes(16))[0] >> 7
        bit = (address >> (bits - 1 - place)) & 1
        known = (known << 1) | (bit ^ flip if back else bit)
        made = (made << 1) | (bit ^ flip)
    return made


class Pseudonyms:
    """Pseudonyms by one key of KEY_BYTES. `replaced` and `masked` are those that were asked for."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise SnapshotError(f"A key for redaction has {KEY_BYTES} bytes.")
        self._keys = {bits: hmac.digest(key, f"addresses of {bits} bits".encode(), "sha256") for bits in (32, 128)}
        self.replaced: dict[int, int] = {}
        self.masked: dict[str, str] = {}
        self.fingerprint = hmac.digest(key, b"fingerprint", "sha256").hex()[:32]
        self._of_words = hmac.digest(key, b"words", "sha256")

    def word(self, value: str) -> str:
        """What stands for an identifier or a name: the same for the same one, and never turned back. Its kind stays."""
        kind = _KIND.match(value)
        if value in _NOBODY:
            return value
        made = hmac.digest(self._of_words, value.encode(), "sha256").hex()[:12]
        self.masked[value] = f"{kind[0]}masked{made}" if kind else f"masked-{made}"
        return self.masked[value]

    def address(self, number: int) -> int:
        """The pseudonym of an address, a 128-bit number as everywhere."""
        if number not in self.replaced:
            self.replaced[number] = self._turned(number, back=False)
        return self.replaced[number]

    def address_of(self, pseudonym: int) -> int:
        """The address that has this pseudonym."""
        return self._turned(pseudonym, back=True)

    def _turned(self, number: int, *, back: bool) -> int:
        bits, offset = (32, MAPPED) if is_v4(number) else (128, 0)
        return self._moved(Block(bits, number - offset, bits), back=back).prefix + offset

    def _moved(self, one: Block, *, back: bool) -> Block:
        """A block that lies in one class, and each of whose images does too, encrypted until it is in its own class again."""
        home = _home(one)
        if home in _KEPT:
            return one
        moved = self._once(one, home, back=back)
        while _home(moved) != home:
            moved = self._once(moved, home, back=back)
        return moved

    def _once(self, one: Block, home: Block, *, back: bool) -> Block:
        padded = one.prefix << (one.bits - one.length)
        made = crypto_pan(self._keys[one.bits], padded, one.bits, home.length, back=back)
        return Block(one.bits, made >> (one.bits - one.length), one.length)

    def network(self, block: Block) -> tuple[Block, ...]:
        """The networks that hold the pseudonyms of the addresses of a network, and no others."""
        pieces: list[Block] = []
        waiting = [block]
        while waiting:
            one = waiting.pop()
            image = self._image(one)
            if image is None:
                waiting += reversed(one.halves)
            else:
                pieces.append(image)
            if len(pieces) + len(waiting) > MOST_PIECES:
                raise SnapshotError(
                    f"{block} is too wide a network to be redacted: narrow the question, and save that."
                )
        return tuple(pieces)

    def _image(self, one: Block) -> Block | None:
        """The network that a whole network goes to; None where its addresses part."""
        if one in _WHOLE.values():
            return one
        home = _home(one)
        if _parted(one, home):
            return None
        if home in _KEPT:
            return one
        moved = self._once(one, home, back=False)
        while not _parted(moved, _home(moved)):
            if _home(moved) == home:
                return moved
            moved = self._once(moved, home, back=False)
        return None

    def addresses(self, value: Addresses) -> tuple[Addresses, ...]:
        """The same for a value of a question. Networks by name stay what they are: pseudonyms do not leave them."""
        if not value.text[:1].isdigit() and ":" not in value.text:
            return (value,)
        pieces = [
            piece for first, last in value.ranges for block in _blocks(first, last) for piece in self.network(block)
        ]
        return tuple(
            Addresses.parse(str(piece) if piece.length < piece.bits else str(piece).partition("/")[0])
            for piece in pieces
        )


def _home(one: Block) -> Block:
    """The smallest of the blocks that mean something by themselves in which this one lies, or the whole family."""
    holding = [block for block in _BLOCKS if block.bits == one.bits and block.holds(one)]
    return max(holding, key=lambda block: block.length, default=_WHOLE[one.bits])


def _parted(one: Block, home: Block) -> bool:
    """Whether a smaller block lies in this one, so that its addresses are not all of one kind."""
    return any(block != home and block.bits == one.bits and one.holds(block) for block in _BLOCKS)


def _blocks(first: int, last: int) -> Iterable[Block]:
    """A range as networks."""
    if is_v4(first):
        edges: tuple[object, object] = (ipaddress.IPv4Address(first - MAPPED), ipaddress.IPv4Address(last - MAPPED))
    else:
        edges = (ipaddress.IPv6Address(first), ipaddress.IPv6Address(last))
    return [Block.parse(str(network)) for network in ipaddress.summarize_address_range(*edges)]  # type: ignore[call-overload]
