"""What only whoever shares sees, one message at a time, each in the last one's place:
getting ready, done, undone, not done, or first a question. Pure.
"""

from __future__ import annotations

from datetime import datetime

from bot.model import Action, Audience, Failed, ShareTerms
from integrations.slack.blocks import Block, Message, actions, button, section
from integrations.slack.choices import ATTACH, MAX_ID, OPEN, PAGE, SHARE, PageChoice
from integrations.slack.messages.failed import failed, try_again
from integrations.slack.messages.shared import opens
from integrations.slack.share_choices import (
    ANYWAY,
    COPY,
    DISMISS,
    UNDO,
    ShareChoice,
    UndoChoice,
)
from integrations.slack.text import moment

OUTSIDE = "People of another company read this conversation."


def preparing(action: Action) -> Message:
    """While the answer takes longer."""
    what = "file" if action is Action.ATTACH else "replay"
    text = f"Preparing the {what}… It is posted as soon as it is ready."
    return Message(text, (section(text),))


def confirmed(
    undo: UndoChoice,
    *,
    permalink: str,
    terms: ShareTerms,
    expires_at: datetime | None = None,
) -> Message:
    """That it stands there now, and how to take it back; a file never expires."""
    where = place(undo.channel, undo.thread_ts)
    if undo.file_id:
        done, lasts = f"Attached {where}.", "The file does not expire."
    else:
        done = f"Shared {where}."
        lasts = f"The link expires {moment(expires_at)}." if expires_at else ""
        limit = opens(terms.max_opens)
        lasts = f"{lasts} {limit}." if limit else lasts
    copy = "It is the customer copy." if terms.audience is Audience.CUSTOMER else ""
    return Message(
        done,
        (
            section(f"*{done}*", " ".join(filter(None, [lasts, copy]))),
            *actions(
                button("Undo", UNDO, value=undo.to_value()),
                button("Go to the message", OPEN, url=permalink) if permalink else None,
                back(undo.results),
            ),
        ),
    )


def undone(undo: UndoChoice, *, stays: bool = False) -> Message:
    """That it is taken back; ``stays`` where the message could not be deleted."""
    where = place(undo.channel, undo.thread_ts)
    if undo.file_id:
        text = f"Undone: the file {where} is deleted."
    elif stays:
        text = (
            f"Undone: the link no longer opens. The message {where} stays, because"
            " people may have replied to it, and says so."
        )
    else:
        text = f"Undone: the link no longer opens, and the message {where} is gone."
    return Message(text, (section(text), *actions(back(undo.results))))


def not_shared(result: Failed, choice: ShareChoice, action: Action) -> Message:
    """What went wrong in plain words, and the same again by the same terms."""
    is_short = len(choice.recording_id) <= MAX_ID
    again = try_again(_name(action), choice.to_value()) if is_short else None
    return failed(result, again, back(choice.results))


def not_undone(result: Failed, undo: UndoChoice) -> Message:
    """What went wrong, and the same again."""
    return failed(result, try_again(UNDO, undo.to_value()), back(undo.results))


def question(copy: ShareChoice, anyway: ShareChoice, action: Action) -> Message:
    """Asks before people of another company get to see a staff copy."""
    verb = "Attach" if action is Action.ATTACH else "Share"
    where = place(copy.channel, copy.thread_ts)
    cancel = back(copy.results, "Cancel") or button("Cancel", DISMISS, value="cancel")
    return Message(
        f"{OUTSIDE} Nothing was posted yet.",
        (
            section(
                f"*{OUTSIDE}* Nothing was posted {where} yet.",
                "The staff copy shows console lines, requests and what pages hold. The"
                " customer copy leaves out the console, the requests' contents, ids"
                " and other people's addresses.",
            ),
            *actions(
                button(
                    f"{verb} the customer copy",
                    _name(action) + COPY,
                    value=copy.to_value(),
                    style="primary",
                ),
                button(
                    f"{verb} anyway",
                    _name(action) + ANYWAY,
                    value=anyway.to_value(),
                    style="danger",
                ),
                cancel,
            ),
        ),
    )


def place(channel: str, thread_ts: str) -> str:
    """Where something stands; direct messages have no name that all see alike."""
    where = "a direct message" if channel[:1] not in {"C", "G"} else f"<#{channel}>"
    return f"in the thread in {where}" if thread_ts else f"in {where}"


def back(
    results: PageChoice | None, label: str = "Back to the results"
) -> Block | None:
    """The way back, where the message took the place of results."""
    if results is None:
        return None
    return button(label, PAGE, value=results.to_value())


def _name(action: Action) -> str:
    return ATTACH if action is Action.ATTACH else SHARE
