"""An answer to report, asked once for all tests."""

import pytest

from flowinsight import grammar
from flowinsight.examples import EXAMPLES
from flowinsight.fetchers.files import load
from flowinsight.investigation import Investigation, investigate
from flowinsight.loaded import Loaded
from flowinsight.question import Question


@pytest.fixture(scope="session")
def company_day() -> Loaded:
    return load(EXAMPLES[0].source)


@pytest.fixture(scope="session")
def found(company_day: Loaded) -> Investigation:
    return investigate(Question(filters=grammar.parse(":22"), limit=1000), company_day)
