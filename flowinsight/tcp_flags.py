"""TCP flags of a record in words. AWS documents the values: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, OR-ed over the window."""

_BITS = ((2, "SYN"), (16, "ACK"), (8, "PSH"), (1, "FIN"), (4, "RST"), (32, "URG"))


def in_words(flags: int | None) -> str:
    """`18` is SYN ACK; 0 is a window in which none of these flags was set first (only ACKs)."""
    if flags is None:
        return "-"
    return " ".join(word for bit, word in _BITS if flags & bit) or "only ACK"
