"""What ``doctor`` says about the sidebar app: installed, signed by the key we have."""

from __future__ import annotations

from collections.abc import Iterator

from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from bot.errors import CourierError, NotFound, Refused
from bot.model import Check
from integrations.zendesk.client import Zendesk

_NAME = "zendesk: sidebar app"
_WHERE = "See deploy/zendesk-app/README.md."


def checks(zendesk: Zendesk, audience: str, public_key: str) -> Iterator[Check]:
    """One line; never raises."""
    installation = audience.rpartition("/")[2].removesuffix(".json")
    try:
        found = zendesk.read(
            "apps/installations", "installations", "reading the installed apps"
        )
        ours = [one for one in found if str(one.get("id")) == installation]
        if not ours:
            said = f"there is no installation {installation}"
            yield Check(_NAME, False, said, f"Set ZENDESK_APP_AUDIENCE. {_WHERE}")
            return
        key = _key_of(zendesk, ours[0].get("app_id"))
    except (Refused, NotFound):
        said = (
            f"set up for installation {installation}; whether Zendesk has it cannot be"
            " seen by this agent"
        )
        yield Check(_NAME, True, said)
        return
    except CourierError as error:
        yield Check(_NAME, False, str(error), "Try again later.")
        return
    if ours[0].get("enabled") is False:
        yield Check(
            _NAME, False, "it is switched off in Zendesk", "Enable it in Admin Center."
        )
    elif key != RSAKey.import_key(public_key).thumbprint():
        said = "Zendesk signs with another key than ZENDESK_APP_PUBLIC_KEY"
        yield Check(_NAME, False, said, f"Fetch the app's public key again. {_WHERE}")
    else:
        yield Check(_NAME, True, f"installed as {installation}, signed by the key set")


def _key_of(zendesk: Zendesk, app_id: object) -> str:
    """The thumbprint of the key that Zendesk names; empty where it is none."""
    pem = zendesk.read_text(
        f"apps/{int(str(app_id))}/public_key.pem", "reading the app's public key"
    )
    try:
        return RSAKey.import_key(pem).thumbprint()
    except (JoseError, ValueError):
        return ""
