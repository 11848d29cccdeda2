"""Who is who: auth.test, users.info and users.lookupByEmail.

Imitates the docs.slack.dev/reference/methods pages of those names.
"""

from __future__ import annotations

from bot.demo.slack.call import Call, Method
from bot.demo.slack.errors import SlackError
from bot.demo.slack.model import Json
from bot.demo.slack.presenting import user_json
from bot.demo.slack.workspace import (
    APP_ID,
    BOT_ID,
    BOT_USER,
    TEAM_ID,
    TEAM_NAME,
)


def auth_test(call: Call) -> Json:
    return {
        "url": f"{call.workspace.url}/",
        "team": call.token.team or TEAM_NAME,
        "user": call.workspace.users[BOT_USER].name,
        "team_id": TEAM_ID,
        "user_id": BOT_USER,
        "bot_id": BOT_ID,
        "app_id": APP_ID,
        "is_enterprise_install": False,
    }


def info(call: Call) -> Json:
    user = call.workspace.users.get(call.required("user"))
    if user is None:
        raise SlackError("user_not_found")
    return {"user": user_json(user, with_email=call.has_scope("users:read.email"))}


def lookup_by_email(call: Call) -> Json:
    email = call.required("email").lower()
    for user in call.workspace.users.values():
        if user.email and user.email.lower() == email and not user.deleted:
            return {"user": user_json(user, with_email=True)}
    raise SlackError("users_not_found")


METHODS = {
    "auth.test": Method(auth_test),
    "users.info": Method(info, ("users:read",), tier=4),
    "users.lookupByEmail": Method(lookup_by_email, ("users:read.email",), tier=3),
}
