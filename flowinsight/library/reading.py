"""Reading what a library holds: its beginning for a list, all of it to be checked and opened."""

from collections.abc import Mapping
from dataclasses import dataclass

from flowinsight.errors import AwsError, FlowInsightError
from flowinsight.library.entries import Entry, Library
from flowinsight.library.front import BYTES, Front, front
from flowinsight.snapshots import Checked, Snapshot, archive, checking, opening


@dataclass(frozen=True)
class Described:
    """An entry with what its beginning tells, or why that cannot be told."""

    entry: Entry
    front: Front | None
    problem: str = ""


def described(library: Library, entry: Entry) -> Described:
    """What a list shows of an entry. A file that cannot be understood is described too; AwsError where nothing can be read."""
    try:
        return Described(entry, front(library.beginning(entry, BYTES), entry.name))
    except AwsError:
        raise
    except FlowInsightError as error:
        return Described(entry, None, str(error))
    except (ValueError, TypeError, OverflowError):
        return Described(entry, None, f"{entry.name} says of itself what cannot be understood.")


def opened(content: bytes, where: str) -> Snapshot:
    """The snapshot that these bytes are; SnapshotError, with a sentence, when they are none or were altered."""
    return opening.accepted(*archive.unpacked(content, where), where)


def checked(content: bytes, where: str, trusted: Mapping[str, str], expected: str | None = None) -> Checked:
    """What can be said of these bytes, altered or not. SnapshotError when they are no snapshot at all."""
    return checking.checked(*archive.unpacked(content, where), trusted, expected)
