"""One writer at a time: a lock that the operating system gives back when its process ends, however it ends."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from flowinsight.store.errors import StoreError, no_room

LOCK = "lock"
_PAUSE = 0.1


@contextmanager
def writing(store: Path, wait: float = 0.0) -> Iterator[None]:
    """Hold the store for writing, waiting at most `wait` seconds; StoreError when another process has it.

    What goes wrong with the disk meanwhile becomes a StoreError.
    """
    try:
        store.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(store / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise no_room(store, error) from error
    try:
        _take(descriptor, store, time.monotonic() + wait)
        yield
    except pa.ArrowInvalid as error:
        raise StoreError(f"A file of {store} is damaged: rebuild the store. ({error})") from error
    except OSError as error:
        raise no_room(store, error) from error
    finally:
        os.close(descriptor)


def _take(descriptor: int, store: Path, until: float) -> None:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() >= until:
                holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
                raise StoreError(f"Another process ({holder}) is writing to {store}: wait until it is done.") from error
            time.sleep(_PAUSE)
        else:
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, str(os.getpid()).encode(), 0)
            return
