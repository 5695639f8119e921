"""The embedded store: flow logs read once, then asked as often as wanted.

A folder with a manifest and Parquet files of records, by day of start (UTC), sorted by start. `rows/` holds the records in
the columns of `records.schema`, `windows/` what wrote them when, `keys/` what duplicates are found by.
"""

from flowinsight.store.errors import StoreError
from flowinsight.store.forgetting import forget, rebuild
from flowinsight.store.ingest import ingest
from flowinsight.store.manifest import exists as is_store
from flowinsight.store.opening import listing, open_store, windows
from flowinsight.store.reports import Forgotten, Ingested, Listed, Listing, Progress, Rebuilt
from flowinsight.store.watching import watch

__all__ = [
    "Forgotten",
    "Ingested",
    "Listed",
    "Listing",
    "Progress",
    "Rebuilt",
    "StoreError",
    "forget",
    "ingest",
    "is_store",
    "listing",
    "open_store",
    "rebuild",
    "watch",
    "windows",
]
