"""What names mean at one place of a query: fields made by earlier commands, else fields discovered in the message."""

from dataclasses import dataclass, field

from flowinsight.sandbox.logslang.insights import syntax as s
from flowinsight.sandbox.logslang.insights.discovery import Discovery
from flowinsight.sandbox.logslang.insights.sql import Bindings, Kind, Sql, json_scalar

SYSTEM: dict[str, Sql] = {
    "@timestamp": Sql("timestamp_ms", "time"),
    "@ingestionTime": Sql("ingestion_ms", "time"),
    "@message": Sql("message", "text"),
    "@logStream": Sql("log_stream", "text"),
    "@log": Sql("log_group", "text"),
    "@ptr": Sql("ptr", "text"),
}
MISSING = Sql("CAST(NULL AS VARCHAR)", "text")


@dataclass
class Scope:
    """Names while a query is compiled. `raw` is true as long as the records of the log are still there."""

    bind: Bindings
    discovery: Discovery
    raw: bool = True
    made: dict[str, Sql] = field(default_factory=dict)
    found: dict[str, str] = field(default_factory=dict)  # discovered: expression -> column of the first stage
    pointers: dict[str, str] = field(default_factory=dict)  # JSON pointer -> placeholder
    count: int = 0

    def column(self, name: str, kind: Kind) -> str:
        """Make a new column for a name."""
        column = self.fresh()
        self.made[name] = Sql(column, kind)
        return column

    def fresh(self) -> str:
        self.count += 1
        return f"c{self.count}"

    def restart(self, made: dict[str, Sql]) -> None:
        """Forget the records: after stats only its outputs have names."""
        self.raw = False
        self.made = made

    def resolve(self, name: s.Name) -> Sql:
        """Return what a name means here; a name nothing has is missing in every record, as in CloudWatch."""
        if name.text in self.made:
            return self.made[name.text]
        for length in range(len(name.parts) - 1, 0, -1):
            prefix = ".".join(name.parts[:length])
            if prefix in self.made:
                return self._inside(self.made[prefix], name.parts[length:])
        if not self.raw:
            return MISSING
        return SYSTEM.get(name.text) or self._discovered(name)

    def _inside(self, value: Sql, path: tuple[str, ...]) -> Sql:
        if value.kind != "json":
            return MISSING
        return Sql(f"json_extract({value.text}, {self.bind(_pointer(path))})", "json")

    def _discovered(self, name: s.Name) -> Sql:
        cases = [f"CASE len(words) WHEN {words} THEN words[{place}] END" for words, place in self._places(name)]
        paths = [(name.text,), name.parts] if len(name.parts) > 1 else [name.parts]
        cases += [json_scalar("object", self._shared(_pointer(path))) for path in paths]
        expression = f"coalesce({', '.join(cases)})"
        if expression not in self.found:
            self.found[expression] = self.fresh()
        return Sql(self.found[expression], "text")

    def _places(self, name: s.Name) -> tuple[tuple[int, int], ...]:
        return self.discovery.places(name.text)

    def _shared(self, value: str) -> str:
        """Return one placeholder for the same value, so that the same field is one column."""
        if value not in self.pointers:
            self.pointers[value] = self.bind(value)
        return self.pointers[value]


def _pointer(path: tuple[str, ...]) -> str:
    """Write a path as a JSON pointer, which takes properties and positions in lists alike."""
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in path)
