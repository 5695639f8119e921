"""The two query languages of CloudWatch Logs, executable on one machine: filter patterns and Logs Insights QL."""
