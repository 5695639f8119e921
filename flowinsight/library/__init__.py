"""Snapshots kept for others to find: in a folder, or under a prefix of a bucket of S3 with the company's own permissions.

Both list, read, save and delete alike. What a list shows is read from the beginning of each file, and a file is read as a whole,
and checked as hostile input, when it is opened.
"""

from flowinsight.library.bucket import Bucket
from flowinsight.library.entries import Entry, Library, Listing, name_for
from flowinsight.library.folder import Folder, Trashed
from flowinsight.library.front import Front, front
from flowinsight.library.reading import Described, checked, described, opened

__all__ = [
    "Bucket",
    "Described",
    "Entry",
    "Folder",
    "Front",
    "Library",
    "Listing",
    "Trashed",
    "checked",
    "described",
    "front",
    "name_for",
    "opened",
]
