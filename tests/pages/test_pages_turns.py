"""Many people at once: their questions take turns."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from flowinsight.ui.working import CancelledError, Job, Turns


def test_no_more_is_done_at_once_than_there_are_turns() -> None:
    turns, under_way, most = Turns(2, wait=60), 0, 0
    lock, two = threading.Lock(), threading.Barrier(2)

    def work(_: int) -> None:
        nonlocal under_way, most
        with turns.taken():
            with lock:
                under_way += 1
                most = max(most, under_way)
            two.wait(60)
            with lock:
                under_way -= 1

    with ThreadPoolExecutor(8) as people:
        list(people.map(work, range(8)))

    assert most == 2


def test_what_takes_long_does_not_hold_up_the_rest() -> None:
    turns = Turns(1, wait=0.01)

    with turns.taken(), ThreadPoolExecutor(1) as people:
        assert people.submit(_taken, turns).result(60)
    assert _taken(turns)


def _taken(turns: Turns) -> bool:
    with turns.taken():
        return True


def test_what_failed_gives_its_turn_back() -> None:
    turns = Turns(1, wait=60)

    with pytest.raises(ValueError, match="failed"), turns.taken():
        raise ValueError("failed")

    assert _taken(turns)


def test_what_was_cancelled_while_it_waited_is_not_begun() -> None:
    job = Job()
    job.cancel()

    with pytest.raises(CancelledError):
        job.check()
