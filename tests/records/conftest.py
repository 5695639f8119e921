"""Real records are tested where FLOWINSIGHT_TEST_DATA names the folder that holds them."""

import os

collect_ignore = [] if os.environ.get("FLOWINSIGHT_TEST_DATA") else ["test_records_real.py"]
