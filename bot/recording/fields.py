"""Which fields of a page hold what must not be seen, while somebody types into them.

A recorder sends a field's text at every key. What is typed has no look before it is
whole, so a field is known by what the page calls it, or by what a first reading of the
recording found in it. Facts about fields are HTML's (``type``, ``autocomplete``).
"""

from __future__ import annotations

import re
from typing import Any

from bot.policy import Kind, RedactionPolicy

_TAGS = frozenset({"input", "textarea"})
_NOT_TYPED = frozenset(
    {
        *("button", "submit", "reset", "image", "checkbox", "radio", "range", "color"),
        *("file", "hidden"),
    }
)
_SECRET_PURPOSE = r"\b(?:current-password|new-password|one-time-code|cc-)"  # noqa: S105
_EMAIL_PURPOSE = r"\b(?:email|username)\b"
_EMAIL_NAME = r"mail|login|user[-_ ]?(?:name|id)?(?![a-z])"
_PHONE_NAME = r"phone|mobile|(?<![a-z])(?:tel|cell|fax)(?![a-z])"


class Fields:
    """The fields to be masked, learned from the pages as they come by."""

    def __init__(self, policy: RedactionPolicy) -> None:
        types, purposes, names = set(), [], []
        if policy.secrets:
            types.add("password")
            purposes.append(_SECRET_PURPOSE)
        if Kind.EMAIL in policy.kinds:
            types.add("email")
            purposes.append(_EMAIL_PURPOSE)
            names.append(_EMAIL_NAME)
        if Kind.PHONE in policy.kinds:
            types.add("tel")
            purposes.append(r"\btel\b")
            names.append(_PHONE_NAME)
        self._types = frozenset(types)
        self._purpose = _any(purposes)
        self._name = _any(names)
        self._known: set[tuple[str, Any]] = set()
        self._page: dict[str, str] = {}
        self._foreseen: set[tuple[str, str, Any]] = set()

    def is_masked(self, tag: object, attributes: dict[str, Any]) -> bool:
        """Whether what is in a field goes because of what the page calls it; by other
        names than secrets', which the caller knows."""
        if text_of(attributes, "type").lower() in self._types:
            return True
        return is_typed(tag, attributes) and (
            self._purpose.search(text_of(attributes, "autocomplete")) is not None
            or any(
                self._name.search(text_of(attributes, name)) is not None
                for name in ("name", "id")
            )
        )

    def turn_page(self, window: str, href: object) -> None:
        """Another page, or the same one recorded anew: its snapshot comes next and
        says all fields again, perhaps by numbers that others had."""
        self._page[window] = str(href).partition("#")[0]
        self._known = {key for key in self._known if key[0] != window}

    def learn(self, window: str, node: Any) -> None:
        """This node is a field to be masked."""
        if isinstance(node, int | str):
            self._known.add((window, node))

    def foresee(self, window: str, node: Any) -> None:
        """This node of the present page will hold something that goes."""
        if isinstance(node, int | str):
            self._foreseen.add((window, self._page.get(window, ""), node))

    def knows(self, window: str, node: Any) -> bool:
        """Whether the node's text goes, whatever it is by now."""
        if not isinstance(node, int | str):
            return False
        return (window, node) in self._known or (
            (window, self._page.get(window, ""), node) in self._foreseen
        )

    def close(self) -> None:
        """Forget the pages, not what was foreseen: the recording is read again."""
        self._known.clear()
        self._page.clear()

    @property
    def any_known(self) -> bool:
        return bool(self._known)

    @property
    def any_foreseen(self) -> bool:
        return bool(self._foreseen)


def is_typed(tag: object, attributes: dict[str, Any]) -> bool:
    """Whether people type into it and see what they type."""
    return (
        isinstance(tag, str)
        and tag in _TAGS
        and text_of(attributes, "type").lower() not in _NOT_TYPED
    )


def text_of(attributes: dict[str, Any], name: str) -> str:
    """An attribute's text; empty where it has none."""
    value = attributes.get(name)
    return value if isinstance(value, str) else ""


def _any(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(patterns) or r"(?!)", re.IGNORECASE | re.ASCII)
