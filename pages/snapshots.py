"""Snapshots: what was kept, to search, open, check, compare and share; and the case with its questions."""

import streamlit as st

from flowinsight.ui import shell
from flowinsight.ui.library import casebook, shelf

with shell.page():
    st.markdown("### Snapshots and cases")
    shelf.draw()
    casebook.draw()
