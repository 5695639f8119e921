"""Whatever call of a whole fetch fails: a sentence tells it, the fetch goes on, and nothing is lost or doubled."""

from collections.abc import Callable
from itertools import cycle
from typing import Any

import pytest
from botocore.httpsession import URLLib3Session

from flowinsight import aws, db, grammar
from flowinsight.errors import AwsError
from flowinsight.fetchers.live import Live
from flowinsight.loaded import Loaded
from flowinsight.question import Question, TimeRange
from flowinsight.sources import LogGroup, S3Objects
from flowinsight.ui.fetch_job import FetchJob
from tests.aws.conftest import GROUP, NOON
from tests.aws.striking import ALWAYS

ASKED = Question(TimeRange(NOON + 1800, NOON + 2100), tuple(grammar.parse(":443")))
SOURCES: dict[str, LogGroup | S3Objects] = {
    "log group": LogGroup(GROUP, formats=()), "bucket": S3Objects("larkfield-central", "lake/"),
}  # fmt: skip
KINDS = ("throttling", "server-error", "expired-token", "unavailable", "timeout")


class Sent:
    """Counts what is sent to AWS, and has something done before the call of a number."""

    def __init__(self) -> None:
        self.count, self.at = 0, -1
        self.order: Callable[[], Any] = int

    def before(self, strike: int, order: Callable[[], Any]) -> None:
        self.count, self.at, self.order = 0, strike, order


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    counted, send = Sent(), URLLib3Session.send

    def counting(session: Any, request: Any) -> Any:
        counted.count += 1
        if counted.count - 1 == counted.at:
            counted.order()
        return send(session, request)

    monkeypatch.setattr(URLLib3Session, "send", counting)
    return counted


def ended(job: FetchJob) -> FetchJob:
    job.start()
    assert job.thread is not None
    job.thread.join(60)
    assert not job.thread.is_alive()
    return job


def records(loaded: Loaded) -> list[dict[str, Any]]:
    return db.rows(loaded.connection.cursor(), f"SELECT * FROM {db.ROWS} ORDER BY ALL")


@pytest.mark.usefixtures("delivered", "in_one_slice", "impatient")
@pytest.mark.parametrize("place", SOURCES)
def test_a_fetch_survives_a_fault_at_every_one_of_its_calls(
    identity: aws.Identity, sent: Sent, fault: Callable[..., Any], place: str
) -> None:
    def job() -> FetchJob:
        return FetchJob(ASKED, Live(identity, SOURCES[place]), place, agreed=True)

    whole = ended(job())
    assert whole.brought is not None
    expected, calls, kinds = records(whole.brought.loaded), sent.count, cycle(KINDS)
    assert expected
    assert calls > 7
    for strike in range(0, calls, 1 if calls < 20 else 3):  # of many objects, a third
        sent.before(strike, lambda: fault(kind=next(kinds), times=ALWAYS))
        struck = ended(job())
        fault()
        if struck.state == "failed":
            assert isinstance(struck.error, AwsError)
            assert str(struck.error).startswith("Could not ")
            ended(struck)
        else:
            assert struck.brought is not None
            assert struck.brought.loaded.due is None, "what else may fail is the look at who should have written"
            assert "Could not " in struck.brought.loaded.tally.problems[-1]
        assert struck.state == "done"
        assert struck.brought is not None
        assert records(struck.brought.loaded) == expected
