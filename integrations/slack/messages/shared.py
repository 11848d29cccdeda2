"""What everybody in the conversation sees: a shared replay, and what became of it."""

from __future__ import annotations

from bot.model import (
    LinkChanged,
    ReplayFile,
    SharedReplay,
)
from integrations.slack import facts
from integrations.slack.blocks import (
    Message,
    actions,
    button,
    context,
    dialog,
    section,
)
from integrations.slack.choices import (
    OPEN,
    REVOKE,
    LinkChoice,
)
from integrations.slack.text import (
    clean,
    code,
    escape,
    moment,
    size,
    user,
)


def shared(result: SharedReplay, *, shared_by: str) -> Message:
    """One replay for the whole conversation: what happened, and its link."""
    recording, summary, link = result.recording, result.summary, result.link
    wrong = facts.errors(summary)
    failing = facts.failures(summary)
    expiry = f"Link expires {moment(link.expires_at)}"
    revoke = button(
        "Revoke link",
        REVOKE,
        value=LinkChoice(link.id, shared_by).to_value(),
        style="danger",
        confirm=dialog(
            "Revoke this link?",
            "It stops playing at once, for everybody. This cannot be undone.",
            "Revoke link",
            "Keep it",
        ),
    )
    watch = button("Watch the replay", OPEN, url=result.watch_url, style="primary")
    details = [facts.landing(result.watch_url, summary), expiry, size(result.size)]
    return Message(
        f"{user(shared_by)} shared a session replay of"
        f" {escape(facts.owner_name(recording), 100)}",
        (
            section(
                f"Session replay of {facts.owner(recording)},"
                f" shared by {user(shared_by)}",
                facts.headline(recording, summary),
                facts.pages(recording, summary, shown=5),
            ),
            section(f"*{facts.troubles(recording, summary)}*", wrong),
            *([section("*Failed requests*", failing)] if failing else []),
            *actions(watch, revoke),
            context(" · ".join(filter(None, details))),
        ),
    )


def attached(result: ReplayFile, *, attached_by: str) -> str:
    """What is said beside the file: one text, so all customer data in it is code."""
    recording, summary = result.recording, result.summary
    whose = code(facts.owner_name(recording))
    return "\n".join(
        [
            f"Session replay of {whose}, attached by {user(attached_by)}",
            facts.when(recording, summary),
            facts.troubles(recording, summary),
            "Download it and open it in a browser: Slack shows only its source. It"
            " plays offline and does not expire.",
        ]
    )


def file_title(result: ReplayFile) -> str:
    """The file's name in Slack, plain text."""
    start = result.recording.start
    return clean(
        f"Session replay of {facts.owner_name(result.recording)}, {start:%Y-%m-%d}", 120
    )


def revoked(result: LinkChanged) -> Message:
    """What is left of a shared message: that it was here, and who closed it."""
    head = f"Session replay shared by {user(result.shared.shared_by)}"
    at = result.at or result.shared.link.expires_at
    closed = f"Link revoked by {user(result.by)}, {moment(at)}"
    return Message("Session replay: link revoked", (section(head, f"*{closed}*"),))


def confirmed(result: SharedReplay) -> Message:
    """For whoever shared into a thread from a list in the channel."""
    text = f"Shared in the thread. The link expires {moment(result.link.expires_at)}."
    return Message("Shared in the thread.", (section(text),))
