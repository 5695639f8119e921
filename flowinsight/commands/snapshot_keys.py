"""`snapshot key`, `redact` and `reveal`: keys that sign, keys that redact, and what each of them does."""

import argparse
import json
import secrets
from dataclasses import asdict
from pathlib import Path
from typing import Any

from flowinsight.addresses import format_address, parse_address
from flowinsight.snapshots import SnapshotError, keys, open_snapshot, preview, redact, save
from flowinsight.snapshots.pseudonyms import KEY_BYTES, Pseudonyms
from flowinsight.table import as_text

_SHOWN = 40


def add(what: "argparse._SubParsersAction[Any]") -> None:
    """The commands that need a key."""
    redacted = what.add_parser("redact", help="replace what names a company, for others to read")
    redacted.add_argument("file", type=Path)
    redacted.add_argument("--key", type=Path, required=True, help="your key for redaction, which stays with you")
    redacted.add_argument(
        "--out", type=Path, metavar="FILE", help="where to save it; without it, what would leave is shown"
    )
    redacted.add_argument("--note", default="", help="a note for those who read it")
    revealed = what.add_parser("reveal", help="turn pseudonyms of addresses back, with the key")
    revealed.add_argument("addresses", nargs="+", metavar="ADDRESS")
    revealed.add_argument("--key", type=Path, required=True)
    key = what.add_parser("key", help="make a key, or say whose a key is")
    key.add_argument("do", choices=["sign", "redact", "show", "trust", "list"])
    key.add_argument("target", nargs="?", help="sign, redact, show: the key's file; trust: a fingerprint")
    key.add_argument("name", nargs="?", help="trust: whose it is")
    for one in (redacted, revealed, key):
        one.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> str:
    """What these commands print."""
    match options.what:
        case "redact":
            return _redact(options)
        case "reveal":
            names = Pseudonyms(_redaction_key(options.key))
            found = {text: format_address(names.address_of(_number(text))) for text in options.addresses}
            return (
                json.dumps(found, indent=1)
                if options.json
                else "\n".join(f"{one}  {other}" for one, other in found.items())
            )
        case _:
            said = _key(options)
            return (
                json.dumps(said, indent=1)
                if options.json
                else "\n".join(f"{one}  {other}" for one, other in said.items())
            )


def _number(text: str) -> int:
    try:
        return parse_address(text)
    except ValueError as error:
        raise SnapshotError(f"{text[:60]} is not an address.") from error


def _redaction_key(path: Path) -> bytes:
    try:
        return bytes.fromhex(keys.secret(path).decode("ascii").strip())
    except ValueError as error:
        raise SnapshotError(
            f"{path} does not hold a key for redaction: python -m flowinsight snapshot key redact FILE makes one."
        ) from error


def _redact(options: argparse.Namespace) -> str:
    original, key = open_snapshot(options.file), _redaction_key(options.key)
    if options.out is None:
        shown = preview(original, key)
        if options.json:
            return json.dumps(asdict(shown), indent=1)
        rows = [{"is": one, "leaves as": other} for one, other in [*shown.addresses.items(), *shown.words.items()]]
        more = [f"{len(rows) - _SHOWN:,} more: --json shows all."] if len(rows) > _SHOWN else []
        return "\n".join([*shown.done, shown.stays, "", as_text(rows[:_SHOWN]), *more])
    made = redact(original, key, options.note)
    save(made, options.out)
    said = {"file": str(options.out), "id": made.id, "original": original.id}
    return (
        json.dumps(said, indent=1)
        if options.json
        else f"Snapshot id {made.id}, redacted from {original.id}\n{options.out}"
    )


def _key(options: argparse.Namespace) -> dict[str, str]:
    if options.do == "list":
        return keys.trusted(keys.trusted_file())
    if not options.target:
        raise SnapshotError("Say which file, or which fingerprint.")
    path = Path(options.target)
    match options.do:
        case "sign":
            return {keys.fingerprint(keys.public_bytes(keys.generate(path))): str(path)}
        case "redact":
            keys.private_file(path, f"{secrets.token_bytes(KEY_BYTES).hex()}\n".encode())
            return {"Key for redaction, which stays with you:": str(path)}
        case "show":
            return {keys.fingerprint(keys.public_bytes(keys.private_key(path))): str(path)}
        case _:
            if not options.name:
                raise SnapshotError("Say whose key it is.")
            keys.trust(keys.trusted_file(), options.target, options.name)
            return {options.target: options.name}
