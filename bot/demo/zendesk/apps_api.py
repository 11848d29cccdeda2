"""The Support API's calls for installed apps, and for what agents may see.

https://developer.zendesk.com/api-reference/ticketing/apps/apps/
https://developer.zendesk.com/api-reference/ticketing/groups/group_memberships/
https://developer.zendesk.com/api-reference/ticketing/account-configuration/custom_roles/
"""

from __future__ import annotations

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue

from bot.demo.zendesk.account import Account
from bot.demo.zendesk.apps import APP_ID, InstalledApp
from bot.demo.zendesk.gate import Gate
from bot.demo.zendesk.people import User
from bot.demo.zendesk.records import not_found


def blueprint(account: Account, app: InstalledApp, gate: Gate) -> Blueprint:
    api = Blueprint("apps_api", __name__, url_prefix="/api/v2")
    gate.guard(api)

    @api.get("/apps/installations")
    def installations() -> ResponseReturnValue:
        return jsonify(installations=[app.show()] if app.url else [])

    @api.get("/apps/<int:app_id>/public_key.pem")
    def public_key(app_id: int) -> ResponseReturnValue:
        if app_id != APP_ID:
            raise not_found()
        return Response(app.public_key, content_type="application/x-pem-file")

    @api.get("/users/<int:user_id>/group_memberships")
    def groups(user_id: int) -> ResponseReturnValue:
        ids = _user(user_id).group_ids
        rows = [{"id": one, "user_id": user_id, "group_id": one} for one in ids]
        return jsonify(group_memberships=rows, next_page=None, count=len(rows))

    @api.get("/users/<int:user_id>/organization_memberships")
    def organizations(user_id: int) -> ResponseReturnValue:
        own = _user(user_id).organization_id
        rows = [{"id": own, "user_id": user_id, "organization_id": own}] if own else []
        return jsonify(organization_memberships=rows, next_page=None, count=len(rows))

    @api.get("/custom_roles/<int:role_id>")
    def custom_role(role_id: int) -> ResponseReturnValue:
        access = account.custom_roles.get(role_id)
        if access is None:
            raise not_found()
        configuration = {"ticket_access": access}
        return jsonify(custom_role={"id": role_id, "configuration": configuration})

    def _user(user_id: int) -> User:
        user = account.users.get(user_id)
        if user is None:
            raise not_found()
        return user

    return api
