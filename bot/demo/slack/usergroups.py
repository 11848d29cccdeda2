"""The usergroups.* methods: who is in ``@support-leads``.

Imitates docs.slack.dev/reference/methods/usergroups.list and usergroups.users.list.
"""

from __future__ import annotations

from bot.demo.slack.call import Call, Method
from bot.demo.slack.errors import SlackError
from bot.demo.slack.model import Json, UserGroup
from bot.demo.slack.workspace import TEAM_ID


def list_groups(call: Call) -> Json:
    return {
        "usergroups": [
            _group_json(group, with_users=call.flag("include_users"))
            for group in call.workspace.groups.values()
            if call.flag("include_disabled") or not group.disabled
        ]
    }


def list_users(call: Call) -> Json:
    group = call.workspace.groups.get(call.required("usergroup"))
    if group is None or (group.disabled and not call.flag("include_disabled")):
        raise SlackError("no_such_subteam")
    return {"users": sorted(group.users)}


def _group_json(group: UserGroup, *, with_users: bool) -> Json:
    shown: Json = {
        "id": group.id,
        "team_id": TEAM_ID,
        "is_usergroup": True,
        "handle": group.handle,
        "name": group.name,
        "date_delete": int(group.disabled),
        "user_count": len(group.users),
    }
    return {**shown, "users": sorted(group.users)} if with_users else shown


METHODS = {
    "usergroups.list": Method(list_groups, ("usergroups:read",), tier=2),
    "usergroups.users.list": Method(list_users, ("usergroups:read",), tier=2),
}
