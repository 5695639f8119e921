"""The stages of a query: each command becomes one or more common table expressions over the one before."""

import re
from itertools import count

from flowinsight.sandbox.logslang.insights import syntax as s
from flowinsight.sandbox.logslang.insights.aggregates import aggregate
from flowinsight.sandbox.logslang.insights.checking import blame
from flowinsight.sandbox.logslang.insights.discovery import Discovery
from flowinsight.sandbox.logslang.insights.expressions import Expressions, Moment
from flowinsight.sandbox.logslang.insights.scope import SYSTEM, Scope
from flowinsight.sandbox.logslang.insights.sql import Bindings, Sql, sort_keys, text, truth

NEWEST_FIRST = ("timestamp_ms DESC", "ptr")


class Stages:
    """The stages so far, and what names mean after them."""

    def __init__(self, discovery: Discovery, moment: Moment) -> None:
        self.bind = Bindings()
        self.moment = moment
        self.scope = Scope(self.bind, discovery)
        self.written: list[str] = []
        self.last = "found"
        self.names = (f"s{number}" for number in count(1))
        self.order: tuple[str, ...] = NEWEST_FIRST
        self.shown: dict[str, Sql] = {}
        self.extracted: dict[str, Sql] = {}
        self.computed_once: dict[str, str] = {}

    def outputs(self) -> dict[str, Sql]:
        """Return what the rows show: after stats its outputs, else what was asked for, and @ptr at the end."""
        if not self.scope.raw:
            return dict(self.shown)
        chosen = self.shown or {name: SYSTEM[name] for name in ("@timestamp", "@message")}
        return {**chosen, **self.extracted, "@ptr": SYSTEM["@ptr"]}

    @property
    def ordering(self) -> str:
        """What keeps the rows in order, empty where there is only one row."""
        return f"ORDER BY {', '.join(self.order)}" if self.order else ""

    def stage(self, select: str, *, once: bool = False) -> None:
        """Add a stage; `{last}` in the text is the one before. Made `once` it is not written out wherever it is named."""
        name = next(self.names)
        how = "MATERIALIZED " if once else ""
        self.written.append(f"{name} AS {how}({select.replace('{last}', self.last)})")
        self.last = name

    @property
    def expressions(self) -> Expressions:
        return Expressions(self.bind, self.moment, self.scope.resolve, once=self.once)

    def once(self, expression: str) -> str:
        """Have an expression over the columns of the last stage computed in a stage of its own; return its column."""
        if expression not in self.computed_once:
            column = self.scope.fresh()
            self.stage(f"SELECT *, {expression} AS {column} FROM {{last}}")
            self.computed_once[expression] = column
        return self.computed_once[expression]

    def apply(self, command: s.Command) -> None:
        match command:
            case s.Fields():
                self.shown.update(self.computed(command.outputs))
            case s.Display():
                self.shown = self.computed(command.outputs)
                self.extracted = {}
            case s.Filter(condition=condition):
                self.stage(f"SELECT * FROM {{last}} WHERE {truth(self.expressions.sql(condition))}")
            case s.Parse():
                self.parse(command)
            case s.Stats():
                self.stats(command)
            case s.Sort():
                self.sort(command)
            case s.Limit(count=rows, anything=anything):
                self.stage(f"SELECT * FROM {{last}} {'' if anything else self.ordering} LIMIT {rows}")
            case s.Dedup():
                self.dedup(command)
            case s.Unnest():
                self.unnest(command)
            case s.Estimate():
                return

    def computed(self, outputs: tuple[s.Output, ...]) -> dict[str, Sql]:
        """Make a column for each output that is more than a field under its own name."""
        result: dict[str, Sql] = {}
        made: list[str] = []
        for output in outputs:
            value = self.expressions.sql(output.value)
            if not (isinstance(output.value, s.Name) and output.value.text == output.name):
                column = self.scope.fresh()
                made.append(f"{value.text} AS {column}")
                value = Sql(column, value.kind)
                if made:
                    self.stage(f"SELECT *, {made.pop()} FROM {{last}}")
                self.scope.made[output.name] = value
            result[output.name] = value
        return result

    def parse(self, command: s.Parse) -> None:
        source = text(self.expressions.sql(command.source))
        groups = re.findall(r"\(\?P<([A-Za-z_]\w*)>", command.expression)
        expression, names = self.bind(command.expression), self.bind(groups)
        found = self.scope.fresh()
        matched = (
            f"CASE WHEN regexp_matches({source}, {expression}) THEN regexp_extract({source}, {expression}, {names}) END"
        )
        self.stage(f"SELECT *, {matched} AS {found} FROM {{last}}")
        columns = [
            f'{found}."{group}" AS {self.scope.column(name, "text")}'
            for group, name in zip(groups, command.names, strict=True)
        ]
        self.stage(f"SELECT *, {', '.join(columns)} FROM {{last}}", once=True)
        target = self.extracted if self.scope.raw else self.shown
        target.update({name: self.scope.made[name] for name in command.names})

    def stats(self, command: s.Stats) -> None:
        groups = {output.name: self.expressions.sql(output.value) for output in command.by}
        groups = {name: Sql(text(value), "text") if value.kind == "json" else value for name, value in groups.items()}
        sums: dict[str, Sql] = {}
        within = Expressions(
            self.bind, self.moment, lambda name: self.aggregated(name, {**groups, **sums}), self.aggregation
        )
        for output in command.outputs:
            sums[output.name] = within.sql(output.value)
        columns = {name: Sql(self.scope.fresh(), value.kind) for name, value in {**groups, **sums}.items()}
        listed = ", ".join(f"{value.text} AS {columns[name].text}" for name, value in {**groups, **sums}.items())
        # Without groups SQL would answer one row about no records; CloudWatch answers none (reported).
        grouping = f"GROUP BY {', '.join(value.text for value in groups.values())}" if groups else "HAVING count(*) > 0"
        self.stage(f"SELECT {listed} FROM {{last}} {grouping}")
        self.scope.restart(columns)
        self.computed_once = {}
        self.shown = dict(columns)
        self.extracted = {}
        self.order = tuple(f"{columns[name].text} NULLS FIRST" for name in groups)

    def aggregation(self, call: s.Call) -> Sql:
        def moment() -> Sql:
            return self.timestamp(call)

        return aggregate(call, self.expressions.sql, moment)

    def timestamp(self, piece: s.Expression) -> Sql:
        value = self.scope.resolve(s.Name("@timestamp", ("@timestamp",)))
        if value.kind != "time":
            raise blame(piece, "This needs @timestamp, which an earlier stats has not kept.")
        return value

    def aggregated(self, name: s.Name, known: dict[str, Sql]) -> Sql:
        if name.text not in known:
            raise blame(name, f"{name.text} must stand inside an aggregate such as sum, or behind by.")
        return known[name.text]

    def sort(self, command: s.Sort) -> None:
        order: list[str] = []
        for key in command.keys:
            direction = "DESC NULLS LAST" if key.descending else "ASC NULLS FIRST"
            columns = [(expression, self.scope.fresh()) for expression in sort_keys(self.sort_value(key))]
            self.stage(f"SELECT *, {', '.join(f'{value} AS {column}' for value, column in columns)} FROM {{last}}")
            order += [f"{column} {direction}" for _, column in columns]
        self.order = (*order, *self.order)

    def sort_value(self, key: s.SortKey) -> Sql:
        """Return what to sort by: an output under its own text, such as count(*), or an expression."""
        made = self.scope.made.get(key.name)
        return made if made is not None else self.expressions.sql(key.value)

    def dedup(self, command: s.Dedup) -> None:
        keys = [text(self.expressions.sql(name)) for name in command.names]
        missing = " OR ".join(f"{key} IS NULL" for key in keys)
        first = f"row_number() OVER (PARTITION BY {', '.join(keys)} {self.ordering}) = 1"
        self.stage(f"SELECT * FROM {{last}} QUALIFY {missing} OR {first}")

    def unnest(self, command: s.Unnest) -> None:
        value = self.expressions.sql(command.source)
        elements = f"[{value.text}]"
        if value.kind == "json":
            inner = f"json_extract({value.text}, '$[*]')"
            elements = f"CASE WHEN json_type({value.text}) = 'ARRAY' THEN {inner} ELSE {elements} END"
        place, column = self.scope.fresh(), self.scope.column(command.name, value.kind)
        places = f"generate_series(1, len({elements}))"
        self.stage(f"SELECT *, unnest({places}) AS {place}, unnest({elements}) AS {column} FROM {{last}}")
        self.order = (*self.order, place)
        target = self.extracted if self.scope.raw else self.shown
        target[command.name] = self.scope.made[command.name]
