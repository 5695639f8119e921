"""How a filter pattern is read and matched; `logslang.patterns` is the door to it."""
