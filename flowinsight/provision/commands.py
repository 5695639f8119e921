"""What `setup plan | apply | verify | destroy` do, as functions that return what they print."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from flowinsight import aws
from flowinsight.provision import price_file, price_list
from flowinsight.provision.account import Account, open_account
from flowinsight.provision.apply import Progress, Report, apply, ignore
from flowinsight.provision.exports import Export, Policy, export, policy
from flowinsight.provision.leftovers import read_everything
from flowinsight.provision.plan import Plan, plan
from flowinsight.provision.prices import EVER, prices_for
from flowinsight.provision.read import read
from flowinsight.provision.readback import answers
from flowinsight.provision.refusals import SetupError
from flowinsight.provision.shown import plan_json, plan_text, verification_json, verification_text
from flowinsight.provision.teardown import teardown
from flowinsight.provision.verify import verify
from flowinsight.provision.waiting import Waiting
from flowinsight.provision.wanted import Wanted
from flowinsight.provision.wanted_file import from_toml

Command = Literal["plan", "apply", "verify", "destroy"]


def setup(
    command: Command,
    file: Path,
    identity: aws.Identity,
    audit: Path,
    *,
    as_json: bool = False,
    allowed: bool = True,
    data: bool = False,
    confirmed: str = "",
    report: Report = ignore,
    waiting: Waiting | None = None,
) -> str:
    """Run one command for the setup a TOML file describes and return its text, or JSON.

    `allowed` False switches changing off: plan, verify and exports still work. `data` and `confirmed` (the setup's name)
    are for destroy. SetupError or AwsError is a sentence for the person.
    """
    wanted = load_wanted(file)
    account = open_account(identity, audit, wanted.name)
    patience = waiting or Waiting()
    match command:
        case "plan":
            return _plan(plan(wanted, read(wanted, account)), as_json=as_json)
        case "verify":
            found = verify(wanted, account, patience.now())
            told = answers(found.healths, account, patience.now()) if found.proven else {}
            return _json(verification_json(found, told)) if as_json else verification_text(found, told)
        case "apply":
            return _apply(lambda: plan(wanted, read(wanted, account)), account, patience, report, allowed, as_json)
        case "destroy":
            return _apply(
                lambda: teardown(wanted.name, read_everything(wanted, account), data=data, confirmed=confirmed),
                account,
                patience,
                report,
                allowed,
                as_json,
            )


def load_wanted(file: Path) -> Wanted:
    """The setup in a TOML file; SetupError when it cannot be read or is not one."""
    try:
        return from_toml(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError(f"The file {file} cannot be read: {error}.") from error


def setup_export(kind: Export | Policy, file: Path, identity: aws.Identity, audit: Path) -> str:
    """The plan for a TOML file as AWS CLI commands, CloudFormation or Terraform, or a policy; nothing is changed."""
    wanted = load_wanted(file)
    account = open_account(identity, audit, wanted.name)
    match kind:
        case "policy-to-provision" | "policy-to-ask" | "policy-to-ask-with-names":
            return policy(wanted, account.place, kind)
        case _:
            return export(plan(wanted, read(wanted, account)), kind)


def setup_prices(region: str | None, file: Path, *, as_json: bool) -> str:
    """Read AWS's public price list of a region, keep it in the file, and return the prices that count there from now on."""
    if not region:
        raise SetupError("Say which region's prices to read: --region eu-central-1.")
    listed = price_list.read(region, datetime.now(UTC).date().isoformat())
    price_file.keep(file, listed)
    found = prices_for(region, price_file.known(file).prices)
    if as_json:
        return _json([price_file.entry(one) for one in found.values()])
    lines = [f"{one.item}: {one.rate(EVER)} ({one.label})" for one in found.values()]
    return "\n".join([*lines, "", price_file.said(listed, found.values())])


def progress_line(progress: Progress) -> str:
    """One report as a line for a terminal."""
    return f"[{progress.number}/{progress.total}] {progress.state}: {progress.text}"


def _plan(found: Plan, *, as_json: bool) -> str:
    return _json(plan_json(found)) if as_json else plan_text(found)


def _apply(
    replan: Callable[[], Plan],
    account: Account,
    waiting: Waiting,
    report: Report,
    allowed: bool,  # noqa: FBT001 handed on
    as_json: bool,  # noqa: FBT001 handed on
) -> str:
    if not allowed:
        raise SetupError(
            "Changing AWS is switched off here. Export the plan as commands, CloudFormation or Terraform instead."
        )
    shown = replan()
    apply(shown, replan, account, report, waiting)
    after = replan()
    return _json({"applied": plan_json(shown), "now": plan_json(after)}) if as_json else f"{plan_text(shown)}\nDone."


def _json(value: object) -> str:
    return json.dumps(value, indent=1)
