"""What the beginning of a snapshot tells of it: its id, its facts, who signed. The rest of the file is not read for that.

The parts of a snapshot stand in one order, so that its manifest, signature and facts come first. They are held to each other as
in a whole file; what they say of the parts that follow is known only when the file is opened.
"""

import hashlib
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from flowinsight.snapshots import SnapshotError, archive, keys, plain_json
from flowinsight.snapshots.facts import Facts
from flowinsight.snapshots.snapshot import Listed, read_manifest

BYTES = 96 << 10
"""How much of a file is read for a list."""
_LOCAL = struct.Struct("<4s5H3I2H")
_MARK = b"PK\x03\x04"
_LARGEST = 4 << 20
_ENCRYPTED_OR_STREAMED = 0x1 | 0x8
"""Of a local header's flags; FlowInsight writes neither. Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.3.7 and 4.4.4."""
_FIRST = (archive.MANIFEST, archive.IDENTITY, archive.SIGNATURE, archive.FACTS)


@dataclass(frozen=True)
class Front:
    """`holds` is the snapshot's first line; `signer` the fingerprint of the key that signed, None where nobody did."""

    id: str
    holds: str
    facts: Facts
    signer: str | None


def front(content: bytes, where: str) -> Front:
    """What the first bytes tell; SnapshotError where they are not those of an unaltered snapshot."""
    parts = dict(_parts(content))
    manifest, facts = parts.get(archive.MANIFEST), parts.get(archive.FACTS)
    if manifest is None or (facts is None and len(content) < BYTES):
        raise SnapshotError(f"{where} is not a snapshot, or only a piece of one.")
    if facts is None:
        raise SnapshotError(f"{where} says more of itself than is read for a list: look closer to see it.")
    said = read_manifest(manifest)
    identity = hashlib.sha256(manifest).hexdigest()
    if parts.get(archive.IDENTITY) != identity.encode() or said.parts.get(archive.FACTS) != _listed(facts):
        raise SnapshotError(f"{where} was altered: its beginning does not fit its manifest.")
    read = plain_json.read(Facts, facts, archive.FACTS)
    if read.inside.sentence != said.holds:
        raise SnapshotError(f"{where} is not to be trusted: its first line says otherwise than its facts.")
    return Front(identity, said.holds, read, keys.signer(parts))


def _listed(part: bytes) -> Listed:
    return Listed(len(part), hashlib.sha256(part).hexdigest())


def _parts(content: bytes) -> Iterator[tuple[str, bytes]]:
    """The parts up to the facts, as far as they are there and packed as FlowInsight packs them."""
    place = 0
    while place + _LOCAL.size <= len(content):
        mark, _, flags, method, _, _, _, packed, size, named, extra = _LOCAL.unpack_from(content, place)
        begins = place + _LOCAL.size + named + extra
        name = content[place + _LOCAL.size : place + _LOCAL.size + named].decode("ascii", "replace")
        whole = mark == _MARK and begins + packed <= len(content) and size <= _LARGEST
        if not whole or flags & _ENCRYPTED_OR_STREAMED or name not in _FIRST:
            return
        yield name, _unpacked(content[begins : begins + packed], method, size)
        place = begins + packed


def _unpacked(packed: bytes, method: int, size: int) -> bytes:
    """A part of at most `size` bytes; none of a part that is not packed in one of two ways, or is damaged."""
    if method == 0:
        return packed
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, size) if method == 8 and size else b""
    except zlib.error:
        return b""
