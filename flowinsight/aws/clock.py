"""How far this machine's clock is from AWS's, which every answer of AWS tells by the way (RFC 9110, section 6.6.1, Date)."""

import time
from email.utils import parsedate_to_datetime
from typing import Any

from flowinsight.aws.identity import Identity

_offsets: dict[Identity, float] = {}


def note(identity: Identity, http_response: Any, **_: Any) -> None:  # noqa: ANN401 - an event of botocore
    """Remember what the answer that just came tells."""
    told = http_response.headers.get("Date")
    if told is None:
        return
    try:
        at = parsedate_to_datetime(told).timestamp()
    except ValueError:
        return  # whatever answered here is not AWS, and tells no time
    _offsets[identity] = round(at - time.time())


def clock_offset(identity: Identity) -> float | None:
    """Seconds by which this clock was behind AWS's when it answered last, to about a second; None where it never did."""
    return _offsets.get(identity)
