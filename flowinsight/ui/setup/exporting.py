"""The same plan for those who may not let an application create things, and the exact policies for everybody concerned."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from flowinsight.errors import FlowInsightError
from flowinsight.provision.export_cloudformation import existing, outside
from flowinsight.provision.exports import export, from_nothing, policy
from flowinsight.provision.plan import Plan
from flowinsight.provision.settings import Place
from flowinsight.provision.wanted import Wanted
from flowinsight.provision.wanted_file import to_toml
from flowinsight.ui.plain import gray
from flowinsight.ui.setup.seen import Seen


@dataclass(frozen=True)
class _Form:
    """A text to copy or to download: how it is made, its file's ending, and the language it is shown in."""

    make: Callable[[], str]
    ending: str
    language: str
    about: str


def draw(found: Plan | None, wanted: Wanted, place: Place, seen: Seen) -> None:
    """The card. Without a plan, or when nothing is left to do, the texts make the whole setup from nothing."""
    shown = found if found is not None and not found.empty else None
    whole = shown or from_nothing(wanted, place, seen.interfaces, found)
    with st.container(border=True, key="card_export"):
        st.markdown("#### Take the plan elsewhere")
        told = "These do what the plan above does." if shown else "These make the whole setup from nothing."
        forms = _forms(whole, wanted, place, told)
        chosen = st.segmented_control(
            "Form",
            list(forms),
            default=next(iter(forms)),
            required=True,
            key="setup_export",
            label_visibility="collapsed",
        )
        _draw(forms[chosen], wanted.name)


def _forms(whole: Plan, wanted: Wanted, place: Place, told: str) -> dict[str, _Form]:
    person = "What the person needs who plans, applies, verifies and tears down, and no more."
    asking = "What an investigator needs who asks these logs and changes nothing. Files on this machine need none."
    return {
        "AWS CLI": _Form(lambda: export(whole, "cli"), "sh", "bash", told),
        "CloudFormation": _Form(lambda: export(whole, "cloudformation-yaml"), "yaml", "yaml", _described(whole, told)),
        "Terraform": _Form(lambda: export(whole, "terraform"), "tf", "hcl", _described(whole, told)),
        "Policy to provision": _Form(lambda: policy(wanted, place, "policy-to-provision"), "json", "json", person),
        "Policy to ask": _Form(lambda: policy(wanted, place, "policy-to-ask"), "json", "json", asking),
        "Policy to ask with names": _Form(
            lambda: policy(wanted, place, "policy-to-ask-with-names"), "json", "json", asking
        ),
        "File for the command line": _Form(
            lambda: to_toml(wanted), "toml", "toml", "For python -m flowinsight setup plan --file wanted.toml."
        ),
    }


def _described(whole: Plan, told: str) -> str:
    """A description of the end: what it does not do where something is there already."""
    if not existing(whole) and not outside(whole):
        return told
    return "The whole setup as it shall be. What is there already is imported; what is replaced you delete: the text names both."


def _draw(form: _Form, name: str) -> None:
    try:
        text = form.make()
    except FlowInsightError as error:
        st.error(str(error), icon=":material/error:")
        return
    st.markdown(gray(form.about))
    st.download_button(
        "Download", text, f"{name}.{form.ending}", key="setup_download", icon=":material/download:", on_click="ignore"
    )
    with st.expander("Look at it, or copy it"):
        st.code(text, language=form.language, wrap_lines=True)
