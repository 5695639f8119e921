"""Every scene there is. A scene is a function: one day's stage in, what happened and what to find out of it."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from flowinsight.scenario.scenes import access, attacks, background, housekeeping, refusals, theft, web
from flowinsight.scenario.stage import Stage, Telling

Scene = Callable[[Stage], Telling]

SCENES: Mapping[str, Scene] = MappingProxyType(
    {
        "web-shop": web.shop,
        "late-packets": web.late_packets,
        "lost-records": web.lost_records,
        "ipv6-visitors": web.ipv6_visitors,
        "same-addresses": web.staging,
        "dns": housekeeping.dns,
        "ntp": housekeeping.ntp,
        "monitoring": housekeeping.monitoring,
        "ping": housekeeping.ping,
        "syslog": housekeeping.syslog,
        "replication": housekeeping.replication,
        "backup": housekeeping.backup,
        "build": housekeeping.build,
        "updates": background.updates,
        "never-logged": background.never_logged,
        "noise": background.noise,
        "ladder": background.ladder,
        "administration": access.administration,
        "rule-change": access.rule_change,
        "reply-blocked": refusals.reply_blocked,
        "block-public-access": refusals.block_public_access,
        "encryption-control": refusals.encryption_control,
        "rejected-at-destination": refusals.at_destination,
        "rejected-leaving": refusals.leaving,
        "port-scan": attacks.port_scan,
        "brute-force": attacks.brute_force,
        "sweep": attacks.sweep,
        "beacon": theft.beacon,
        "exfiltration": theft.exfiltration,
    }
)

SUSPICIOUS = frozenset({"port-scan", "brute-force", "sweep", "beacon", "exfiltration", "noise"})
