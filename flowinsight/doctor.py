"""What a bug report needs: versions, the browser of the tests, folders that can be written, nothing secret."""

import os
import platform
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from flowinsight.paths import default_store

ROOT = Path(__file__).resolve().parents[1]

PACKAGES = ("flowinsight", "duckdb", "streamlit", "pandas", "pyarrow", "plotly", "boto3")
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")


def report() -> str:
    """One fact a line, for people and for copying. It names no account, address or file of yours but this program's folder."""
    width = max(len(name) for name, _ in facts())
    return "\n".join(f"{name:<{width}}  {fact}" for name, fact in facts())


def facts() -> Iterator[tuple[str, str]]:
    """Each fact with its name."""
    yield "python", f"{platform.python_version()} ({sys.executable})"
    yield "system", f"{platform.system()} {platform.release()} {platform.machine()}, {os.cpu_count()} processors"
    for package in PACKAGES:
        yield package, _version(package)
    yield (
        "chromium",
        next((path for name in CHROMIUMS if (path := shutil.which(name))), "not found (only tests need it)"),
    )
    yield (
        "examples",
        "present" if (ROOT / "examples/company_day/AWSLogs").is_dir() else "missing: the page opens without them",
    )
    yield "user", "root" if os.geteuid() == 0 else "not root"
    yield "program folder", f"{ROOT} ({_access(ROOT)})"
    yield "store", f"{default_store()} ({_access(default_store()) if default_store().is_dir() else 'not made yet'})"
    yield "AWS settings", _aws()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "runs from its folder" if package == "flowinsight" else "not installed: run make run"


def _access(folder: Path) -> str:
    return "readable and writable" if os.access(folder, os.W_OK) else "readable only"


def _aws() -> str:
    """Whether boto3 would find settings; never what they are."""
    found = [name for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE") if name in os.environ]
    files = [name for name in ("config", "credentials") if (Path.home() / ".aws" / name).exists()]
    named = [*found, *(f"~/.aws/{name}" for name in files)]
    return f"found: {', '.join(named)}" if named else "none found (only questions to AWS need them)"
