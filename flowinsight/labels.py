"""Services, protocols and sizes as people name them, and the words that ask for them in the box."""

from flowinsight import iana
from flowinsight.tops import OTHER


def in_bytes(number: float) -> str:
    """A number of bytes with a decimal unit, as AWS bills them."""
    for unit in ("B", "KB", "MB", "GB", "TB"):
        if abs(number) < 1000 or unit == "TB":
            return f"{number:,.0f} {unit}" if unit == "B" or abs(number) >= 100 else f"{number:,.1f} {unit}"
        number /= 1000
    raise AssertionError("unreachable")


def service_word(port: object, protocol: object) -> str:
    """The word that narrows a question to a service; empty for Other."""
    if isinstance(port, int) and isinstance(protocol, int):
        return f"to :{port}/{iana.protocol_name(protocol).lower()}"
    return protocol_word(protocol) if port != OTHER else ""


def protocol_word(protocol: object) -> str:
    """The word that narrows a question to a protocol; empty for Other."""
    return f"protocol={protocol}" if isinstance(protocol, int) else ""


def protocol_label(value: object) -> str:
    return iana.protocol_name(value) if isinstance(value, int) else OTHER


def service_label(port: object, protocol: object) -> str:
    """A service as a person names it: 22/tcp ssh; ICMP where there is no port."""
    if port == OTHER:
        return OTHER
    if not isinstance(protocol, int):
        return "unknown"
    if not isinstance(port, int):
        return (
            iana.protocol_name(protocol)
            if protocol not in iana.WITH_PORTS
            else f"{iana.protocol_name(protocol)}, port unknown"
        )
    named = iana.service_name(port, protocol)
    return f"{port}/{iana.protocol_name(protocol).lower()}{f' {named}' if named else ''}"
