"""The records of a snapshot that is made on the command line, where they came from, and who asked for them."""

import argparse
import time as clock
from dataclasses import dataclass

from flowinsight import snapshots
from flowinsight.commands import ask, fetched
from flowinsight.investigation import Investigation
from flowinsight.loaded import Loaded
from flowinsight.question import Question
from flowinsight.snapshots import Asker, Circumstances, Origin, SnapshotError, asked
from flowinsight.sources import Files


@dataclass(frozen=True)
class Taken:
    """A question with its time as it was asked, its records, and where they came from; `who` asked, where that was AWS."""

    question: Question
    loaded: Loaded
    origin: Origin
    who: Asker | None = None

    def circumstances(self, found: Investigation, note: str) -> Circumstances:
        now = int(clock.time())
        if self.who is None:
            return Circumstances(now, note=note)
        return snapshots.circumstances(found, self.who, asked.known(self.who.identity), now, note)


def take(question: Question, options: argparse.Namespace) -> Taken:
    """The records of the one source that is named. SnapshotError where that is a snapshot."""
    tokens = ask.tokens_of(options.format)
    if options.snapshot:
        raise SnapshotError("A snapshot is saved already: copy its file.")
    if not fetched.wanted(options):
        brought, loaded = ask.brought(question, options, tokens)
        if options.store:
            return Taken(brought, loaded, snapshots.of_store(options.store))
        return Taken(brought, loaded, snapshots.of_files(Files(tuple(options.files), tokens)))
    brought, loaded, read = fetched.bring(question, options, tokens, keep=True)
    who = snapshots.asker(fetched.who_asks(options))
    return Taken(brought, loaded, snapshots.of_fetched(read, who.account, who.region), who)
