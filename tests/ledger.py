"""Differences between an engine and tests/reference that are tolerated: the column that may differ, and why.

Every test of agreement reads this table and nothing else. The embedded engine has none: it equals the reference.
"""

TOLERATED: dict[str, dict[str, str]] = {"duck": {}, "insights": {}}

NOT_COMPARED = {
    "insights": (
        "NAT gateways are learnt from inside legs that match and from the account's interfaces; random records have no account.",
        "A record belongs to the time of its event, which CloudWatch takes from its start: one without a start is not asked for.",
        "Two formats with equally many fields are told apart by values that every record has: random records may lack them.",
    )
}
"""What random examples leave out, and why: there the engines are known to differ."""
