"""Setup: flow logs planned, priced, made, proven and taken down."""

import streamlit as st

from flowinsight.switches import provisioning_allowed
from flowinsight.ui import shell
from flowinsight.ui.setup import exporting, form, making, price, seen, tearing, verifying, who

with shell.page():
    person = who.choose()
    if person is None:
        st.stop()
    found = seen.draw(person)
    if found is None:
        st.stop()
    wanted = form.draw(person, found)
    if wanted is not None:
        price.draw(person, found, wanted)
        plan = making.draw(person, wanted)
        if provisioning_allowed():
            verifying.draw(person, wanted, found)
        exporting.draw(plan, wanted, person.place, found)
    if provisioning_allowed():
        tearing.draw(person, found, wanted)
