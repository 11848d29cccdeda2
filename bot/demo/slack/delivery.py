"""Carries what happens in the workspace to the app, and times its answer.

It is signed and posted to the request URL, or goes through Socket Mode while that runs.

Imitates docs.slack.dev/authentication/verifying-requests-from-slack and the deadlines
and retries of docs.slack.dev/apis/events-api. The signature is made by slack_sdk's own
SignatureVerifier.
"""

from __future__ import annotations

import json
import time
from urllib.parse import urlencode

import requests
from slack_sdk.signature import SignatureVerifier

from bot.demo.slack.model import Ack, Json
from bot.demo.slack.socket import SocketMode
from bot.demo.slack.workspace import Workspace

DEADLINE_SECONDS = 3.0
RETRY_AFTER_SECONDS = (0.0, 60.0, 300.0)

_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"


class Delivery:
    """Posts to the app's request URL; every answer is kept in ``workspace.acks``."""

    def __init__(
        self, workspace: Workspace, request_url: str, signing_secret: str
    ) -> None:
        self.socket = SocketMode(workspace)
        self.request_url = request_url
        self.options_url = ""
        """Where menus ask for their entries; without it Slack asks nobody."""
        self.signing_secret = signing_secret
        self.deadline = DEADLINE_SECONDS
        self._workspace = workspace

    def form(self, kind: str, form: Json, **ids: str) -> Ack:
        """A slash command's own form fields."""
        if self.socket.is_on:
            return self._over_socket(kind, "slash_commands", form, (0, ""), **ids)
        return self._post(kind, urlencode(form), _FORM, {}, **ids)

    def interaction(self, kind: str, payload: Json, **ids: str) -> Ack:
        """Any other interaction: one field ``payload`` that holds JSON."""
        if self.socket.is_on:
            return self._over_socket(kind, "interactive", payload, (0, ""), **ids)
        return self.form(kind, {"payload": json.dumps(payload)}, **ids)

    def options(self, payload: Json) -> Ack:
        """What a menu asks the app for goes to an address of its own."""
        if self.socket.is_on:
            return self._over_socket("options", "interactive", payload, (0, ""))
        body = urlencode({"payload": json.dumps(payload)})
        return self._post("options", body, _FORM, {}, url=self.options_url)

    def event(self, envelope: Json, retry_num: int = 0, reason: str = "") -> Ack:
        """One event, and its retries where the app does not take it.

        Slack tries again at once, after a minute and after five minutes, unless a
        refusal carries ``X-Slack-No-Retry: 1``.
        """
        ack = self._event(envelope, retry_num, reason)
        wants_none = ack.error == "no_retry"
        if ack.ok or wants_none or retry_num >= len(RETRY_AFTER_SECONDS):
            return ack
        wait = RETRY_AFTER_SECONDS[retry_num]
        reason = ack.error or "http_error"
        if not wait:
            return self.event(envelope, retry_num + 1, reason)
        self._workspace.schedule.after(
            wait, lambda: self._retry(envelope, retry_num + 1, reason)
        )
        return ack

    def _retry(self, envelope: Json, retry_num: int, reason: str) -> None:
        self.event(envelope, retry_num, reason)

    def _event(self, envelope: Json, retry_num: int, reason: str) -> Ack:
        event_id = str(envelope["event_id"])
        if self.socket.is_on:
            return self._over_socket(
                "event",
                "events_api",
                envelope,
                (retry_num, reason),
                event_id=event_id,
            )
        headers = {}
        if retry_num:
            headers = {
                "X-Slack-Retry-Num": str(retry_num),
                "X-Slack-Retry-Reason": reason,
            }
        body = json.dumps(envelope)
        return self._post("event", body, _JSON, headers, event_id=event_id)

    def _over_socket(
        self,
        kind: str,
        type_: str,
        payload: Json,
        retry: tuple[int, str],
        *,
        trigger_id: str = "",
        response_url: str = "",
        event_id: str = "",
    ) -> Ack:
        started = time.monotonic()
        answer = self.socket.send(type_, payload, deadline=self.deadline, retry=retry)
        ack = Ack(
            kind,
            0 if answer.error else 200,
            "" if answer.payload is None else json.dumps(answer.payload),
            time.monotonic() - started,
            answer.error,
            trigger_id,
            response_url,
            event_id,
            retry[0],
        )
        with self._workspace.lock:
            self._workspace.acks.append(ack)
        return ack

    def signed_headers(self, body: str) -> dict[str, str]:
        """The two headers Slack puts on everything it sends."""
        timestamp = str(int(self._workspace.clock()))
        signature = SignatureVerifier(self.signing_secret).generate_signature(
            timestamp=timestamp, body=body
        )
        return {
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": str(signature),
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        }

    def _post(
        self,
        kind: str,
        body: str,
        content_type: str,
        headers: dict[str, str],
        *,
        url: str | None = None,
        trigger_id: str = "",
        response_url: str = "",
        event_id: str = "",
    ) -> Ack:
        status, answer, error = 0, "", ""
        started = time.monotonic()
        try:
            # A session of its own, so that a proxy named in the environment of the
            # demo does not get between the stand-in and the app.
            with requests.Session() as session:
                session.trust_env = False
                response = session.post(
                    self.request_url if url is None else url,
                    data=body.encode(),
                    headers={
                        **self.signed_headers(body),
                        **headers,
                        "Content-Type": content_type,
                    },
                    timeout=self.deadline,
                    allow_redirects=False,
                )
            status, answer = response.status_code, response.text
            if status != 200 and response.headers.get("X-Slack-No-Retry") == "1":
                error = "no_retry"
        except requests.Timeout:
            error = "http_timeout"
        except requests.RequestException:
            error = "connection_failed"
        seconds = time.monotonic() - started
        if not error and seconds > self.deadline:
            error = "http_timeout"
        ack = Ack(
            kind,
            status,
            answer,
            seconds,
            error,
            trigger_id,
            response_url,
            event_id,
            int(headers.get("X-Slack-Retry-Num", 0)),
        )
        with self._workspace.lock:
            self._workspace.acks.append(ack)
        return ack
