"""The one version of moto that the sandbox extends, checked before anything of moto is imported."""

from importlib.metadata import version

from flowinsight.errors import FlowInsightError

MOTO_VERSION = "5.2.5"


class HookError(FlowInsightError):
    """Moto is not the version, or not shaped the way, that the sandbox extends."""


def check_version(found: str | None = None) -> None:
    """Raise HookError unless the installed moto is the pinned one."""
    found = found or version("moto")
    if found != MOTO_VERSION:
        raise HookError(
            f"The sandbox extends moto {MOTO_VERSION}, but moto {found} is installed."
            " Run: pip install -r requirements-sandbox.txt"
        )
