"""Each part altered in turn is named; a signature says which key signed, and a name comes from the reader's list alone."""

from collections.abc import Callable
from pathlib import Path

import pytest

from flowinsight import snapshots
from flowinsight.snapshots import Snapshot, SnapshotError, archive, checking, keys

Frozen = Callable[..., Snapshot]


@pytest.fixture
def signed(frozen: Frozen, tmp_path: Path) -> Snapshot:
    return keys.signed(frozen(":22"), keys.generate(tmp_path / "keys/mine.pem"))


def test_what_was_not_touched_is_unaltered(signed: Snapshot, tmp_path: Path) -> None:
    snapshots.save(signed, tmp_path / "a.flowsnap")

    found = snapshots.check(tmp_path / "a.flowsnap", {}, signed.id)

    assert found.altered == ()
    assert found.same
    assert found.sentences[0] == "All 120 matching records are inside."
    assert "Unaltered" in found.sentences[1]
    assert f"Signed with key {found.signer}, which is not on your list of keys." in found.sentences


@pytest.mark.parametrize("name", [name for name in archive.NAMES if name not in {archive.ROLLUP, archive.TIMES}])
def test_the_part_that_was_altered_is_named(name: str, signed: Snapshot, tmp_path: Path) -> None:
    content = signed.parts[name]
    middle = len(content) // 2
    other = b"7" if content[middle : middle + 1] != b"7" else b"8"
    parts = {**signed.parts, name: content[:middle] + other + content[middle + 1 :]}
    archive.save(parts, tmp_path / "a.flowsnap")

    assert snapshots.check(tmp_path / "a.flowsnap", {}).altered == (name,)
    with pytest.raises(SnapshotError, match=f"not opened. Altered: {name}"):
        snapshots.open_snapshot(tmp_path / "a.flowsnap")


@pytest.mark.parametrize("name", [archive.FACTS, archive.RECORDS, archive.HOPS, archive.IDENTITY])
def test_a_part_that_is_missing_is_named(name: str, frozen: Frozen) -> None:
    parts = dict(frozen().parts)
    del parts[name]

    assert checking.altered(parts) == (name,)


def test_a_byte_flipped_in_the_file_is_found(signed: Snapshot, tmp_path: Path) -> None:
    content = bytearray(snapshots.packed(signed))
    content[len(content) // 2] ^= 1
    (tmp_path / "a.flowsnap").write_bytes(content)

    with pytest.raises(SnapshotError):
        snapshots.open_snapshot(tmp_path / "a.flowsnap")


def test_a_manifest_made_to_fit_does_not_fit_the_signature(signed: Snapshot, frozen: Frozen) -> None:
    forged = {**frozen("").parts, archive.SIGNATURE: signed.parts[archive.SIGNATURE]}

    assert checking.altered(forged) == (archive.SIGNATURE,)


def test_a_name_comes_from_the_readers_own_list(signed: Snapshot, tmp_path: Path) -> None:
    snapshots.save(signed, tmp_path / "a.flowsnap")
    known = tmp_path / "data/trusted-keys.json"
    signer = keys.signer(signed.parts)
    assert signer is not None

    keys.trust(known, signer, "Erin")

    assert snapshots.check(tmp_path / "a.flowsnap", keys.trusted(known)).name == "Erin"
    with pytest.raises(SnapshotError, match="not the fingerprint"):
        keys.trust(known, "Erin", signer)


def test_a_private_key_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "mine.pem"
    keys.generate(path)

    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(SnapshotError, match="never overwritten"):
        keys.generate(path)
    path.chmod(0o644)
    with pytest.raises(SnapshotError, match="chmod 600"):
        keys.private_key(path)
