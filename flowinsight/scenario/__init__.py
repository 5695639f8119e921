"""A made-up company's VPC flow logs, from a seed, with the truth about them.

First parties talk (`scenes`), then interfaces observe them the way flow logs do (`paths`, `observe`), then lines
are written (`record`, `write`). Because the conversations come first, what an answer should say is known.
"""

from flowinsight.scenario.company import Company, generate
from flowinsight.scenario.config import Config, ScenarioError
from flowinsight.scenario.inventory import inventory
from flowinsight.scenario.record import FORMATS, FULL, V2, Record, header, line
from flowinsight.scenario.write import write

__all__ = [
    "FORMATS",
    "FULL",
    "V2",
    "Company",
    "Config",
    "Record",
    "ScenarioError",
    "generate",
    "header",
    "inventory",
    "line",
    "write",
]
