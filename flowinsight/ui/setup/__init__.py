"""The Setup page: flow logs as a plan, and the proof that they work."""
