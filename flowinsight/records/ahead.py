"""Work done ahead in threads, its results taken in order: Arrow and zlib release the interpreter while they work."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import Full, Queue
from threading import Event
from typing import TypeVar

THREADS = 2

_PATIENCE = 0.1

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_order(function: Callable[[Item], Result], items: Iterable[Item], ahead: int = THREADS) -> Iterator[Result]:
    """`map`, with the next results being made while one is used."""
    with ThreadPoolExecutor(ahead) as pool:
        made: deque[Future[Result]] = deque()
        rest = iter(items)
        try:
            while True:
                while len(made) <= ahead and (item := next(rest, _END)) is not _END:
                    made.append(pool.submit(function, item))  # type: ignore[arg-type]
                if not made:
                    return
                yield made.popleft().result()
        finally:
            for waiting in made:
                waiting.cancel()


def streams(jobs: Iterable[Callable[[], Iterator[Item]]], ahead: int = THREADS) -> Iterator[Iterator[Item]]:
    """What each job gives, job by job. The next jobs run while one is used, and stop when they are two items ahead.

    Each stream must be used up before the next is asked for. An error in a job is raised where its stream is used.
    """
    stop = Event()
    with ThreadPoolExecutor(ahead) as pool:
        started: deque[Queue[object]] = deque()
        rest = iter(jobs)
        try:
            while True:
                while len(started) < ahead and (job := next(rest, None)) is not None:
                    queue: Queue[object] = Queue(maxsize=2)
                    pool.submit(_run, job, queue, stop)
                    started.append(queue)
                if not started:
                    return
                yield _drained(started.popleft())
        finally:
            stop.set()


@dataclass(frozen=True)
class _Failed:
    error: BaseException


_END = object()


def _run(job: Callable[[], Iterator[object]], queue: "Queue[object]", stop: Event) -> None:
    try:
        for item in job():
            if not _put(queue, item, stop):
                return
        _put(queue, _END, stop)
    except BaseException as error:  # noqa: BLE001 - it is raised again where the stream is used
        _put(queue, _Failed(error), stop)


def _put(queue: "Queue[object]", item: object, stop: Event) -> bool:
    while not stop.is_set():
        try:
            queue.put(item, timeout=_PATIENCE)
        except Full:
            continue
        return True
    return False


def _drained(queue: "Queue[object]") -> Iterator[Item]:
    while (item := queue.get()) is not _END:
        if isinstance(item, _Failed):
            raise item.error
        yield item  # type: ignore[misc]
