"""What a setup may be refused with: sentences for the person who wants it."""

from flowinsight.errors import FlowInsightError


class SetupError(FlowInsightError):
    """What is wanted cannot be had, a plan is no longer true, or a step did not succeed."""
