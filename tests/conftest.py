"""Tests on real flow logs are collected only where FLOWINSIGHT_TEST_DATA says where they are."""

import gc
import os

collect_ignore = [] if os.environ.get("FLOWINSIGHT_TEST_DATA") else ["test_real_data.py"]


def pytest_unconfigure() -> None:
    """DuckDB's binding would call connections of earlier tests leaked below pytest's closing line."""
    gc.collect()
