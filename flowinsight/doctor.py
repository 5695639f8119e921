"""What a bug report needs: versions, the browser of the tests, folders that can be written, nothing secret."""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from flowinsight.paths import data_home, default_store, snapshots_folder

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
    yield "chromium", _chromium()
    yield (
        "examples",
        "present" if (ROOT / "examples/company_day/AWSLogs").is_dir() else "missing: the page opens without them",
    )
    yield "user", "root" if os.geteuid() == 0 else "not root"
    yield "program folder", f"{ROOT} ({_access(ROOT)})"
    for name, folder in (("data folder", data_home()), ("store", default_store()), ("snapshots", snapshots_folder())):
        yield name, f"{folder} ({_access(folder)})"
    yield "AWS settings", _aws()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "runs from its folder" if package == "flowinsight" else "not installed: run make run"


def _chromium() -> str:
    """Where it is and which; one that Playwright installed for itself is not looked for."""
    path = next((found for name in CHROMIUMS if (found := shutil.which(name))), None)
    if path is None:
        return "not on the path (only tests need it)"
    try:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=10, check=False)  # noqa: S603 its own path
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{path} (does not say its version: {type(error).__name__})"
    return f"{path} ({said.stdout.strip() or 'does not say its version'})"


def _access(folder: Path) -> str:
    """What this user may do with a folder, or with the place where it will be made."""
    there = next(path for path in (folder, *folder.parents) if path.exists())
    may = [word for word, mode in (("readable", os.R_OK), ("writable", os.W_OK)) if os.access(there, mode)]
    said = " and ".join(may) or "neither readable nor writable"
    return said if there == folder else f"not made yet; {there} is {said}"


def _aws() -> str:
    """Whether boto3 would find settings; never what they are."""
    found = [name for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE") if name in os.environ]
    files = [name for name in ("config", "credentials") if (Path.home() / ".aws" / name).exists()]
    named = [*found, *(f"~/.aws/{name}" for name in files)]
    return f"found: {', '.join(named)}" if named else "none found (only questions to AWS need them)"
