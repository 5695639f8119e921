"""How an exchange is cut where an interface's windows close."""

from itertools import pairwise
from random import Random

import pytest

from flowinsight.scenario import Company, Config, ScenarioError
from flowinsight.scenario.config import DAY
from flowinsight.scenario.exchange import FIN, SYN, TCP, Exchange, Load, Outcome, Party, Refusal
from flowinsight.scenario.observe import pieces

COMPANY = Company(Config())
WEB = COMPANY.network["web-1"]
CLIENT = Party("198.51.100.7")


def _exchange(at: int, lasts: int, packets: int, outcome: Outcome, refusal: Refusal | None = None) -> Exchange:
    load = Load(packets, 60 * packets)
    return Exchange("test", at, lasts, CLIENT, Party(WEB.address, WEB), 40_000, 80, TCP, load, load, outcome, refusal)


def test_the_pieces_add_up_whatever_the_cut() -> None:
    dice = Random(1)
    for _ in range(500):
        exchange = _exchange(dice.randrange(10**9), dice.randrange(301), dice.randrange(1, 40), Outcome.DATA)
        load = Load(exchange.sent.packets, dice.randrange(1, 10**6))
        cut = list(pieces(exchange, load, exchange.flags_sent, WEB))
        assert sum(packets for _, packets, _, _ in cut) == load.packets
        assert sum(size for _, _, size, _ in cut) == load.bytes
        assert all(packets > 0 for _, packets, _, _ in cut)


def test_a_connection_opens_in_its_first_window_and_closes_in_its_last() -> None:
    exchange = _exchange(WEB.opens(1_000) + 30, 120, 100, Outcome.DATA)
    cut = list(pieces(exchange, exchange.sent, exchange.flags_sent, WEB))

    assert [(window, seen) for window, _, _, seen in cut] == [(1_000, SYN), (1_001, 0), (1_002, FIN)]


def test_a_repeated_syn_shows_in_every_window() -> None:
    exchange = _exchange(WEB.opens(1_000) + 58, 6, 4, Outcome.REJECTED, Refusal.AT_SERVER)
    cut = list(pieces(exchange, exchange.sent, exchange.flags_sent, WEB))

    assert [(window, seen) for window, _, _, seen in cut] == [(1_000, SYN), (1_001, SYN)]


def test_an_interface_reports_one_pair_of_times_a_window_and_windows_never_overlap() -> None:
    for interface in COMPANY.network.interfaces.values():
        spans = [interface.reported(window) for window in range(20_000, 20_000 + 1_440)]
        assert all(start < end for start, end in spans)
        assert all(before[1] < after[0] for before, after in pairwise(spans))


def test_the_diary_lists_an_exchange_under_the_minute_it_starts_in() -> None:
    page = COMPANY.page(COMPANY.config.start // DAY)

    assert all(minute <= exchange.at < minute + 60 for minute, those in page.minutes.items() for exchange in those)


def test_an_exchange_longer_than_five_minutes_is_refused() -> None:
    with pytest.raises(ScenarioError, match="lasts 0 to 300 s, not 301"):
        _exchange(0, 301, 2, Outcome.DATA)
