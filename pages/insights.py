"""Logs Insights: a query as typed, its price, its rows."""

from flowinsight.ui import insights, shell

with shell.page():
    insights.draw()
