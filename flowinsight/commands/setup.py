"""`flowinsight setup`: flow logs out of a file that says what is wanted, planned, applied, verified and torn down."""

import argparse
import sys
from pathlib import Path
from typing import get_args

from flowinsight import aws
from flowinsight.fetchers import live
from flowinsight.paths import audit_file, prices_file
from flowinsight.provision import commands
from flowinsight.provision.apply import Progress
from flowinsight.provision.exports import Export, Policy
from flowinsight.provision.refusals import SetupError
from flowinsight.provision.waiting import Waiting
from flowinsight.switches import provisioning_allowed

EXPORTS = (*get_args(Export), *get_args(Policy))


def add(setup: argparse.ArgumentParser) -> None:
    """The options of `setup`."""
    setup.add_argument("what", choices=["plan", "apply", "verify", "destroy", "prices"])
    setup.add_argument(
        "--file", type=Path, metavar="WANTED", help="a TOML file that says what is wanted; prices needs none"
    )
    setup.add_argument("--profile", help="a profile of this machine's AWS configuration (default: the usual search)")
    setup.add_argument("--role", metavar="ARN", help="a role to assume")
    setup.add_argument("--external-id", help="the external id that role asks for")
    setup.add_argument("--region", help="default: the profile's")
    setup.add_argument("--endpoint-url", metavar="URL", help="where to ask instead of AWS, such as a sandbox")
    setup.add_argument("--export", choices=EXPORTS, help="plan: print it in this form, for applying it another way")
    setup.add_argument("--data", action="store_true", help="destroy: delete the records too; needs --confirm")
    setup.add_argument("--confirm", metavar="NAME", default="", help="destroy --data: the setup's name once more")
    setup.add_argument(
        "--audit",
        type=Path,
        metavar="FILE",
        help="where every call is written (default: beside FlowInsight's own data)",
    )
    setup.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> str:
    """What `setup` prints; the steps of apply and destroy go to standard error as they are taken."""
    if options.what == "prices":
        return commands.setup_prices(options.region, prices_file(), as_json=options.json)
    if options.file is None:
        raise SetupError("Say what is wanted: --file wanted.toml.")
    if options.export and options.what != "plan":
        raise SetupError("An export is of the plan: use --export with plan.")
    identity = _identity(options)
    audit = options.audit or audit_file(sandbox=identity.is_sandbox)
    if options.export:
        return commands.setup_export(options.export, options.file, identity, audit)
    return commands.setup(
        options.what,
        options.file,
        identity,
        audit,
        as_json=options.json,
        allowed=provisioning_allowed(),
        data=options.data,
        confirmed=options.confirm,
        report=_told,
        waiting=_waiting(identity),
    )


def _identity(options: argparse.Namespace) -> aws.Identity:
    return live.identified(options.profile, options.role, options.external_id, options.region, options.endpoint_url)


def _waiting(identity: aws.Identity) -> Waiting:
    """The sandbox has a clock of its own."""
    return Waiting(now=lambda: float(live.now(identity))) if identity.is_sandbox else Waiting()


def _told(progress: Progress) -> None:
    sys.stderr.write(f"{commands.progress_line(progress)}\n")
