"""Who spends, what they have spent today, and the limits they chose."""

import streamlit as st

from flowinsight import paths
from flowinsight.engines.insights_price import Tariff
from flowinsight.engines.insights_query_paid import Payer
from flowinsight.provision import price_file, prices
from flowinsight.spending import Ledger, Limits
from flowinsight.switches import spending_limit
from flowinsight.ui.accounts import Account
from flowinsight.ui.plain import gray


def ledger(account: Account) -> Ledger:
    """The sandbox's own where nothing is charged."""
    return Ledger(paths.spending_file(sandbox=account.identity.is_sandbox), spending_limit())


def person(account: Account) -> str:
    """Who is logged in; without a login, whoever AWS says is asking."""
    named = st.user.get("email") or st.user.get("sub") if st.user.get("is_logged_in") else None
    return str(named or account.caller.person)


def tariff(account: Account, region: str) -> Tariff:
    """The list price of reading, as it was last looked up."""
    known = price_file.known(paths.prices_file()).prices
    price = prices.prices_for(region, known)["asked in CloudWatch"]
    return Tariff(
        price.first, f"{price.label}; the sandbox charges nothing" if account.identity.is_sandbox else price.label
    )


def payer(account: Account, region: str) -> Payer:
    """Who pays for queries in a region."""
    return Payer(ledger(account), person(account), tariff(account, region))


def draw(account: Account) -> None:
    """What was spent today of the limit, and a way to choose other limits."""
    kept, who = ledger(account), person(account)
    limits = kept.limits(who)
    st.markdown(gray(f"{kept.spent(who):.4f} of {limits.day:.2f} USD today"), width="content")
    with st.popover("Limits", icon=":material/account_balance_wallet:", key="insights_limits"):
        day = st.number_input("USD a day", 0.0, value=limits.day, step=1.0, key="insights_limit_day")
        alone = st.number_input(
            "USD for a question that runs without being agreed to", 0.0, value=limits.alone, step=0.01, format="%.4f",
            key="insights_limit_alone",
            help="A question that comes from a link, from going back or from loading the page is filled in and priced, and "
            "runs by itself only up to this.",
        )  # fmt: skip
        if kept.most is not None:
            st.markdown(gray(f"Whoever runs FlowInsight allows at most {kept.most:.2f} USD a day."))
        if st.button("Use these limits", key="insights_limits_use", type="primary"):
            kept.choose(who, Limits(float(day), float(alone)))
            st.rerun()
