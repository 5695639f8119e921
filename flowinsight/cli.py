"""The command line: the same questions and the same answers as the pages, without a browser."""

import argparse
import sys
from collections.abc import Sequence
from typing import NoReturn

from flowinsight import doctor
from flowinsight.commands import ask, probe, report, setup, snapshot, store
from flowinsight.errors import FlowInsightError


class _Parser(argparse.ArgumentParser):
    """Bad input is one sentence on standard error and exit status 2."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{message[:1].upper()}{message[1:]}. See python -m flowinsight {self.prog.split()[-1]} --help.\n")


def parser() -> argparse.ArgumentParser:
    top = _Parser(prog="flowinsight", description="Who connects to this address, or to this port?")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)
    ask.add(commands.add_parser("ask", help="answer a question from flow logs"))
    report.add(commands.add_parser("report", help="write what leads and how it changed, as HTML or Markdown"))
    store.add_ingest(commands.add_parser("ingest", help="read flow logs into a store, once"))
    store.add_store(commands.add_parser("store", help="list, forget or rebuild what a store holds"))
    snapshot.add(
        commands.add_parser("snapshot", help="save, show, check, compare or redact an answer with its records")
    )
    setup.add(commands.add_parser("setup", help="plan, apply, verify or tear down flow logs in AWS"))
    probe.add(
        commands.add_parser(
            "probe", help="compare what Logs Insights really answers with the sandbox, for under a cent"
        )
    )
    commands.add_parser("doctor", help="print what a bug report needs: versions, folders, the browser of the tests")
    app = commands.add_parser("app", help="open the pages in a browser")
    app.add_argument("--port", type=int, default=8501, help="where to listen on this machine (default 8501)")
    app.add_argument(
        "--address", default="127.0.0.1", help="another address of this machine to listen on, which needs a login"
    )
    commands.add_parser("sandbox", help="run an AWS account on this machine, for trying everything", add_help=False)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line and return the exit status: 2 with one sentence on standard error for bad input, 130 if interrupted."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _sandbox(words[1:]) if words[:1] == ["sandbox"] else _run(parser().parse_args(words))
    except FlowInsightError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        return 130
    except BrokenPipeError:
        sys.stderr.close()  # whoever was reading has left, and needs no word of it
        return 1


def _run(options: argparse.Namespace) -> int:
    if options.command == "app":
        from flowinsight.ui.launch import launch  # noqa: PLC0415 the command line must not need Streamlit

        launch(options.port, options.address)
        return 0
    if options.command == "doctor":
        sys.stdout.write(f"{doctor.report()}\n")
        return 0
    if printed := _PRINTED[options.command](options):
        sys.stdout.write(f"{printed}\n")
    sys.stdout.flush()
    return 0


_PRINTED = {
    "ask": ask.run, "report": report.run, "ingest": store.run_ingest, "store": store.run_store, "setup": setup.run,
    "snapshot": snapshot.run,
    "probe": probe.go,
}  # fmt: skip
"""What prints text, by command."""


def _sandbox(words: list[str]) -> int:
    from flowinsight.sandbox.__main__ import main as sandbox  # noqa: PLC0415 a process of its own, with its own needs

    return sandbox(words)
