"""Takes secrets out of recordings before anything is stored.

Recorders redact what they know; URLs never, older ones not bodies. What counts as a
secret is ``secrets``' and ``personal``'s business, taking it out of a text is the
scrubber's; where the recorded page itself holds some is ``page_secrets``', and what a
customer may see is ``audience``'s. What was removed is counted by kind, for the
manifest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from bot.policy import RedactionPolicy
from bot.recording import lossless
from bot.recording.exchanges import without_exchanged
from bot.recording.fields import Fields
from bot.recording.page_secrets import KIND as PAGE
from bot.recording.page_secrets import Pages, typed_texts
from bot.recording.prefilter import prefilter
from bot.recording.rrweb import (
    CONSOLE_PLUGIN,
    CUSTOM,
    FULL_SNAPSHOT,
    INPUT,
    META,
    MUTATION,
    NETWORK_PLUGIN,
    PLUGIN,
    RrwebEvent,
)
from bot.recording.scrubber import Scrubber
from bot.recording.secrets import REDACTED

__all__ = ["REDACTED", "Redactor"]

# posthog-js's own configuration, project token included, which nobody replays.
_SDK_TAGS = frozenset(
    {"$posthog_config", "$remote_config_received", "$session_options"}
)
# Mouse, scrolling, resizing, media: numbers, ten thousands of them.
_NUMBERS = frozenset({1, 2, 3, 4, 6, 7, 12, 14})
# Pixels and fonts in base64 or as bytes, as canvas and font events hold them.
_BINARY = frozenset({"base64", "rr_dataURL", "buffer"})


class Redactor:
    """Redacts events one by one; ``counts`` says how many of each kind.

    ``own`` are the e-mail addresses that may stay: the person's own.
    """

    def __init__(
        self,
        policy: RedactionPolicy | None = None,
        *,
        own: frozenset[str] = frozenset(),
    ) -> None:
        self._policy = policy or RedactionPolicy()
        self._scrubber = Scrubber(self._policy, own)
        self._fields = Fields(self._policy)
        self._pages = Pages(self._scrubber, self._fields)
        self._prefilter = prefilter(self._policy)

    @property
    def counts(self) -> Counter[str]:
        return self._scrubber.counts

    def foresee(self, events: Iterable[RrwebEvent]) -> None:
        """Read the whole recording once before it is redacted, to know the fields and
        texts in which something will have been typed that goes. Of use where the
        policy ``looks_ahead``; without it what was typed before an address was whole
        stays, except in fields that say what they are for."""
        for item in events:
            if item.type == META:
                self._fields.turn_page(item.window_id, item.data.get("href"))
            for node, text in typed_texts(item):
                if self._scrubber.shows_personal(text):
                    self._fields.foresee(item.window_id, node)
        self._fields.close()

    def may_hold(self, raw: bytes) -> bool:
        """Whether something could go out of a snapshot or mutation, told by its JSON
        or that of a part of it. Where this says no, ``redact`` would change nothing
        and learn nothing: the event need not even be parsed."""
        return self._fields.any_foreseen or self._prefilter.may_hold(
            raw, fields=self._fields.any_known
        )

    def url(self, url: str) -> str:
        """An address as it stands in the redacted events."""
        return self._scrubber.url(url)

    def redact(self, item: RrwebEvent) -> RrwebEvent:
        """The event without secrets; the same object where there was none."""
        if self._policy.is_idle:
            return item
        if (item.type == FULL_SNAPSHOT or item.source == MUTATION) and not (
            self.may_hold(item.line)
        ):
            return item
        before = self.counts.total()
        event = {key: self._part(item, key) for key in item.event}
        if self.counts.total() == before:
            return item
        return RrwebEvent(item.window_id, event)

    def _part(self, item: RrwebEvent, key: str) -> Any:
        value = item.event[key]
        if key in ("type", "timestamp", "delay"):
            return value
        if key == "data" and isinstance(value, dict):
            return self._data(item)
        return self._scrubber.value(value, "event")

    def _data(self, item: RrwebEvent) -> dict[str, Any]:
        data = item.data
        if item.type == META:
            self._fields.turn_page(item.window_id, data.get("href"))
            return {
                key: self._scrubber.url(value)
                if key == "href" and isinstance(value, str)
                else self._scrubber.value(value, "event")
                for key, value in data.items()
            }
        if item.type == CUSTOM:
            return self._custom(item)
        if item.type == PLUGIN:
            return self._plugin(data)
        if item.type == FULL_SNAPSHOT or item.source in (MUTATION, INPUT):
            return self._pages.without_secrets(item)
        if item.source in _NUMBERS:
            return data
        drawn: dict[str, Any] = self._drawn(data, 0)
        return drawn

    def _custom(self, item: RrwebEvent) -> dict[str, Any]:
        data = item.data
        payload = data.get("payload")
        if item.tag in _SDK_TAGS and payload:
            return {**data, "payload": self._without_config()}
        # posthog-js's own events name a session by an id that opens nothing.
        by_name = not item.tag.startswith("$")
        return {
            key: self._scrubber.value(value, "event", by_name=by_name)
            for key, value in data.items()
        }

    def _without_config(self) -> dict[str, Any]:
        self._scrubber.gone("sdk_config")
        return {}

    def _plugin(self, data: dict[str, Any]) -> dict[str, Any]:
        payload = data.get("payload")
        plugin = data.get("plugin")
        if plugin == CONSOLE_PLUGIN and isinstance(payload, dict):
            clean: Any = {
                key: value if key == "level" else self._scrubber.value(value, "console")
                for key, value in payload.items()
            }
        elif plugin == NETWORK_PLUGIN and isinstance(payload, dict):
            clean = without_exchanged(payload, self._scrubber)
        else:
            clean = self._scrubber.value(payload, "plugin")
        return {**data, "payload": clean} if "payload" in data else data

    def _drawn(self, value: Any, depth: int) -> Any:
        """What a style sheet, canvas, font or another change holds: texts by look."""
        if isinstance(value, str):
            return self._scrubber.style(value, PAGE)
        if not isinstance(value, dict | list):
            return value
        if depth > lossless.MAX_DEPTH // 2:
            return self._scrubber.gone(PAGE)
        if isinstance(value, list):
            return [self._drawn(one, depth + 1) for one in value]
        return {
            key: one if key in _BINARY else self._drawn(one, depth + 1)
            for key, one in value.items()
        }
