"""Slack's errors as ours: what may work later, and what a person has to change.

Codes: docs.slack.dev/reference/methods, under each method's errors. Messages name the
method, the place and the code, never a token, an address that grants access, or text.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException

from slack_sdk.errors import SlackApiError, SlackClientError

from bot.errors import CourierError, Refused, RetryLater
from integrations.slack.manifest import BOT_NAME

_INVITE = f"Type `/invite @{BOT_NAME}` there, then try again."
_LINK = "Share a link instead."

BUSY = "Slack did not answer in time."
"""For the conversation, should trying again never help."""

_TRANSIENT = {
    "fatal_error",
    "internal_error",
    "request_timeout",
    "service_unavailable",
    "team_added_to_org",
    "update_failed",
}
_KEY = {
    "access_denied",
    "account_inactive",
    "ekm_access_denied",
    "invalid_auth",
    "no_permission",
    "not_allowed_token_type",
    "not_authed",
    "org_login_required",
    "team_access_not_granted",
    "token_expired",
    "token_revoked",
}
_PLACE = {
    "not_in_channel": f"I'm not in that channel. {_INVITE}",
    "channel_not_found": "I can't see that conversation. Is it a private channel?"
    f" {_INVITE} In a direct message between people I cannot post.",
    "is_archived": "That channel is archived, so nothing can be posted there.",
    "thread_not_found": "That thread is gone.",
    "cannot_reply_to_message": "That message takes no replies.",
    "messages_tab_disabled": "Direct messages with me are turned off. Ask an admin to"
    " turn on the Messages tab of the Slack app.",
    "message_not_found": "That message is gone, so it could not be changed.",
    "cant_update_message": "Slack does not let me change that message.",
    "edit_window_closed": "Slack does not let me change that message any more.",
    "posting_to_channel_denied": "This channel does not let me post files.",
    "file_type_not_allowed": f"Your workspace does not allow HTML files. {_LINK}",
    "file_uploads_disabled": f"Your workspace does not allow files. {_LINK}",
    "file_uploads_except_images_disabled": "Your workspace allows no files but images."
    f" {_LINK}",
    "file_upload_size_restricted": f"The file is too big for your workspace. {_LINK}",
    "storage_limit_reached": f"Your workspace has no room left for files. {_LINK}",
    "slack_connect_file_link_sharing_blocked": "Files cannot be shared in this channel,"
    f" because another company is in it. {_LINK}",
}
_RESTRICTED = "The settings of this channel do not let me post there."


@contextmanager
def ours(doing: str) -> Iterator[None]:
    """Turn what slack_sdk raises into our errors; ``doing`` is for the log."""
    try:
        yield
    except SlackApiError as error:
        raise translated(error, doing) from None
    except (SlackClientError, HTTPException, OSError) as error:
        # The chain is cut: these may quote addresses that grant access.
        raise RetryLater(f"{doing}: {type(error).__name__}", plain=BUSY) from None


def translated(error: SlackApiError, doing: str) -> CourierError:
    """Our error for Slack's ``{"ok": false}`` or for an HTTP error."""
    response = error.response
    status = int(response.status_code or 0)
    code = str(response.get("error") or "")
    if status == 429 or code == "ratelimited":
        return Limited(f"{doing}: ratelimited", after=retry_after(error), plain=BUSY)
    if status >= 500 or code in _TRANSIENT or not code.isidentifier():
        said = code if code.isidentifier() else "no JSON"
        return RetryLater(f"{doing}: HTTP {status}, {said}", plain=BUSY)
    detail = f"{doing}: {code}"
    if code == "missing_scope":
        scope = str(response.get("needed") or "a scope")
        return _No(
            f"{detail}: {scope}",
            plain=f"The Slack app lacks the permission `{scope}`. Ask an admin to add"
            " it under OAuth & Permissions and to reinstall the app.",
        )
    if code in _KEY:
        return _No(
            detail,
            plain=f"Slack refused the bot's token ({code}). Ask an admin to reinstall"
            " the Slack app and, where it is set, to renew SLACK_BOT_TOKEN.",
        )
    if code.startswith("restricted_action"):
        return _No(detail, plain=_RESTRICTED)
    return _No(detail, plain=_PLACE.get(code, f"Slack refused that ({code})."))


def code_of(error: SlackApiError) -> str:
    return str(error.response.get("error") or "")


class Answered(CourierError):
    """Slack said no, or was not asked, so nothing happened."""


class _No(Answered, Refused):
    pass


class Limited(Answered, RetryLater):
    """Too many calls for now; none was carried out."""


def retry_after(error: SlackApiError) -> float | None:
    """The seconds Slack names, if it does."""
    for name, value in error.response.headers.items():
        if name.lower() == "retry-after":
            try:
                return float(value)
            except ValueError:
                return None
    return None
