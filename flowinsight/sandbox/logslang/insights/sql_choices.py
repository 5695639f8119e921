"""Functions of anything, and of JSON, in SQL."""

from flowinsight.sandbox.logslang.insights.sql import Arguments, Builder, Sql, present, shown, text


def alike(values: list[Sql]) -> list[Sql]:
    """Give values of different kinds one kind, text, so that a column can hold them."""
    kinds = {value.kind for value in values}
    return values if len(kinds) == 1 else [Sql(text(value), "text") for value in values]


def _coalesce(a: Arguments) -> Sql:
    values = alike(list(a.values))
    cases = " ".join(f"WHEN {present(value)} THEN {value.text}" for value in values)
    return Sql(f"(CASE {cases} END)", values[0].kind)


def _case(a: Arguments) -> Sql:
    """Pairs of condition and value, then perhaps the value for all others."""
    count = len(a.values)
    pairs = count // 2
    places = [2 * pair + 1 for pair in range(pairs)] + ([count - 1] if count % 2 else [])
    values = alike([a.values[place] for place in places])
    cases = " ".join(f"WHEN {a.truth(2 * pair)} THEN {values[pair].text}" for pair in range(pairs))
    other = f" ELSE {values[-1].text}" if count % 2 else ""
    return Sql(f"(CASE {cases}{other} END)", values[0].kind)


def _if(a: Arguments) -> Sql:
    yes, no = alike([a.values[1], a.values[2]])
    return Sql(f"(CASE WHEN {a.truth()} THEN {yes.text} ELSE {no.text} END)", yes.kind)


def _parse(a: Arguments) -> Sql:
    """Return the map or list a text spells, missing for anything else (documented)."""
    start = f"regexp_matches({a.text()}, '^\\s*[\\[{{]')"
    return Sql(f"(CASE WHEN {start} AND json_valid({a.text()}) THEN json({a.text()}) END)", "json")


def _list(a: Arguments) -> str:
    value = a.values[0]
    written = shown(value)
    start = f"regexp_matches({written}, '^\\s*\\[')"
    return f"(CASE WHEN {start} AND json_valid({written}) THEN {written} END)"


def _contains(a: Arguments) -> Sql:
    elements = f"json_extract_string({_list(a)}, '$[*]')"
    return Sql(f"coalesce(list_contains({elements}, {a.text(1)}), false)", "truth")


def _stringify(a: Arguments) -> Sql:
    """Return the JSON of a map or list, missing for anything else (inferred)."""
    value = a.values[0]
    if value.kind != "json":
        return Sql("CAST(NULL AS VARCHAR)", "text")
    kept = f"json_type({value.text}) IN ('OBJECT', 'ARRAY')"
    return Sql(f"(CASE WHEN {kept} THEN CAST({value.text} AS VARCHAR) END)", "text")


CHOICES: dict[str, Builder] = {
    "ispresent": lambda a: Sql(present(a.values[0]), "truth"),
    "coalesce": _coalesce,
    "case": _case,
    "if": _if,
    "jsonparse": _parse,
    "jsonstringify": _stringify,
    "jsonarraysize": lambda a: Sql(f"CAST(json_array_length({_list(a)}) AS DOUBLE)", "number"),
    "jsonarraycontains": _contains,
}
