"""Readers: every way flow logs are delivered, to one record schema, with every line accounted for."""
