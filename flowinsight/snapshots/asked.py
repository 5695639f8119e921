"""What a snapshot says of an account that was asked: as whom, by which clock, and what its addresses are called."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flowinsight import aws
from flowinsight.errors import AwsError, DeniedError
from flowinsight.fetchers import live
from flowinsight.investigation import Investigation
from flowinsight.names.inventory import Inventory, inventory
from flowinsight.snapshots import facts
from flowinsight.snapshots.facts import Circumstances, Name

UNKNOWN = "unknown"
TOLD_BY = "Amazon EC2"


@dataclass(frozen=True)
class Asker:
    """Who asked: what AWS says of that (None where it did not), and the account and region of what is asked."""

    identity: aws.Identity
    caller: aws.Caller | None
    region: str

    @property
    def account(self) -> str:
        return UNKNOWN if self.caller is None else self.caller.account


def asker(identity: aws.Identity) -> Asker:
    """Ask AWS who an identity is."""
    try:
        caller: aws.Caller | None = aws.whoami(identity)
    except AwsError:
        caller = None  # the snapshot says that it is unknown
    return Asker(identity, caller, str(aws.client(identity, "sts").meta.region_name or UNKNOWN))


def known(identity: aws.Identity) -> Inventory:
    """The interfaces of the account as they are now; none, and why, for one that may not ask."""
    at = live.now(identity)
    try:
        return inventory(identity, at=at)
    except DeniedError as error:
        return Inventory((), at, (str(error),))


def circumstances(found: Investigation, who: Asker, names: Inventory, at: int, note: str = "") -> Circumstances:
    """What there is to say of an answer from an account; `at` is Unix seconds, by this machine."""
    unnamed = () if names.interfaces else tuple(f"Names are not inside. {why}" for why in names.notes)
    return Circumstances(
        at,
        facts.caller(who.identity, who.caller),
        live.clock_offset(who.identity),
        note,
        tuple(called(met(found), names)),
        unnamed,
    )


def met(found: Investigation) -> set[tuple[str, str | None]]:
    """The addresses of an answer, each with its network where the answer says it."""
    ends: set[tuple[str, str | None]] = {
        (row[side], row["scope"]) for row in found.conversations for side in ("client", "server")
    }
    listed = {str(row[name]) for name, rows in (("client", found.clients), ("server", found.servers)) for row in rows}
    return ends | {(address, None) for address in listed - {address for address, _ in ends}}


def called(addresses: Iterable[tuple[str, str | None]], names: Inventory) -> Iterator[Name]:
    """What addresses are called, each in its network where that is a VPC."""
    placed = {(address, scope if str(scope).startswith("vpc-") else None) for address, scope in addresses}
    for address, vpc in sorted(placed, key=str):
        label = names.name(address, vpc)
        if label is not None:
            yield Name(address, label, names.asked_at, TOLD_BY, vpc)
