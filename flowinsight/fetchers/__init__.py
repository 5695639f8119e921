"""Fetchers bring matching records here; then the duck engine answers."""
