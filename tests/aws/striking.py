"""A client whose n-th call of one kind meets a fault of the sandbox, retries and all."""

from collections.abc import Callable
from typing import Any

ALWAYS = 40  # more than all attempts of one call, its retries included


class Striking:
    """Counts the calls of `method`; before number `strike` (from 0) it orders the fault, whatever the client does then."""

    def __init__(self, client: Any, method: str, strike: int, order: Callable[[], Any]) -> None:
        self._client, self._method, self._strike, self._order = client, method, strike, order
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._client, name)
        return self._counted(call) if name == self._method else call

    def _counted(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(**request: Any) -> Any:
            if self.calls == self._strike:
                self._order()
            self.calls += 1
            return call(**request)

        return counted
