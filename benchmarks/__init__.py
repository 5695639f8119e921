"""How fast and how large FlowInsight is, beside named peers in the same run: `python -m benchmarks`."""
