"""Finds the Chromium that browser tests drive, and as a program installs one where there is none."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")

_CACHES = (
    Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", "/nonexistent")),
    Path.home() / ".cache/ms-playwright",
    Path.home() / "Library/Caches/ms-playwright",
)
_IN_CACHE = ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/*.app/Contents/MacOS/*")


def find() -> Path | None:
    """A Chromium of this machine, or of Playwright's own cache; None where there is neither."""
    for name in NAMES:
        if on_path := shutil.which(name):
            return Path(on_path)
    cached = (path for cache in _CACHES for pattern in _IN_CACHE for path in sorted(cache.glob(pattern)))
    return next(cached, None)


def install() -> Path | None:
    """Install one: Debian's as root, else Playwright's. None where neither came about."""
    for steps in _ways():
        if all(subprocess.run(step, check=False).returncode == 0 for step in steps):
            return find()
    return None


def _ways() -> list[list[list[str]]]:
    """Each way is the commands of which all must succeed."""
    playwright = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if os.geteuid() == 0 and Path("/etc/debian_version").exists() and shutil.which("apt-get"):
        packages = ["apt-get", "install", "-y", "--no-install-recommends", "chromium", "fonts-liberation"]
        return [[["apt-get", "update"], packages], playwright]
    return [playwright]


def main() -> int:
    found = find() or install()
    if found is None:
        sys.stderr.write(
            "The browser tests need Chromium, and it could not be installed: install it with your system's packages, or allow "
            f"{sys.executable} -m playwright install chromium to reach the network.\n"
        )
        return 1
    sys.stdout.write(f"The browser tests use {found}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
