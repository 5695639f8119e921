"""What is wrong with a query."""


class MalformedQuery(ValueError):  # noqa: N818, the name of the API's own exception
    """A query that cannot be compiled; `start` and `end` are character offsets, as StartQuery's error carries them."""

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = end
