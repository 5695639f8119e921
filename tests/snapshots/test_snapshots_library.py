"""A library in a folder: what a list tells without reading whole files, and deleting that can be undone."""

import os
import zipfile
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from flowinsight import library, snapshots
from flowinsight.library import Entry, Folder
from flowinsight.library.folder import KEPT
from flowinsight.library.front import BYTES
from flowinsight.snapshots import Snapshot, SnapshotError, archive, keys, plain_json
from tests.snapshots.conftest import BEGUN

Frozen = Callable[..., Snapshot]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "kept")


def put(folder: Folder, snapshot: Snapshot) -> Entry:
    folder.save(library.name_for(snapshot), snapshots.packed(snapshot))
    return folder.listing().entries[0]


def test_a_list_tells_of_a_snapshot_what_the_whole_of_it_tells(frozen: Frozen, folder: Folder, tmp_path: Path) -> None:
    made = keys.signed(frozen(":22 rejected"), keys.generate(tmp_path / "my.key"))
    entry = put(folder, made)
    found = library.described(folder, entry).front

    assert entry.name.endswith(f"-22-rejected-{made.id[:8]}.flowsnap")
    assert found is not None
    assert (found.id, found.holds, found.facts) == (made.id, made.first_line, made.facts)
    assert found.signer == keys.signer(made.parts)


def test_only_the_beginning_of_a_file_is_needed_for_a_list(frozen: Frozen) -> None:
    made = frozen(":22")
    content = snapshots.packed(made)
    after = content.index(b"sources.json") - 30

    assert library.front(content[:after], "half").id == made.id
    with pytest.raises(SnapshotError, match="half is not a snapshot, or only a piece of one"):
        library.front(content[: after // 2], "half")
    with pytest.raises(SnapshotError, match="says more of itself than is read for a list"):
        library.front(content[: after // 2] + bytes(BYTES), "long")


def test_a_beginning_that_was_altered_is_told_in_the_list(frozen: Frozen, folder: Folder) -> None:
    made = frozen(":22")
    said = plain_json.written(replace(made.facts, note="Nothing to see"))
    folder.save("forged.flowsnap", archive.packed({**made.parts, archive.FACTS: said}))
    (entry,) = folder.listing().entries
    found = library.described(folder, entry)

    assert found.front is None
    assert found.problem == "forged.flowsnap was altered: its beginning does not fit its manifest."
    content = folder.content(entry, lambda *_: None)
    assert library.checked(content, entry.name, {}).altered == (archive.FACTS,)
    with pytest.raises(SnapshotError, match="not opened"):
        library.opened(content, entry.name)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no zip at all", b"PK\x03\x04" + b"\xff" * 200, bytes(BYTES)])
def test_what_is_no_snapshot_is_listed_with_the_reason(folder: Folder, content: bytes) -> None:
    folder.save("strange.flowsnap", content)
    (entry,) = folder.listing().entries

    assert library.described(folder, entry).problem.startswith("strange.flowsnap ")


def test_a_part_that_unpacks_to_more_than_it_says_is_cut_and_refused(frozen: Frozen) -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr(archive.MANIFEST, bytes(50 << 20))
    content = out.getvalue()
    lying = content[:22] + (1000).to_bytes(4, "little") + content[26:]

    with pytest.raises(SnapshotError):
        library.front(lying, "bomb")
    with pytest.raises(SnapshotError):
        library.front(content, "bomb")
    assert library.front(snapshots.packed(frozen(":22")), "good").holds.startswith("All ")


def test_a_folder_lists_snapshots_newest_first_and_nothing_else(frozen: Frozen, folder: Folder) -> None:
    content = snapshots.packed(frozen(":22"))
    for number, name in enumerate(("b.flowsnap", "a.flowsnap", ".hidden.flowsnap", "notes.txt")):
        folder.path.mkdir(exist_ok=True)
        (folder.path / name).write_bytes(content)
        os.utime(folder.path / name, (BEGUN + number, BEGUN + number))
    (folder.path / "folder.flowsnap").mkdir()

    assert [one.name for one in folder.listing().entries] == ["a.flowsnap", "b.flowsnap"]
    assert Folder(folder.path / "none").listing().entries == ()


def test_what_was_deleted_comes_back_until_it_is_given_up(frozen: Frozen, folder: Folder) -> None:
    entry = put(folder, frozen(":22"))
    trashed = folder.delete(entry)
    assert folder.listing().entries == ()

    folder.tidy(BEGUN)
    trashed.restore()
    assert folder.listing().entries == (entry,)

    folder.delete(entry).cancel()
    assert list(folder.path.iterdir()) == []


def test_what_was_deleted_and_left_behind_goes_after_an_hour(frozen: Frozen, folder: Folder) -> None:
    folder.delete(put(folder, frozen(":22")))
    (hidden,) = folder.path.iterdir()
    stamp = int(hidden.name.split(".")[-2])

    folder.tidy(stamp + KEPT)
    assert hidden.exists()
    folder.tidy(stamp + KEPT + 1)
    assert not hidden.exists()


def test_a_name_that_is_taken_is_neither_overwritten_nor_brought_back_over(frozen: Frozen, folder: Folder) -> None:
    entry = put(folder, frozen(":22"))
    with pytest.raises(SnapshotError, match="is there already, and is left as it is"):
        folder.save(entry.name, b"other")

    trashed = folder.delete(entry)
    folder.save(entry.name, b"other")
    with pytest.raises(SnapshotError, match="another file has its name by now"):
        trashed.restore()


@pytest.mark.parametrize(
    "name", ["../up.flowsnap", "a/b.flowsnap", ".x.flowsnap", "x.txt", "a\nb.flowsnap", "a\\b.flowsnap"]
)
def test_no_name_leads_out_of_a_folder(folder: Folder, name: str) -> None:
    with pytest.raises(SnapshotError, match="is not the name of a snapshot"):
        folder.save(name, b"x")
    with pytest.raises(SnapshotError, match="is not the name of a snapshot"):
        folder.delete(Entry(name, 1, 0, "1"))
