"""Files on disk: every record is read, and the duck engine answers from there."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from flowinsight.fetchers.gathered import gather
from flowinsight.loaded import Loaded
from flowinsight.records.ahead import streams
from flowinsight.records.files import found, read_file
from flowinsight.records.tally import Batch
from flowinsight.sources import Files
from flowinsight.store import cache as parsed

Told = Callable[[int, int], None]


def load(source: Files, progress: Told | None = None, cache: Path | None = None) -> Loaded:
    """Everything the files hold. `progress` is told how many of how many files are read.

    `cache` is a folder for what was parsed, so that the next question on the same files need not parse again, and memory is
    bounded. Without one everything is held in memory.
    """
    files = found(source.paths)
    if cache is not None and parsed.usable(cache):
        return parsed.load(files, source.tokens, cache, progress)
    return gather(_batches(files, source.tokens, progress or (lambda _, __: None)))


def _batches(files: Sequence[Path], tokens: tuple[str, ...] | None, progress: Told) -> Iterator[Batch]:
    for number, stream in enumerate(streams(partial(read_file, path, tokens) for path in files)):
        progress(number, len(files))
        yield from stream
