"""What the logs covered: which interface wrote what in which bin of time."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from flowinsight.question import Question, TimeRange
from tests.reference.filters import PLACES, matches
from tests.reference.records import Record, is_status_row, observer

EARLIEST = 1388534400
"""2014: a time before it is no time at which a flow log was written."""
LONGEST_WINDOW = 3600


@dataclass
class Bin:
    """Rows of one interface whose window touches one bin."""

    records: int = 0
    nodata: int = 0
    skipdata: int = 0

    @property
    def status(self) -> str:
        return "SKIPDATA" if self.skipdata else "OK" if self.records else "NODATA"


Bins = dict[tuple[str, int], Bin]


def extent(rows: Iterable[Record], time: TimeRange) -> tuple[int, int] | None:
    """The range asked for; an open side ends at the oldest or newest row."""
    starts = [row["start"] for row in rows if row.get("start") is not None and row["start"] >= EARLIEST]
    first = min(starts, default=None) if time.start is None else time.start
    end = max(starts, default=-1) + 1 if time.end is None else time.end
    closed = time.start is not None and time.end is not None
    if (not starts and not closed) or first is None or first >= end:
        return None
    return first, end


def bin_seconds(span: tuple[int, int] | None) -> int:
    """Ten minutes for up to two days, an hour for up to sixty, else a day."""
    seconds = 0 if span is None else span[1] - span[0]
    return 600 if seconds <= 2 * 86400 else 3600 if seconds <= 60 * 86400 else 86400


def bins(rows: Iterable[Record], question: Question, width: int) -> Bins:
    """Each interface and bin that a row's window touches; only interfaces that the question could touch."""
    places = [one for one in question.filters if one.field in PLACES]
    found: Bins = defaultdict(Bin)
    for row in rows:
        start, end = row.get("start"), row.get("end")
        if start is None or start < EARLIEST or not all(matches(one, row) for one in places):
            continue
        last = start if end is None else min(max(end - 1, start), start + LONGEST_WINDOW)
        for place in range(start // width * width, last // width * width + 1, width):
            one = found[observer(row), place]
            status = row.get("log_status") if is_status_row(row) else None
            one.records += status is None
            one.nodata += status == "NODATA"
            one.skipdata += status == "SKIPDATA"
    return found


def counted(found: Bins, span: tuple[int, int] | None, width: int) -> dict[str, int]:
    """How many interfaces, and how many of their bins in the range are OK, NODATA, SKIPDATA, or absent."""
    if span is None:
        return dict.fromkeys(("interfaces", "bins", "ok", "nodata", "skipdata", "absent"), 0)
    first, last = span[0] // width * width, (span[1] - 1) // width * width
    inside = {place: one for place, one in found.items() if first <= place[1] <= last}
    statuses = [one.status for one in inside.values()]
    interfaces = len({name for name, _ in inside})
    total = interfaces * ((last - first) // width + 1)
    return {
        "interfaces": interfaces,
        "bins": total,
        "ok": statuses.count("OK"),
        "nodata": statuses.count("NODATA"),
        "skipdata": statuses.count("SKIPDATA"),
        "absent": total - len(statuses),
    }
