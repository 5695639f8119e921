"""AWS's own sample queries, as the page offers them, are read and answered."""

import pytest

from flowinsight import aws
from flowinsight.engines.insights_price import estimated
from flowinsight.ui.insights_samples import SAMPLES
from tests.aws.conftest import Delivered
from tests.aws.insights_asked import query_of, ran

pytestmark = pytest.mark.usefixtures("impatient", "quick_queries")

OTHERS = ("192.0.2.", "198.51.100.1", "eni-0123456789abcdef0", "SKIPDATA")
"""What a sample asks for that these flow logs need not have."""


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_priced_and_answered(identity: aws.Identity, delivered: Delivered, name: str) -> None:
    query = query_of(delivered, SAMPLES[name])

    assert estimated(query, identity, delivered.end).how == "CloudWatch's own estimate, which is free"
    found = ran(query, identity)
    assert found.records_scanned > 0
    assert found.rows or any(word in SAMPLES[name] for word in OTHERS)
