"""Installing the app by a click: Slack asks an administrator, and hands us a token.

slack_bolt runs the exchange; here is who may install, what is kept, and what people
read. ``code`` and tokens appear in no log and on no page.
docs.slack.dev/authentication/installing-with-oauth
"""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import Any, Protocol

from flask import Blueprint, Response, request
from slack_bolt import BoltRequest, BoltResponse
from slack_bolt.adapter.flask.handler import to_bolt_request, to_flask_response
from slack_bolt.error import BoltError
from slack_bolt.oauth import OAuthFlow
from slack_bolt.oauth.callback_options import CallbackOptions, FailureArgs, SuccessArgs
from slack_bolt.oauth.oauth_settings import OAuthSettings
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth import OAuthStateUtils
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.state_store.sqlalchemy import SQLAlchemyOAuthStateStore
from slack_sdk.web import SlackResponse
from sqlalchemy import delete, func, or_, select

from bot.errors import CourierError
from integrations.slack.client import strict
from integrations.slack.clients import INSTALL_PATH
from integrations.slack.errors import code_of, ours
from integrations.slack.installations import Installations, Transaction, Turns
from integrations.slack.manifest import APP_NAME, REDIRECT_PATH

_STATE_LIFE = 10 * 60
MOST_STATES = 500
"""Installations that are under way at once: anybody may open the install page, and
what that writes must not slow down the acks of those who work."""
_OPEN_SLACK = "https://slack.com/app_redirect?app={app}&team={team}"
_WORD = re.compile(r"[a-z_]{1,60}")

log = logging.getLogger(__name__)


class Page(Protocol):
    """Makes a page with a heading, a sentence, and a link with its label."""

    def __call__(
        self, status: int, title: str, text: str, *, link: tuple[str, str] | None
    ) -> Response: ...


class States(SQLAlchemyOAuthStateStore):
    """The states handed to browsers that began an installation; each works once."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(_STATE_LIFE, Turns.engine(transaction), logger=log)
        self._transaction = transaction

    def issue(self, *args: Any, **kwargs: Any) -> str:
        c = self.oauth_states.c
        newest = select(func.max(c.id)).scalar_subquery()
        with self._transaction() as connection:
            connection.execute(
                delete(self.oauth_states).where(
                    or_(c.expire_at <= _utc_now(), c.id <= newest - MOST_STATES)
                )
            )
        return super().issue()

    def consume(self, state: str) -> bool:
        # One statement, where slack_sdk's two let two requests pass with one state.
        c = self.oauth_states.c
        with self._transaction() as connection:
            used = connection.execute(
                delete(self.oauth_states).where(
                    c.state == state, c.expire_at > _utc_now()
                )
            )
        return used.rowcount == 1


class NotAllowed(BoltError):
    """The workspace is none of those that may use the app."""


class Installing(OAuthFlow):
    """The flow for the workspaces and organisations whose ids are ``allowed``; the
    app asks for ``scopes``."""

    def __init__(
        self,
        *,
        client: WebClient,
        client_id: str,
        client_secret: str,
        public_url: str,
        allowed: Collection[str],
        scopes: Collection[str],
        installations: Installations,
        states: States,
        page: Page,
    ) -> None:
        anonymous = strict(client, token="")
        self._allowed = allowed
        self._page = page
        # Bolt's own words for a failed exchange quote the code.
        silent = logging.getLogger(f"{__name__}.bolt")
        silent.setLevel(logging.CRITICAL)
        super().__init__(
            client=_Telling(
                base_url=anonymous.base_url,
                timeout=anonymous.timeout,
                ssl=anonymous.ssl,
                proxy=anonymous.proxy,
                logger=silent,
                retry_handlers=[],
            ),
            logger=silent,
            settings=OAuthSettings(
                client_id=client_id,
                client_secret=client_secret,
                scopes=list(scopes),
                user_scopes=[],
                redirect_uri=public_url + REDIRECT_PATH,
                install_path=INSTALL_PATH,
                redirect_uri_path=REDIRECT_PATH,
                authorization_url=_authorize_url(anonymous.base_url),
                installation_store=installations,
                state_store=states,
                state_expiration_seconds=_STATE_LIFE,
                callback_options=CallbackOptions(self._succeeded, self._failed),
                logger=silent,
            ),
        )

    def build_install_page_html(self, url: str, request: BoltRequest) -> str:
        page = self._page(
            200,
            f"Install {APP_NAME}",
            "It finds your customers' session replays when somebody types a command."
            " Slack will ask what it may do.",
            link=("Add to Slack", url),
        )
        return page.get_data(as_text=True)

    def store_installation(
        self, request: BoltRequest, installation: Installation
    ) -> None:
        """Keep it. Raises NotAllowed, after giving the token back."""
        ids = {installation.team_id, installation.enterprise_id} - {None}
        if not ids & set(self._allowed):
            try:
                with ours("auth.revoke"):
                    self.client.auth_revoke(token=installation.bot_token)
            except CourierError as error:
                log.warning("a refused installation's token stays valid: %s", error)
            raise NotAllowed(f"{' '.join(sorted(map(str, ids)))} may not install")
        super().store_installation(request, installation)

    def _succeeded(self, args: SuccessArgs) -> BoltResponse:
        made = args.installation
        where = made.team_name or made.enterprise_name or "Slack"
        log.info("installed in %s", made.team_id or made.enterprise_id)
        link = _OPEN_SLACK.format(app=made.app_id or "", team=made.team_id or "")
        title = f"{APP_NAME} is installed in {where}"
        text = "Type the slash command there to find a customer's replays."
        return self._answer(200, title, text, ("Open Slack", link))

    def _failed(self, args: FailureArgs) -> BoltResponse:
        again = ("Start again", INSTALL_PATH)
        if args.reason == "access_denied":
            return self._answer(200, "Nothing was installed", "You cancelled.", again)
        if isinstance(args.error, NotAllowed):
            log.warning("installation refused: %s", args.error)
            text = (
                "Whoever runs it has not allowed this workspace. They can add its id to"
                " SLACK_WORKSPACES."
            )
            return self._answer(403, "This workspace may not use it", text, None)
        if args.reason in ("invalid_browser", "invalid_state", "missing_code"):
            text = (
                "An installation is finished in the browser that began it, once, within"
                " ten minutes."
            )
            status = args.suggested_status_code
            return self._answer(status, "Please start again", text, again)
        reference = uuid.uuid4().hex[:8]
        reason = args.reason if _WORD.fullmatch(args.reason) else "an odd reason"
        log.error("installation %s failed: %s", reference, reason)
        text = (
            "Nothing was installed. Try again; should it fail again, ask whoever runs"
            f" it. Reference: {reference}"
        )
        status = args.suggested_status_code
        return self._answer(status, "That did not work", text, again)

    def unavailable(self, error: Exception) -> Response:
        """The page where Slack or the database is away."""
        reference = uuid.uuid4().hex[:8]
        log.error("installation %s failed: %s", reference, type(error).__name__)
        return self._page(
            503,
            "Not available right now",
            f"Nothing was installed. Try again in a minute. Reference: {reference}",
            link=("Start again", INSTALL_PATH),
        )

    def _answer(
        self, status: int, title: str, text: str, link: tuple[str, str] | None
    ) -> BoltResponse:
        page = self._page(status, title, text, link=link)
        return BoltResponse(
            status=status,
            body=page.get_data(as_text=True),
            headers={
                "Content-Type": "text/html; charset=utf-8",
                "Set-Cookie": OAuthStateUtils().build_set_cookie_for_deletion(),
            },
        )


def blueprint(flow: Installing) -> Blueprint:
    """The pages an administrator installs the app with."""
    routes = Blueprint("slack_oauth", __name__)

    @routes.get(INSTALL_PATH)
    def install() -> Response:
        return answered(flow.handle_installation)

    @routes.get(REDIRECT_PATH)
    def redirected() -> Response:
        return answered(flow.handle_callback)

    def answered(handle: Callable[[BoltRequest], BoltResponse]) -> Response:
        try:
            with ours("installing"):
                response = to_flask_response(handle(to_bolt_request(request)))
        except CourierError as error:
            return flow.unavailable(error)
        # A page that loads nothing and that nobody frames.
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
        )
        return response

    return routes


class _Telling(WebClient):
    """Says in the log why Slack refused; the caller's own words are silenced."""

    def api_call(self, api_method: str, **kwargs: Any) -> SlackResponse:
        try:
            return super().api_call(api_method, **kwargs)
        except SlackApiError as error:
            log.warning("%s: %s", api_method, code_of(error))
            raise


def _authorize_url(api_url: str) -> str:
    return api_url.removesuffix("/").removesuffix("/api") + "/oauth/v2/authorize"


def _utc_now() -> datetime:
    # slack_sdk keeps its times in UTC without a zone.
    return datetime.now(UTC).replace(tzinfo=None)
