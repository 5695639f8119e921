"""A plan, a verification and a price as text for a terminal and as values for JSON."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any, assert_never

from flowinsight.provision.health import Health
from flowinsight.provision.plan import Plan
from flowinsight.provision.settings import Settings
from flowinsight.provision.steps import Change, Create, Delete, LeftAlone, Replace, Step, Unchanged, about, described
from flowinsight.provision.verify import Verification

_SIGNS = {Create: "+", Change: "~", Replace: "±", Delete: "-", Unchanged: "=", LeftAlone: "."}


def plan_text(plan: Plan) -> str:
    """The plan as a diff: + create, ~ change, ± replace, - delete, = unchanged, . left alone."""
    lines = [f"Setup {plan.setup} in {plan.place.words}", ""]
    for step in plan.steps:
        lines += [f"{_SIGNS[type(step)]} {described(step)}", *(f"    {line}" for line in _details(step))]
    lines += [""] if plan.steps else []
    lines += [f"Warning: {sentence}" for sentence in plan.warnings]
    lines += [f"In the way: {sentence}" for sentence in plan.blockers]
    count = len(plan.todo)
    lines.append("Nothing to do." if plan.empty else "1 step to take." if count == 1 else f"{count} steps to take.")
    return "\n".join(lines)


def _details(step: Step) -> Iterator[str]:
    match step:
        case Create():
            yield from _settings(step.after)
        case Change():
            for found in step.differences:
                yield f"{found.field}:"
                yield from (f"  - {line}" for line in found.before.splitlines() or [""])
                yield from (f"  + {line}" for line in found.after.splitlines() or [""])
        case Replace():
            yield step.why
            yield f"old: {step.before.id}"
            yield from _settings(step.after)
        case Delete():
            yield step.why
        case Unchanged():
            return
        case LeftAlone():
            yield step.why
            yield from (line for statement in step.statements for line in statement.splitlines())
        case _:
            assert_never(step)


def _settings(settings: Settings) -> Iterator[str]:
    for name, value in _plain(settings).items():
        lines = value.splitlines() if isinstance(value, str) and "\n" in value else None
        if lines is None:
            yield f"{name}: {value if isinstance(value, str) else json.dumps(value)}"
        else:
            yield f"{name}:"
            yield from (f"  {line}" for line in lines)


def _plain(settings: Settings) -> dict[str, Any]:
    values = asdict(settings)
    return values | {name: dict(values[name]) for name in ("tags", "tag_fields") if name in values}


def plan_json(plan: Plan) -> dict[str, Any]:
    """The plan as plain values."""
    return {
        "setup": plan.setup,
        "account": plan.place.account,
        "region": plan.place.region,
        "sandbox": plan.place.sandbox,
        "empty": plan.empty,
        "steps": [_step_json(step) for step in plan.steps],
        "warnings": list(plan.warnings),
        "blockers": list(plan.blockers),
    }


def _step_json(step: Step) -> dict[str, Any]:
    told: dict[str, Any] = {
        "action": {"LeftAlone": "left alone"}.get(type(step).__name__, type(step).__name__.lower()),
        "kind": about(step).label,
        "name": about(step).name,
        "settings": _plain(about(step)),
    }
    return told | _more(step)


def _more(step: Step) -> dict[str, Any]:
    """What only some kinds of step have."""
    match step:
        case Change():
            return {"differences": [asdict(found) for found in step.differences]}
        case Replace():
            return {"why": step.why, "replaces": step.before.id, "overlap": step.overlap}
        case Delete():
            return {"why": step.why, "data": step.data, "flow_log": step.flow_log_id or None}
        case LeftAlone():
            return {"why": step.why, "statements": [json.loads(text) for text in step.statements]}
        case Create() | Unchanged():
            return {}
        case _:
            assert_never(step)


def verification_text(found: Verification, answers: Mapping[str, str]) -> str:
    """What each flow log delivers, what the newest hour of each place answers, and the plan that repairs what is amiss."""
    lines = [f"Setup {found.repair.setup} in {found.repair.place.words}", "", found.sentence, ""]
    for item in found.healths:
        lines += [f"{item.flow_log.id} {item.flow_log.settings.name}: {item.state}", f"    {item.sentence}"]
        lines += [f"    {item.repair}"] if item.repair else []
    lines += [f"{place}: {answer}" for place, answer in answers.items()]
    return "\n".join(lines if found.repair.empty else [*lines, "", plan_text(found.repair)])


def verification_json(found: Verification, answers: Mapping[str, str]) -> dict[str, Any]:
    return {
        "proven": found.proven,
        "sentence": found.sentence,
        "flow_logs": [health_json(item) for item in found.healths],
        "answers": dict(answers),
        "repair": plan_json(found.repair),
    }


def health_json(item: Health) -> dict[str, Any]:
    """A flow log's health as plain values."""
    settings = item.flow_log.settings
    return {
        "id": item.flow_log.id,
        "resource": settings.resource,
        "destination_type": settings.destination_type,
        "destination": settings.destination,
        "format": settings.log_format,
        "state": item.state,
        "sentence": item.sentence,
        "repair": item.repair,
        "newest_record": item.arrived.newest if item.arrived else None,
        "age_seconds": item.age,
    }
