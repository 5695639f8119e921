"""Whether a snapshot is as it was saved, and which of its parts is not."""

import hashlib
from collections.abc import Mapping

from flowinsight.snapshots import archive
from flowinsight.snapshots.errors import SnapshotError
from flowinsight.snapshots.snapshot import listed, read_manifest

_NEEDED = (archive.MANIFEST, archive.IDENTITY, archive.FACTS, archive.SOURCES, archive.ANSWER)
_OF_RECORDS = (archive.RECORDS, archive.COVERAGE, archive.NETWORKS, archive.HOPS)


def altered(parts: Mapping[str, bytes], damaged: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The parts that are not as the manifest says, in the order of the file; the manifest itself when its hash is another."""
    found = set(damaged) | {name for name in _needed(parts) if name not in parts}
    if archive.MANIFEST in found:
        return _in_order(found)
    manifest = parts[archive.MANIFEST]
    if archive.IDENTITY not in found and parts[archive.IDENTITY] != hashlib.sha256(manifest).hexdigest().encode():
        return _in_order(found | {_manifest_or_id(parts)})
    said, there = read_manifest(manifest).parts, listed(parts)
    found |= {name for name in said.keys() | there.keys() if said.get(name) != there.get(name)}
    return _in_order(found)


def _needed(parts: Mapping[str, bytes]) -> tuple[str, ...]:
    return (*_NEEDED, *(() if archive.ROLLUP in parts else _OF_RECORDS))


def _manifest_or_id(parts: Mapping[str, bytes]) -> str:
    """Which of the two was altered: a manifest that fits its parts is whole, and so the id is not."""
    try:
        fits = read_manifest(parts[archive.MANIFEST]).parts == listed(parts)
    except SnapshotError:
        return archive.MANIFEST
    return archive.IDENTITY if fits else archive.MANIFEST


def _in_order(names: set[str]) -> tuple[str, ...]:
    return tuple(name for name in archive.NAMES if name in names) + tuple(sorted(names - set(archive.NAMES)))


def sentence(names: tuple[str, ...]) -> str:
    """What is said of a check."""
    return (
        f"Altered: {', '.join(names)}." if names else "Unaltered: every part is as it was when the snapshot was saved."
    )
