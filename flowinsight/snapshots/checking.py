"""Whether a snapshot is as it was saved, which of its parts is not, and which key signed it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flowinsight.snapshots import archive, keys
from flowinsight.snapshots.errors import SnapshotError
from flowinsight.snapshots.snapshot import Snapshot, listed, read_manifest

_NEEDED = (archive.MANIFEST, archive.IDENTITY, archive.FACTS, archive.SOURCES, archive.ACCOUNT, archive.ANSWER)


@dataclass(frozen=True)
class Checked:
    """`altered` names the parts that are not as they were saved; none of it says who saved them. `signer` is the fingerprint
    of the key that signed, `name` whose it is by the reader's own list. `same` says whether the id is the one that was given.
    """

    id: str
    holds: str
    altered: tuple[str, ...]
    signer: str | None = None
    name: str | None = None
    same: bool | None = None

    @property
    def sentences(self) -> tuple[str, ...]:
        said = [self.holds] if self.holds else []
        said += [sentence(self.altered), f"Snapshot id {self.id}" if self.id else "There is no snapshot id."]
        if self.same is not None:
            said.append("That is the id that was given." if self.same else "That is not the id that was given.")
        if self.signer:
            known = f", which your list names {self.name}" if self.name else ", which is not on your list of keys"
            said.append(f"Signed with key {self.signer}{known}.")
        elif not self.altered:
            said.append("Not signed: compare the id with the one you were told, another way than with the file.")
        return tuple(said)


def check(path: Path, trusted: Mapping[str, str], expected: str | None = None) -> Checked:
    """What can be said of the file, altered or not. SnapshotError when it is no snapshot at all."""
    return checked(*archive.read(path), trusted, expected)


def checked(
    parts: Mapping[str, bytes], damaged: tuple[str, ...], trusted: Mapping[str, str], expected: str | None = None
) -> Checked:
    """As `check`, of parts that were read already, and the names of those that are damaged."""
    found = altered(parts, damaged)
    manifest = parts.get(archive.MANIFEST)
    identity = hashlib.sha256(manifest).hexdigest() if manifest is not None else ""
    same = None if expected is None else identity == expected.strip().lower()
    if found:
        return Checked(identity, "", found, same=same)
    signer = keys.signer(parts)
    return Checked(identity, Snapshot(parts).manifest.holds, (), signer, trusted.get(signer or ""), same)


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
    return _in_order(found or _signature(parts))


def _needed(parts: Mapping[str, bytes]) -> tuple[str, ...]:
    return (*_NEEDED, *archive.KNOWN, *(() if archive.ROLLUP in parts else (archive.RECORDS,)))


def _manifest_or_id(parts: Mapping[str, bytes]) -> str:
    """Which of the two was altered: a manifest that fits its parts is whole, and so the id is not."""
    try:
        fits = read_manifest(parts[archive.MANIFEST]).parts == listed(parts)
    except SnapshotError:
        return archive.MANIFEST
    return archive.IDENTITY if fits else archive.MANIFEST


def _signature(parts: Mapping[str, bytes]) -> set[str]:
    try:
        keys.signer(parts)
    except SnapshotError:
        return {archive.SIGNATURE}
    return set()


def _in_order(names: set[str]) -> tuple[str, ...]:
    return tuple(name for name in archive.NAMES if name in names)


def sentence(names: tuple[str, ...]) -> str:
    """What is said of a check."""
    if names == (archive.SIGNATURE,):
        return f"Altered: {archive.SIGNATURE}, or everything else: the signature does not fit."
    return (
        f"Altered: {', '.join(names)}." if names else "Unaltered: every part is as it was when the snapshot was saved."
    )
