"""What people do in the app's views: fill in, press, submit and close.

Imitates docs.slack.dev/surfaces/modals and docs.slack.dev/reference/
interaction-payloads/view-interactions-payload. Not established, and so lenient: in
which case besides a closed stack ``is_cleared`` is true, and whether a stack that the
app clears sends view_closed (it does not here).
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from bot.demo.slack import payloads
from bot.demo.slack.acting import Actor
from bot.demo.slack.actions import (
    Chosen,
    action_of,
    chosen_in,
    elements_of,
    state_of,
)
from bot.demo.slack.blocks import Block, loaded_options
from bot.demo.slack.errors import SlackError
from bot.demo.slack.model import Ack, Json, User, View
from bot.demo.slack.submissions import addresses_of, check_inputs, errors_for
from bot.demo.slack.triggers import new_trigger
from bot.demo.slack.views import checked_view, push_view, replace_view

LEAST_TYPED = 3
"""Characters from which Slack asks the app, where it names no number."""

TROUBLE = "The app did not answer as it should. Try again."
"""Stands for Slack's own words in ``View.errors[""]``."""


def as_shown(view: View) -> list[Block]:
    """The view's blocks, with what the app offered in menus that ask it."""
    return [
        {**block, "element": _offered(view, block["element"])}
        if block["type"] == "input"
        else block
        for block in view.blocks
    ]


def _offered(view: View, element: Block) -> Block:
    if element["type"] != "external_select":
        return element
    return {**element, "options": view.offered.get(element["action_id"], [])}


class Modals(Actor):
    """The part of ``People`` that is about modals, and presses on the Home tab."""

    def modal(self, user: str) -> View | None:
        """The modal on top of the user's screen."""
        stack = self.workspace.modals.get(self.workspace.user(user).id, [])
        return self.workspace.views[stack[-1]] if stack else None

    def click_in_view(
        self,
        user: str,
        view: View,
        action_id: str,
        value: Chosen = None,
        block_id: str = "",
    ) -> Ack:
        """Press or choose in a modal or on the Home tab; raises LookupError where it
        is not shown to the user. A choice becomes part of the view's state."""
        who = self.workspace.user(user)
        if view.user != who.id or not self._is_shown(view):
            raise LookupError(f"{who.name} does not see this view")
        action_ts = self.workspace.next_ts()
        action = action_of(as_shown(view), action_id, value, action_ts, block_id)
        with self.workspace.lock:
            self._keep(view, action_id, value, block_id)
        trigger_id = new_trigger(self.workspace, who.id, view.channel)
        return self.delivery.interaction(
            "action",
            payloads.view_click(who, view, action, trigger_id),
            trigger_id=trigger_id,
        )

    def fill(self, user: str, action_id: str, value: Chosen) -> Ack | None:
        """Type or choose in an input of the modal on top, without submitting it.

        The app is told only of inputs with ``dispatch_action``; else None is returned.
        """
        view = self._top(user)
        block = self._block_with(view, action_id)
        if block["type"] != "input" or block.get("dispatch_action") is True:
            return self.click_in_view(user, view, action_id, value)
        with self.workspace.lock:
            self._keep(view, action_id, value)
        return None

    def suggest(self, user: str, action_id: str, typed: str) -> list[Block]:
        """Type into a menu of the modal on top that asks the app; what it then offers.

        Raises ValueError where too little is typed for Slack to ask.
        """
        who, view = self.workspace.user(user), self._top(user)
        block = self._block_with(view, action_id)
        element = block.get("element", {})
        if element.get("type") != "external_select":
            raise LookupError(f"{action_id!r} asks nobody")
        if len(typed) < element.get("min_query_length", LEAST_TYPED):
            raise ValueError("Slack asks the app once more is typed")
        ack = self.delivery.options(payloads.suggestion(who, view, block, typed))
        offered: list[Block] = []
        if ack.ok:
            with suppress(SlackError, ValueError):
                offered = loaded_options(json.loads(ack.body))
        values = {option["value"] for option in offered}
        with self.workspace.lock:
            # What was offered before may be chosen still.
            before = view.offered.get(action_id, [])
            kept = [option for option in before if option["value"] not in values]
            view.offered[action_id] = [*offered, *kept]
        return offered

    def submit(self, user: str, values: Json | None = None) -> Ack:
        """Submit the modal on top. The app's answer closes, updates or pushes, or shows
        errors, which are kept in ``View.errors``.

        ``values`` by block id and action id, as in Slack's ``state``; what they leave
        out is as filled in before. Raises ValueError where Slack would not submit,
        because a field that is needed is empty or a text is too long or too short.
        """
        who, view = self.workspace.user(user), self._top(user)
        with self.workspace.lock:
            given = {
                block: {**view.values.get(block, {}), **entries}
                for block, entries in (values or {}).items()
            }
            view.values = state_of(view.blocks, {**view.values, **given}, view.channel)
            view.errors = {}
        check_inputs(view)
        trigger_id = new_trigger(self.workspace, who.id, view.channel)
        ack = self.delivery.interaction(
            "view",
            payloads.view_submission(
                who, view, trigger_id, addresses_of(self.workspace, view)
            ),
            trigger_id=trigger_id,
        )
        with self.workspace.lock:
            try:
                if not ack.ok:
                    raise SlackError("dispatch_failed")
                self._after_submit(who, view, ack.body)
            except (SlackError, ValueError, LookupError, AttributeError):
                view.errors = {"": TROUBLE}
            self.workspace.touch()
        return ack

    def close_modal(self, user: str, *, back: bool = False) -> None:
        """Close what is open with the cross; ``back`` presses the view's own button,
        which leads to the view below unless the app asked to clear on close."""
        who = self.workspace.user(user)
        with self.workspace.lock:
            stack = self.workspace.modals.get(who.id, [])
            views = [self.workspace.views[id_] for id_ in reversed(stack)]
            cleared = not back or bool(views and views[0].body.get("clear_on_close"))
            closed = views if cleared else views[:1]
            self.workspace.modals[who.id] = stack[: len(stack) - len(closed)]
            self.workspace.touch()
        for view in closed:
            if view.body.get("notify_on_close"):
                payload = payloads.view_closed(who, view, is_cleared=cleared)
                self.delivery.interaction("view", payload)

    def _top(self, user: str) -> View:
        view = self.modal(user)
        if view is None:
            raise LookupError(f"{self.workspace.user(user).name} has no modal open")
        return view

    def _is_shown(self, view: View) -> bool:
        return view.kind == "home" or view.id in self.workspace.modals.get(
            view.user, []
        )

    @staticmethod
    def _block_with(view: View, action_id: str) -> Block:
        for block, element in elements_of(view.blocks):
            if element["action_id"] == action_id:
                return block
        raise LookupError(f"no element {action_id!r} is shown")

    def _keep(
        self, view: View, action_id: str, value: Chosen, block_id: str = ""
    ) -> None:
        state = state_of(view.blocks, view.values, view.channel)
        for block, element in elements_of(view.blocks):
            if block_id not in ("", block["block_id"]):
                continue
            if element["action_id"] == action_id and action_id in state.get(
                block["block_id"], {}
            ):
                state[block["block_id"]][action_id] = {
                    "type": element["type"],
                    **chosen_in(_offered(view, element), value),
                }
        view.values = state
        self.workspace.touch()

    def _after_submit(self, who: User, view: View, body: str) -> None:
        given: Any = json.loads(body) if body.strip() else {}
        action = given.get("response_action", "")
        stack = self.workspace.modals[who.id]
        if action == "update":
            replace_view(self.workspace, view, checked_view(given["view"], "modal"))
        elif action == "push":
            body_of = checked_view(given["view"], "modal")
            push_view(self.workspace, body_of, who.id, view.channel)
        elif action == "clear":
            stack.clear()
        elif action == "errors":
            view.errors = errors_for(view, given["errors"])
        elif action:
            raise ValueError(f"no such response_action: {action}")
        elif view.id in stack:
            stack.remove(view.id)
