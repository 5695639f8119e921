"""A store gives the answers that its files give, coverage included, though it counted that when it read them."""

import pytest

from flowinsight import grammar, store, views
from flowinsight.examples import EXAMPLES
from flowinsight.fetchers import files
from flowinsight.loaded import Loaded
from flowinsight.prepared import prepare
from flowinsight.question import Question

COMPANY = EXAMPLES[0].source


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Loaded, Loaded]:
    kept = tmp_path_factory.mktemp("kept") / "store"
    store.ingest(kept, COMPANY.paths)
    return files.load(COMPANY), store.open_store(kept)


@pytest.mark.parametrize(
    "query", ["", ":22", "10.20.3.10", "rejected", "from internet to inside", "udp not 10.20.0.30"]
)
def test_a_store_and_its_files_give_the_same_answer(both: tuple[Loaded, Loaded], query: str) -> None:
    question = Question(filters=grammar.parse(query), limit=5000)
    read, kept = (prepare(question, loaded) for loaded in both)

    for view in (views.conversations, views.rows, views.records, views.coverage_rows):
        assert view(kept).rows == view(read).rows
    assert (kept.coverage, kept.reconciliation, kept.verdict) == (read.coverage, read.reconciliation, read.verdict)
