"""A small Slack app for the tests of the page: it opens, fills and answers everything.

It is the other side of the stand-in, built on the real slack_sdk, and has no more in it
than the page needs to be tried out.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, Response, jsonify, request
from slack_sdk import WebClient

from bot.demo.server import Server
from bot.demo.slack import SlackStandIn

Json = dict[str, Any]

PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="960" height="240">'
    '<rect width="960" height="240" fill="#f7f3ee"/>'
    '<path d="M20 180h920" stroke="#999" stroke-width="2"/>'
    '<path d="M90 180v-70m120 70v-40m60 40v-90m200 90v-30m240 30v-60" '
    'stroke="#1d4aff" stroke-width="8"/>'
    '<path d="M560 180v-120m40 120v-120m180 120v-110" stroke="#f54e00" '
    'stroke-width="8"/></svg>'
)


@contextmanager
def answered_by(app: SlackApp, **options: Any) -> Iterator[SlackStandIn]:
    """A stand-in that tells the app what happens, and that the app calls."""
    url = f"{app.server.url}/slack/events"
    stand_in = SlackStandIn(request_url=url, **options).start()
    app.client = WebClient(stand_in.bot_token, base_url=stand_in.api_url)
    try:
        yield stand_in
    finally:
        stand_in.stop()


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def option(text: str, value: str = "", description: str = "") -> Json:
    made: Json = {"text": plain(text), "value": value or text}
    return made | ({"description": plain(description)} if description else {})


def field(block_id: str, label: str, element: Json, **more: Any) -> Json:
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(label),
        "element": {"action_id": block_id, **element},
        **more,
    }


def button(action_id: str, text: str, **more: Any) -> Json:
    return {
        "type": "button",
        "action_id": action_id,
        "text": plain(text),
        "value": action_id,
        **more,
    }


CONFIRM = {
    "title": plain("Share it?"),
    "text": plain("Everybody in the channel sees it."),
    "confirm": plain("Share"),
    "deny": plain("Cancel"),
}
OVERFLOW = {
    "type": "overflow",
    "action_id": "more",
    "options": [
        option("Attach as a file"),
        option("Copy for the customer"),
        option("Revoke link"),
    ],
}
EXPIRY = {
    "type": "static_select",
    "placeholder": plain("Choose"),
    "option_groups": [
        {"label": plain("Soon"), "options": [option("1 hour", "1h")]},
        {
            "label": plain("Later"),
            "options": [option("7 days", "7d"), option("30 days", "30d")],
        },
    ],
    "initial_option": option("7 days", "7d"),
}


def share_view(note: str = "", extra: tuple[Json, ...] = ()) -> Json:
    """A modal with every kind of input there is."""
    return {
        "type": "modal",
        "callback_id": "share",
        "title": plain("Share replay"),
        "submit": plain("Share"),
        "close": plain("Cancel"),
        "blocks": [
            {
                "type": "section",
                "block_id": "what",
                "text": mrkdwn("*Jane Doe* · 4 min 12 s\n12 console errors"),
                "accessory": button("preview", "Preview"),
            },
            field(
                "where",
                "Where",
                {
                    "type": "conversations_select",
                    "default_to_current_conversation": True,
                    "filter": {"include": ["public", "private"]},
                },
                hint=plain("The app joins public channels by itself."),
            ),
            field("expires", "Link expires", EXPIRY),
            field(
                "audience",
                "Audience",
                {
                    "type": "radio_buttons",
                    "options": [
                        option("Staff", "staff", "Everything that was recorded"),
                        option("Customer", "customer", "Without console and network"),
                    ],
                    "initial_option": option(
                        "Staff", "staff", "Everything that was recorded"
                    ),
                },
            ),
            field(
                "extras",
                "Along with it",
                {
                    "type": "checkboxes",
                    "options": [option("Errors", "errors"), option("A file", "file")],
                    "initial_options": [option("Errors", "errors")],
                },
                optional=True,
            ),
            field(
                "note",
                "Note",
                {
                    "type": "plain_text_input",
                    "multiline": True,
                    "placeholder": plain("What should they look at?"),
                    "initial_value": note,
                },
                optional=True,
            ),
            field("opens", "Limit of opens", {"type": "plain_text_input"}),
            field("owner", "On behalf of", {"type": "users_select"}, optional=True),
            field("day", "Not before", {"type": "datepicker"}, optional=True),
            *extra,
        ],
    }


def pushed_view() -> Json:
    return {
        "type": "modal",
        "title": plain("Are you sure?"),
        "submit": plain("Yes"),
        "blocks": [
            {
                "type": "section",
                "text": mrkdwn("It goes to *another company*."),
            }
        ],
    }


HOME = [
    {"type": "header", "text": plain("Your recent shares")},
    {
        "type": "section",
        "block_id": "share-1",
        "text": mrkdwn("*Jane Doe* · #support\nExpires in 2 days"),
        "accessory": {
            "type": "overflow",
            "action_id": "home_more",
            "options": [option("Extend by 7 days", "extend"), option("Revoke", "off")],
        },
    },
    {"type": "context", "elements": [mrkdwn("Opened 3 times")]},
    {"type": "divider"},
    {
        "type": "actions",
        "elements": [button("find", "Find replays", style="primary")],
    },
]


def answer(picture: str) -> list[Json]:
    """What a command is answered: every element a message may have."""
    return [
        {"type": "section", "text": mrkdwn("*2 replays of* `jane.doe@example.com`")},
        {
            "type": "section",
            "block_id": "replay-1",
            "text": mrkdwn("*Checkout* · 4 min 12 s · 12 console errors"),
            "accessory": OVERFLOW,
        },
        {
            "type": "section",
            "block_id": "replay-2",
            "text": mrkdwn("*Dashboard* · 1 min 2 s"),
            "accessory": OVERFLOW,
        },
        {
            "type": "context",
            "elements": [
                {"type": "image", "image_url": picture, "alt_text": "Timeline"},
                mrkdwn("Chrome on Mac · <!date^1767000000^{date_short_pretty}|then>"),
            ],
        },
        {
            "type": "actions",
            "block_id": "choices",
            "elements": [
                button("share", "Share link", style="primary", confirm=CONFIRM),
                {**EXPIRY, "action_id": "expiry"},
                {
                    "type": "conversations_select",
                    "action_id": "elsewhere",
                    "placeholder": plain("Share elsewhere"),
                },
                button("open", "Open", url="http://127.0.0.1/replay"),
            ],
        },
    ]


def unfurl(picture: str) -> list[Json]:
    """What a link to a replay is unfurled to."""
    return [
        {
            "type": "section",
            "text": mrkdwn("*Replay of Jane D.* · 4 min 12 s\n12 console errors"),
        },
        {
            "type": "image",
            "title": plain("What happened when"),
            "image_url": picture,
            "alt_text": "A timeline of clicks and errors",
        },
        {"type": "context", "elements": [mrkdwn("Expires in 6 days")]},
        {"type": "actions", "elements": [button("again", "Find more")]},
    ]


class SlackApp:
    """``heard`` holds every payload and event, in the order they came. Set ``client``
    before the first one comes; while ``fails`` is set, it answers modals with 500.
    Menus that ask it are answered ``offers``, after it ``waits`` so many seconds."""

    client: WebClient

    def __init__(self) -> None:
        self.heard: list[Json] = []
        self.fails = False
        self.offers: Any = {"options": []}
        self.waits = 0.0
        self._news = threading.Condition()
        flask = Flask("app")
        flask.post("/slack/events")(self._take)
        flask.post("/slack/options")(self._offer)
        flask.get("/picture.svg")(lambda: Response(PICTURE, mimetype="image/svg+xml"))
        self.server = Server(flask)
        self.picture = f"{self.server.url}/picture.svg"

    def of(self, kind: str) -> list[Json]:
        """The payloads and events of that type."""
        return [each for each in self.heard if each.get("type") == kind]

    def wait_for(self, number: int, kind: str) -> None:
        """Wait until so many came. Raises TimeoutError after five seconds."""
        with self._news:
            if not self._news.wait_for(lambda: len(self.of(kind)) >= number, 5):
                raise TimeoutError(f"only {len(self.of(kind))} of {number} {kind}")

    def _hear(self, given: Json) -> None:
        with self._news:
            self.heard.append(given)
            self._news.notify_all()

    def _take(self) -> Response | Json:
        if request.is_json:
            event = request.get_json()["event"]
            self._hear(event)
            return self._event(event)
        if "command" in request.form:
            return {"response_type": "ephemeral", "blocks": answer(self.picture)}
        payload = json.loads(request.form["payload"])
        self._hear(payload)
        if payload["type"] == "block_actions":
            return self._action(payload)
        if payload["type"] == "view_submission":
            if self.fails:
                return Response(status=500)
            return self._submission(payload["view"])
        if payload["type"] in ("shortcut", "message_action"):
            self.client.views_open(trigger_id=payload["trigger_id"], view=share_view())
        return Response(status=200)

    def _offer(self) -> Response:
        self._hear(json.loads(request.form["payload"]))
        time.sleep(self.waits)
        return jsonify(self.offers)

    def _event(self, event: Json) -> Response:
        if event["type"] == "app_home_opened" and event["tab"] == "home":
            self.client.views_publish(
                user_id=event["user"], view={"type": "home", "blocks": HOME}
            )
        elif event["type"] == "message" and "bot_id" not in event:
            self.client.chat_postMessage(channel=event["channel"], text="Looking…")
        return Response(status=200)

    def _action(self, payload: Json) -> Response:
        action = payload["actions"][0]
        if action["action_id"] == "preview":
            view = share_view("A new note", ({"type": "divider"},))
            self.client.views_update(view_id=payload["view"]["id"], view=view)
        elif action["action_id"] == "find":
            self.client.views_open(trigger_id=payload["trigger_id"], view=share_view())
        return Response(status=200)

    def _submission(self, view: Json) -> Response | Json:
        values = view["state"]["values"]
        if "opens" not in values:
            return {"response_action": "clear"}
        if not str(values["opens"]["opens"]["value"]).isdigit():
            errors = {"opens": "Write a number, such as 5."}
            return {"response_action": "errors", "errors": errors}
        return {"response_action": "push", "view": pushed_view()}
