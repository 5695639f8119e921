"""How records were brought, as it is told."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Way:
    """How the records are brought, what that costs, and what exactly AWS is sent."""

    name: str
    price: str
    dollars: float
    sent: tuple[str, ...] = ()
    origin: str = ""
    precision: str = ""
