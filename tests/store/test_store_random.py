"""Whatever is done to a store, in whatever order, it holds what its sources delivered, each record once."""

import hashlib
import tempfile
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from flowinsight import db, fields
from flowinsight.store import forget, ingest, listing, open_store, rebuild, windows

HEADER = " ".join(fields.DEFAULT_FORMAT) + "\n"
OTHER = "interface-id srcaddr start end bytes\n"
NAMES = ("a", "b", "c")

numbers = st.lists(st.integers(0, 12), max_size=6)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.sampled_from(NAMES), numbers),
        st.tuples(st.just("write"), st.sampled_from(NAMES), numbers),
        st.tuples(st.just("cut"), st.sampled_from(NAMES), st.integers(1, 30)),
        st.tuples(st.just("forget"), st.integers(0, 5)),
        st.tuples(st.just("rebuild")),
    ),
    min_size=1,
    max_size=7,
)


def line(number: int) -> str:
    start = 1_700_000_000 + number * 20_000
    return f"2 1 eni-0a 10.0.0.{number} 10.9.9.9 4 443 6 1 {number} {start} {start + 9} ACCEPT OK\n"


def rows_of(text: str) -> set[int]:
    """The numbers of the lines that are whole records, with or without the newline at the end."""
    return {int(row.split()[9]) for row in text.splitlines()[1:] if len(row.split()) == 14}


@settings(max_examples=12, deadline=None)
@given(steps)
@example([("append", "b", [0, 0]), ("append", "a", [0]), ("forget", 0), ("forget", 0)])
def test_a_store_holds_what_its_sources_delivered(done: list[tuple[object, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _play(Path(folder), done)


def _play(folder: Path, done: list[tuple[object, ...]]) -> None:
    store, held = folder / "store", dict[int, set[int]]()
    texts = dict.fromkeys(NAMES, HEADER)
    ingest(store, [_written(folder, "a", HEADER)])
    held[listing(store).sources[0].id] = set()
    for step in done:
        match step:
            case ("append", str(name), list(more)):
                texts[name] += "".join(map(line, more))
            case ("write", str(name), list(whole)):
                texts[name] = HEADER + "".join(map(line, whole))
            case ("cut", str(name), int(end)):
                texts[name] = texts[name][: max(len(HEADER), len(texts[name]) - end)]
            case ("forget", int(place)):
                sources = listing(store).sources
                if sources:
                    source = sources[place % len(sources)]
                    forget(store, source.id)
                    del held[source.id]
            case _:
                rebuild(store)
        if step[0] in {"append", "write", "cut"}:
            name = str(step[1])
            path = _written(folder, name, texts[name])
            ingest(store, [path])
            _remember(store, held, path, rows_of(texts[name]))
        _same(store, set().union(*held.values()))


def _written(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.log"
    path.write_text(text)
    return path


def _remember(store: Path, held: dict[int, set[int]], path: Path, rows: set[int]) -> None:
    """What the source that has all of a file's bytes holds; the file may be one that the store already had."""
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    for source in listing(store).sources:
        if source.id not in held or source.sha256 == sha256:
            held[source.id] = rows


def _same(store: Path, expected: set[int]) -> None:
    found = open_store(store).connection.execute(f"SELECT bytes FROM {db.ROWS} ORDER BY 1").fetchall()
    assert [row[0] for row in found] == sorted(expected)
    assert sum(windows(store).column("started").to_pylist()) == len(expected)
    whole = listing(store)
    assert whole.tally.records - whole.duplicates == len(expected)
