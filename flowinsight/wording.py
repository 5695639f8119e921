"""An answer in sentences: the same on a page, on the command line and in a report."""

from collections.abc import Mapping

from flowinsight import legs, roles
from flowinsight.coverage import Coverage
from flowinsight.investigation import Investigation
from flowinsight.roles import Role

LEGS = 3
"""Sentences about what left through NAT gateways without a name, at most."""


def told(found: Investigation) -> list[Role]:
    """The roles worth a sentence: one with nothing is told where the question left both sides open."""
    if not found.reconciliation["conversations"]:
        return []
    open_sides = any(one.field in {"address", "endpoint"} for one in found.question.filters)
    return [role for role in found.roles if role.conversations or (open_sides and role.name != "unknown")]


def between(found: Investigation) -> tuple[str, ...]:
    """What passed through the address that is asked about, which a NAT gateway's records name and which neither began nor
    served it.
    """
    rest = found.reconciliation["conversations"] - sum(role.conversations for role in found.roles)
    role = found.roles[0]
    if rest <= 0 or not role.by_address:
        return ()
    return (f"In between: {rest:,} conversation{'' if rest == 1 else 's'} of others went through {role.asked}.",)


def sentences(found: Investigation) -> tuple[str, ...]:
    """What was seen: a sentence for each role, for what went through, and for each NAT gateway's leg without a name."""
    return (*map(roles.sentence, told(found)), *between(found), *map(legs.sentence, found.untold[:LEGS]))


def verdict(found: Investigation) -> str:
    return f"{found.verdict[:1].upper()}{found.verdict[1:]}"


def cautions(found: Investigation) -> list[str]:
    """What a careful reader would want to know."""
    said = list(found.cautions)
    if len(found.scopes) > 1:
        said.append(
            f"Logged in {len(found.scopes)} networks, whose addresses are never mixed: {', '.join(found.scopes)}."
        )
    if found.in_progress:
        said.append(
            f"{found.in_progress:,} more records started before the range and ended in it: they belong to the time before."
        )
    return said


def covered(coverage: Coverage) -> str:
    """What the logs covered, counted."""
    of = "expected: unknown" if coverage.expected is None else f"expected: {coverage.expected:,}"
    missing = "not brought" if coverage.narrowed else "not logged"
    return (
        f"{coverage.interfaces:,} interfaces wrote rows ({of}). Of {coverage.bins:,} interface-bins of "
        f"{coverage.bin_seconds // 60} minutes: {coverage.ok:,} with records, {coverage.nodata:,} no traffic (NODATA), "
        f"{coverage.skipdata:,} with records lost (SKIPDATA), {coverage.absent:,} {missing}. "
        f"Traffic type: {coverage.traffic_type}."
    )


def reconciliation(line: Mapping[str, int]) -> str:
    """The line to which every number of an answer ties."""
    return (
        f"{line['lines']:,} lines → {line['records']:,} records ({line['status_rows']:,} status rows, "
        f"{line['skipped']:,} skipped, {line['unparsable']:,} unparsable) → {line['outside_filter']:,} outside the question, "
        f"{line['duplicates']:,} duplicates, {line['nat_outside_legs']:,} NAT outside legs, "
        f"{line['without_endpoints']:,} without endpoints → {line['in_conversations']:,} records in "
        f"{line['conversations']:,} conversation{'' if line['conversations'] == 1 else 's'}"
    )
