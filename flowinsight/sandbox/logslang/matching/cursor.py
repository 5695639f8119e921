"""Reading a filter pattern from left to right."""

SPACE = " \t\r\n\f"


class PatternError(ValueError):
    """A filter pattern that cannot be read. `position` is the offset of the character to blame."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.message = message
        self.position = position


class Cursor:
    """A place in a pattern's text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    def fail(self, message: str, position: int | None = None) -> PatternError:
        return PatternError(message, self.position if position is None else position)

    def skip_space(self) -> None:
        while self.position < len(self.text) and self.text[self.position] in SPACE:
            self.position += 1

    def at_end(self) -> bool:
        return self.position >= len(self.text)

    def peek(self) -> str:
        """Return the next character, or an empty string at the end."""
        return self.text[self.position : self.position + 1]

    def take(self, literal: str) -> bool:
        """Step over `literal` if it comes next."""
        if not self.text.startswith(literal, self.position):
            return False
        self.position += len(literal)
        return True

    def expect(self, literal: str, where: str) -> None:
        if not self.take(literal):
            raise self.fail(f"Expected {literal!r} {where}, found {self.found()}.")

    def found(self) -> str:
        return "the end of the pattern" if self.at_end() else repr(self.peek())

    def run(self, allowed: str) -> str:
        """Take the longest run of characters that are all in `allowed`."""
        start = self.position
        while self.position < len(self.text) and self.text[self.position] in allowed:
            self.position += 1
        return self.text[start : self.position]

    def until(self, closing: str, name: str) -> str:
        """Take everything up to `closing`, which is consumed; a backslash keeps the next character from closing."""
        start = self.position
        while not self.at_end():
            if self.peek() == "\\":
                self.position += 2
            elif self.peek() == closing:
                self.position += 1
                return self.text[start : self.position - 1]
            else:
                self.position += 1
        raise PatternError(f"This {name} is never closed with {closing}.", start - 1)
