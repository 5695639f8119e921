"""A library in a folder of this machine."""

import time
from dataclasses import dataclass
from pathlib import Path

from flowinsight import whole
from flowinsight.library.entries import MOST_LISTED, Entry, Listing, Told, checked_name
from flowinsight.snapshots import SUFFIX, SnapshotError, archive

TRASH = ".deleted"
"""How the name of a file ends that was deleted and can still be brought back."""
KEPT = 3600
"""Seconds after which a deleted file is gone even where nobody left the page, such as after a power cut."""


@dataclass(frozen=True)
class Trashed:
    """A snapshot that was deleted from a folder: `hidden` is the file, under a name that no list shows."""

    file: Path
    hidden: Path

    def restore(self) -> None:
        """Bring it back; SnapshotError where its name is taken by now, or it is gone."""
        try:
            if self.file.exists():
                raise SnapshotError(f"{self.file.name} cannot be brought back: another file has its name by now.")
            self.hidden.rename(self.file)
        except OSError as error:
            raise SnapshotError(f"{self.file.name} cannot be brought back: {error.strerror}.") from error

    def cancel(self) -> None:
        """Delete it for good."""
        self.hidden.unlink(missing_ok=True)


@dataclass(frozen=True)
class Folder:
    """The snapshots that lie directly in a folder."""

    path: Path

    @property
    def where(self) -> str:
        return str(self.path)

    def listing(self) -> Listing:
        """Newest first by when they were written; nothing of a folder that is not there."""
        try:
            found = [one for one in self.path.iterdir() if one.name.endswith(SUFFIX) and not one.name.startswith(".")]
            entries = [_entry(one) for one in found if one.is_file()]
        except FileNotFoundError:
            return Listing(())
        except OSError as error:
            raise SnapshotError(f"{self.path} cannot be listed: {error.strerror}.") from error
        newest = sorted(entries, key=lambda one: (-one.written, one.name))
        return Listing(tuple(newest[:MOST_LISTED]), whole=len(newest) <= MOST_LISTED)

    def place_of(self, entry: Entry) -> str:
        return str(self.file(entry))

    def file(self, entry: Entry) -> Path:
        return self.path / checked_name(entry.name)

    def beginning(self, entry: Entry, most: int) -> bytes:
        return self._read(entry, most)

    def content(self, entry: Entry, told: Told) -> bytes:
        path = self.file(entry)
        found = self._read(entry, archive.LARGEST + 1)
        if len(found) > archive.LARGEST:
            raise SnapshotError(f"{path} is larger than any snapshot that FlowInsight opens.")
        told(len(found), len(found))
        return found

    def _read(self, entry: Entry, most: int) -> bytes:
        path = self.file(entry)
        try:
            with path.open("rb") as file:
                return file.read(most)
        except OSError as error:
            raise SnapshotError(f"{path} cannot be read: {error.strerror}.") from error

    def save(self, name: str, content: bytes) -> None:
        path = self.path / checked_name(name)
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            if path.exists():
                raise SnapshotError(f"{path} is there already, and is left as it is.")
            whole.write(path, content)
        except OSError as error:
            raise SnapshotError(f"{path} cannot be written: {error.strerror}.") from error

    def delete(self, entry: Entry) -> Trashed:
        """Take it out of every list; it can be brought back until `Trashed.cancel`, or for KEPT seconds."""
        path = self.file(entry)
        trashed = Trashed(path, self.path / f".{path.name}.{int(time.time())}{TRASH}")
        try:
            path.rename(trashed.hidden)
        except OSError as error:
            raise SnapshotError(f"{path} cannot be deleted: {error.strerror}.") from error
        return trashed

    def tidy(self, now: float) -> None:
        """Delete for good what was deleted more than KEPT seconds before `now` (Unix seconds)."""
        for path in self.path.glob(f".*{SUFFIX}.*{TRASH}"):
            stamp = path.name.removesuffix(TRASH).rpartition(".")[2]
            if stamp.isdigit() and int(stamp) < now - KEPT:
                path.unlink(missing_ok=True)


def _entry(path: Path) -> Entry:
    status = path.stat()
    return Entry(path.name, status.st_size, int(status.st_mtime), str(status.st_mtime_ns))
