"""A person's browser without the browser: it speaks the websocket protocol of Streamlit, asks, and waits for the answer.

The protocol is internal to Streamlit and is that of the version pinned in pyproject.toml: BackMsg there, ForwardMsg back.
"""

import asyncio
import time
from typing import Self

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect


class Visitor:
    """One session of the pages. Widgets are known by the end of their names, which is the key they have in the code."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.page, self.query = "", ""
        self.widgets: dict[str, str] = {}
        self.typed: dict[str, str] = {}
        self.received = 0
        self.failed = ""
        self.socket: ClientConnection

    async def __aenter__(self) -> Self:
        address = self.url.replace("http", "ws", 1) + "/_stcore/stream"
        self.socket = await connect(address, subprotocols=["streamlit"], origin=self.url, max_size=None)  # type: ignore[list-item, arg-type]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.socket.close()

    async def ask(self, **boxes: str) -> float:
        """Type into boxes, and wait until the page is drawn; the seconds that it took. RuntimeError when it was not."""
        self.typed |= {self.widgets[key]: text for key, text in boxes.items()}
        began = time.perf_counter()
        await self.socket.send(self._rerun().SerializeToString())
        async with asyncio.timeout(120):
            while not self._finished(await self.socket.recv()):
                pass
        if self.failed:
            raise RuntimeError(self.failed)
        return time.perf_counter() - began

    def _rerun(self) -> BackMsg:
        message = BackMsg()
        asked = message.rerun_script
        asked.query_string, asked.page_script_hash = self.query, self.page
        asked.context_info.timezone, asked.context_info.locale, asked.context_info.url = "UTC", "en-GB", self.url
        for name, text in self.typed.items():
            state = asked.widget_states.widgets.add()
            state.id, state.string_value = name, text
        return message

    def _finished(self, data: str | bytes) -> bool:
        assert isinstance(data, bytes)
        message = ForwardMsg()
        message.ParseFromString(data)
        self.received += len(data)
        match message.WhichOneof("type"):
            case "new_session":
                self.page = message.new_session.page_script_hash
            case "page_info_changed":
                self.query = message.page_info_changed.query_string
            case "delta" if message.delta.WhichOneof("type") == "new_element":
                self._drawn(message)
            case "script_finished":
                return True
        return False

    def _drawn(self, message: ForwardMsg) -> None:
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        if kind == "text_input":
            self.widgets[element.text_input.id.rpartition("-")[2]] = element.text_input.id
        elif kind == "exception":
            self.failed = element.exception.message
