"""`ingest` and `store` on the command line: what is told, what is an error, and how a person stops it."""

import signal
import sys
import time
from pathlib import Path

import pytest

from flowinsight import fields
from flowinsight.cli import main
from flowinsight.commands import store as commands
from flowinsight.store import is_store, open_store

HEADER = " ".join(fields.DEFAULT_FORMAT)
LINE = "2 1 eni-0a 10.0.0.1 10.9.9.9 4 443 6 1 40 1700000000 1700000009 ACCEPT OK"


@pytest.fixture
def delivered(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    for name, port in (("a.log", "443"), ("b.log", "22")):
        (folder / name).write_text(f"{HEADER}\n{LINE.replace('443', port)}\nnot a record\n")
    return folder


def test_what_was_read_is_told_and_what_could_not_be_with_its_reason(
    delivered: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (delivered / "c.log").write_text(f"{HEADER}\nnot a record either\n")
    assert main(["ingest", str(delivered), "--store", str(tmp_path / "store")]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith(
        "3 files read, 0 read on, 0 known already: 8 lines, 2 records, 0 status rows, 3 skipped, 3 unparsable"
    )
    assert told[1:] == [
        "2 lines could not be read: 3 columns where the format has 14.",
        "1 line could not be read: 4 columns where the format has 14.",
    ]


def test_a_file_that_cannot_be_read_is_an_error_after_the_others_were_read(
    delivered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = Path.open

    def refuse(path: Path, *arguments: object, **options: object) -> object:
        if path.name == "a.log":
            raise PermissionError(13, "Permission denied")
        return real(path, *arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refuse)
    assert main(["ingest", str(delivered), "--store", str(tmp_path / "store")]) == 2
    printed = capsys.readouterr()
    assert printed.out.startswith("1 files read")
    assert printed.err == f"{delivered / 'a.log'} cannot be read: Permission denied.\n"


def test_ingest_is_stopped_by_one_interrupt_and_the_next_goes_on(
    delivered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store = tmp_path / "store"
    with monkeypatch.context() as pressed:
        pressed.setattr(sys.stderr, "isatty", lambda: True, raising=False)
        pressed.setattr(commands, "_told", lambda _: signal.raise_signal(signal.SIGINT))
        assert main(["ingest", str(delivered), "--store", str(store)]) == 2
    assert capsys.readouterr().err == "Stopped. What was read up to the last seconds is kept: ingest again to go on.\n"
    assert not is_store(store)
    assert main(["ingest", str(delivered), "--store", str(store)]) == 0
    assert open_store(store).tally.records == 2


def test_watching_ends_when_it_is_interrupted(
    delivered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr(time, "sleep", lambda _: signal.raise_signal(signal.SIGINT))
    assert main(["ingest", str(delivered), "--store", str(tmp_path / "store"), "--watch"]) == 0
    assert capsys.readouterr().out.startswith("2 files read")
    assert signal.getsignal(signal.SIGINT) == before
