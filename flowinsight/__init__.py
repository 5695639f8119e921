"""Who connects to this address, or to this port? Answers from AWS VPC Flow Logs."""

from typing import Any

__all__ = ["ask"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 whatever the name stands for
    """`flowinsight.ask(files, query, time)` for notebooks."""
    if name == "ask":
        from flowinsight.notebooks import ask  # noqa: PLC0415 see __all__

        return ask
    raise AttributeError(f"module 'flowinsight' has no attribute {name!r}")
