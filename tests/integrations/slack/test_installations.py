"""What is kept of each workspace that installed the app, in both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from slack_sdk.oauth.state_store.sqlalchemy import SQLAlchemyOAuthStateStore
from sqlalchemy import Engine, func, inspect, select, text

from bot.database.engine import transaction
from integrations.slack.clients import Workspace
from integrations.slack.installations import Installations
from integrations.slack.oauth import MOST_STATES, States
from tests.integrations.slack.installing import (
    ACME,
    GLOBEX,
    ORG,
    FernetSealer,
    installation,
)

AT_ACME, AT_GLOBEX = Workspace(ACME.id), Workspace(GLOBEX.id)


@pytest.fixture
def kept(engine: Engine) -> Installations:
    return Installations("07.07", partial(transaction, engine), FernetSealer())


def everything(engine: Engine) -> str:
    """All that the tables hold, as whoever copies the database reads it."""
    with engine.connect() as connection:
        return "\n".join(
            str(row)
            for table in ("slack_bots", "slack_installations", "slack_oauth_states")
            for row in connection.execute(text(f"SELECT * FROM {table}"))
        )


def test_each_workspace_keeps_its_token_sealed(
    kept: Installations, engine: Engine
) -> None:
    long = "xoxe.xoxb-1-" + "a" * 170
    kept.save(installation(bot_token=long, bot_refresh_token="xoxe-1-b"))
    kept.save(installation(GLOBEX, user_token="xoxp-c", user_refresh_token="xoxe-1-d"))
    kept.save(installation(ORG))
    assert set(kept.workspaces()) == {AT_ACME, AT_GLOBEX, Workspace("", ORG.id)}
    held = kept.held(AT_ACME)
    assert held is not None
    assert (held.token, held.refresh_token) == (long, "xoxe-1-b")
    assert kept.held(Workspace("", ORG.id)) is not None
    assert kept.held(Workspace("T07NOBODY00")) is None
    found = kept.find_bot(enterprise_id=None, team_id=GLOBEX.id)
    assert found is not None
    assert found.bot_token == f"xoxb-{GLOBEX.id}"
    assert ACME.id in everything(engine)
    for token in (long, "xoxe-1-b", "xoxp-c", "xoxe-1-d", found.bot_token):
        assert token not in everything(engine)


def test_installing_again_replaces(kept: Installations, engine: Engine) -> None:
    """Tokens that nobody needs any more are not kept."""
    kept.save(installation())
    kept.save(installation(bot_token="xoxb-new", installed_at=2_000_000.0))
    held = kept.held(AT_ACME)
    assert held is not None
    assert held.token == "xoxb-new"
    assert everything(engine).count(ACME.id) == 2


def test_late_word_of_a_removal_spares_a_new_installation(kept: Installations) -> None:
    """Slack repeats an event for minutes, in which somebody may install again."""
    kept.save(installation(installed_at=1_000_000.0))
    kept.save(installation(GLOBEX))
    kept.forget(AT_ACME, before=999_999.0)
    assert kept.held(AT_ACME) is not None
    kept.forget(AT_ACME, before=1_000_001.0)
    assert kept.held(AT_ACME) is None
    assert kept.held(AT_GLOBEX) is not None


def test_losing_a_person_spares_the_bot(kept: Installations, engine: Engine) -> None:
    kept.save(installation())
    kept.forget(AT_ACME, before=2_000_000.0, users=["U07ANA00001"])
    assert kept.held(AT_ACME) is not None
    assert "U07ANA00001" not in everything(engine)


def test_one_worker_renews_a_token(kept: Installations) -> None:
    """Until it is done or its time is up; and not with a token read before that."""
    kept.save(installation(bot_token_expires_at=5_000))
    held = kept.held(AT_ACME)
    assert held is not None
    assert held.expires_at == 5_000
    assert kept.begin_rotation(held, now=100, until=160)
    assert not kept.begin_rotation(held, now=159, until=220)
    assert kept.begin_rotation(held, now=161, until=220)
    kept.end_rotation(held, token="xoxb-2", refresh_token="xoxe-2", expires_at=9_000)
    assert not kept.begin_rotation(held, now=300, until=360)
    new = kept.held(AT_ACME)
    assert new is not None
    assert (new.token, new.expires_at) == ("xoxb-2", 9_000)


def test_removed_meanwhile_stays_removed(kept: Installations) -> None:
    """A renewal that ends after the app was removed brings nothing back."""
    kept.save(installation(bot_token_expires_at=5_000))
    held = kept.held(AT_ACME)
    assert held is not None
    kept.forget(AT_ACME, before=2_000_000.0)
    kept.end_rotation(held, token="xoxb-2", refresh_token="xoxe-2", expires_at=9_000)
    assert kept.workspaces() == []


def test_a_renewed_token_goes_to_no_other_workspace(kept: Installations) -> None:
    """SQLite gives the row's number to whoever installs next."""
    kept.save(installation(bot_token_expires_at=5_000))
    held = kept.held(AT_ACME)
    assert held is not None
    assert kept.begin_rotation(held, now=100, until=160)
    kept.forget(AT_ACME, before=2_000_000.0)
    kept.save(installation(GLOBEX, bot_token_expires_at=5_000))
    kept.end_rotation(held, token="xoxb-2", refresh_token="xoxe-2", expires_at=9_000)
    other = kept.held(AT_GLOBEX)
    assert other is not None
    assert other.token == f"xoxb-{GLOBEX.id}"
    assert not kept.begin_rotation(held, now=100, until=160)


def test_whoever_finds_the_install_page_fills_no_table(engine: Engine) -> None:
    """Anybody may open it as often as they like; the newest ones still work."""
    states = States(partial(transaction, engine))
    table = states.oauth_states
    first = states.issue()
    soon = datetime.now(UTC).replace(tzinfo=None) + timedelta(minutes=9)
    with engine.begin() as connection:
        connection.execute(
            table.insert(),
            [{"state": str(n), "expire_at": soon} for n in range(2 * MOST_STATES)],
        )
    last = states.issue()
    with engine.connect() as connection:
        kept = connection.execute(select(func.count()).select_from(table)).scalar_one()
    assert kept <= MOST_STATES + 1
    assert not states.consume(first)
    assert states.consume(last)


def test_migrated_tables_have_all_that_slack_sdk_writes(
    kept: Installations, engine: Engine
) -> None:
    """A newer slack_sdk that keeps more would need a migration."""
    states = SQLAlchemyOAuthStateStore(600, engine).oauth_states
    for table in (kept.bots, kept.installations, states):
        migrated = {one["name"] for one in inspect(engine).get_columns(table.name)}
        assert migrated == set(table.c.keys())
