"""Same seed, same bytes; and a span's records do not depend on which spans were asked for before."""

from collections import Counter
from collections.abc import Callable
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import pytest

from flowinsight.scenario import V2, Company, Config, Record, generate
from tests.scenario.delivered import Run

THIN = Config(scale=0.05)


def _digest(folder: Path) -> str:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    text = "".join(f"{path.relative_to(folder)} {sha256(path.read_bytes()).hexdigest()}\n" for path in files)
    return sha256(text.encode()).hexdigest()


def test_the_same_seed_writes_the_same_bytes(written: Callable[..., Run]) -> None:
    one, other = (written(THIN, tokens=V2, span="hour") for _ in range(2))

    assert _digest(one.folder) == _digest(other.folder)


def test_another_seed_makes_another_network_and_other_traffic() -> None:
    one, other = (Company(Config(seed=seed, scale=0.05)) for seed in (1, 2))

    assert not {i.id for i in one.network.interfaces.values()} & {i.id for i in other.network.interfaces.values()}
    start = one.config.start
    assert [r[1:] for r in one.records(start, start + 3_600)] != [r[1:] for r in other.records(start, start + 3_600)]


@pytest.mark.parametrize("scale", [0.2, 3.0])
def test_a_span_holds_the_same_records_however_it_is_asked_for(scale: float) -> None:
    config = Config(scale=scale)
    start = config.start + 2 * 3_600 + 17
    whole = list(Company(config).records(start, start + 7_200))
    cuts = [start, start + 1, start + 59, start + 1_000, start + 3_333, start + 3_334, start + 7_200]
    parts = [list(Company(config).records(a, b)) for a, b in reversed(list(pairwise(cuts)))]

    assert [record for part in reversed(parts) for record in part] == whole


def test_records_come_in_the_order_of_their_end() -> None:
    ends = [record.end for record in generate(THIN)]

    assert ends == sorted(ends)
    assert THIN.start <= ends[0]
    assert ends[-1] < THIN.end


def test_chosen_interfaces_see_exactly_what_they_see_among_all() -> None:
    company, start = Company(THIN), THIN.start + 9 * 3_600
    chosen = ["web-1", "nat"]
    among_all = [r for r in company.records(start, start + 3_600) if r.interface.name in chosen]

    assert list(company.records(start, start + 3_600, chosen)) == among_all


def test_the_company_exists_before_and_after_the_run() -> None:
    company = Company(THIN)
    before = list(company.records(THIN.start - 3_600, THIN.start))
    after = list(company.records(THIN.end + 86_400, THIN.end + 90_000))

    assert before
    assert after


def test_a_run_of_two_days_is_two_runs_of_one_day_each() -> None:
    two = Config(days=2, scale=0.05)
    first = list(generate(THIN))

    assert list(Company(two).records(two.start, two.start + 86_400)) == [_same_place(two, record) for record in first]


def _same_place(config: Config, record: Record) -> Record:
    return record._replace(interface=Company(config).network[record.interface.name])


def test_no_flow_has_two_records_in_one_window_of_one_interface() -> None:
    records = [r for r in Company(Config(scale=5)).records(Config().start, Config().start + 1_800) if r.srcaddr]
    keys = Counter((r.interface.id, r.start, r.srcaddr, r.dstaddr, r.srcport, r.dstport, r.protocol, r.action, r.pkt_srcaddr,
                    r.pkt_dstaddr) for r in records)  # fmt: skip

    assert keys.most_common(1)[0][1] == 1
