"""Files that are looked at again and again are hashed to the last byte, and read no further than they must be."""

import hashlib
import io
import random
from pathlib import Path

import pytest

from flowinsight.store.digests import Digests

SIZE = 3 << 20


class Counted(io.BufferedReader):
    """An open file that counts the bytes that are read of it."""

    def __init__(self, path: Path) -> None:
        super().__init__(io.FileIO(path))
        self.bytes = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.bytes += len(data)
        return data


def hashed(digests: Digests, path: Path, *cuts: int) -> int:
    """Hold the digests of a file to its bytes; how many of them were read."""
    content = path.read_bytes()
    with Counted(path) as file:
        found = digests.of(path, file, [*cuts, len(content)], len(content))
        assert found == {cut: hashlib.sha256(content[:cut]).hexdigest() for cut in {*cuts, len(content)}}
        return file.bytes


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "growing.log"
    path.write_bytes(random.Random(1).randbytes(SIZE))
    return path


def append(path: Path, more: bytes) -> None:
    with path.open("ab") as file:
        file.write(more)


def test_of_a_file_that_grew_only_what_was_appended_is_read(path: Path) -> None:
    digests = Digests()
    hashed(digests, path)
    for more in (b"one\n", b"", b"two\n" * 9):
        append(path, more)
        assert hashed(digests, path, SIZE) < SIZE // 4


def test_a_file_that_was_written_anew_is_read_as_a_whole(path: Path) -> None:
    content = path.read_bytes()
    for changed in (b"x" + content[1:] + b"more", content[:-1] + b"xmore", content[: SIZE // 2], b""):
        digests = Digests()
        path.write_bytes(content)
        hashed(digests, path)
        path.write_bytes(changed)
        assert hashed(digests, path) >= len(changed)


def test_another_file_of_the_same_name_is_read_as_a_whole(path: Path) -> None:
    digests, middle = Digests(), SIZE // 2
    hashed(digests, path)
    content = path.read_bytes()
    new = path.with_suffix(".new")
    new.write_bytes(content[:middle] + b"another" + content[middle + 7 :] + b"more")
    new.replace(path)
    assert hashed(digests, path) >= SIZE


def test_a_place_that_was_not_asked_for_before_is_hashed_from_the_beginning(path: Path) -> None:
    digests = Digests()
    hashed(digests, path)
    append(path, b"more")
    assert hashed(digests, path, SIZE // 3) >= SIZE
