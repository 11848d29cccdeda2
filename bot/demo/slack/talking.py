"""What people say, and what Slack tells the app of it.

Mentions, direct messages to the app and links on its domains become events; links also
while they are still being typed. Imitates docs.slack.dev/reference/events/app_mention,
message.im and link_shared.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.demo.slack import event_payloads
from bot.demo.slack.acting import Actor
from bot.demo.slack.blocks import Block
from bot.demo.slack.links import composed_share, sent_share, shared_in
from bot.demo.slack.model import Channel, Ephemeral, Json, LinkShare, Message
from bot.demo.slack.mrkdwn import composed
from bot.demo.slack.workspace import BOT_USER, SLACKBOT


class Talking(Actor):
    """The part of ``People`` that is about messages."""

    def post(
        self,
        user: str,
        channel: str,
        text: str,
        thread_ts: str | None = None,
        *,
        blocks: Iterable[Block] = (),
        attachments: Iterable[Json] = (),
    ) -> Message:
        """Put a message there and tell the app nothing, as where it was not listening.

        Text as typed: ``@name``, mail addresses and URLs are linked. Helpdesks and mail
        apps (the user ``helpdesk`` is one) put things into attachments.
        """
        message = Message(
            channel=self.workspace.channel(channel).id,
            ts=self.workspace.next_ts(),
            user=self.workspace.user(user).id,
            text=self._stored(text),
            thread_ts=thread_ts,
            blocks=list(blocks),
            attachments=list(attachments),
        )
        return self.workspace.add_message(message)

    def say(
        self, user: str, channel: str, text: str, thread_ts: str | None = None
    ) -> Message:
        """Type a message and send it; the app is told what Slack would tell it."""
        self.paste(user, channel, text, thread_ts)
        message = self.post(user, channel, text, thread_ts)
        self.announce(message)
        return message

    def mention(
        self, user: str, channel: str, text: str, thread_ts: str | None = None
    ) -> str:
        """Say something to the bot and deliver the app_mention; returns its event id.

        Nothing is delivered where the bot is no member, or in a direct conversation.
        """
        if f"<@{BOT_USER}>" not in text and "@courier" not in text:
            text = f"@courier {text}"
        return self.announce(self.post(user, channel, text, thread_ts))

    def direct_message(
        self, user: str, text: str, thread_ts: str | None = None
    ) -> Message:
        """Write to the app; there need not be a conversation yet."""
        return self.say(user, self.dm_with_bot(user).id, text, thread_ts)

    def dm_with_bot(self, user: str) -> Channel:
        """The user's direct conversation with the app, made when first needed."""
        return self.workspace.direct_channel(self.workspace.user(user).id)

    def paste(
        self, user: str, channel: str, text: str, thread_ts: str | None = None
    ) -> LinkShare | None:
        """Type links without sending them; None where Slack tells the app of none."""
        links = shared_in(self.workspace, self._stored(text))
        who = self.workspace.user(user)
        if not links or who.is_bot or not self.is_sent("link_shared"):
            return None
        share = composed_share(self.workspace, links)
        where = self.workspace.channel(channel)
        event = event_payloads.link_shared(share, who, where, thread_ts)
        self._deliver("link_shared", event, share.event_id)
        return share

    def announce(self, message: Message) -> str:
        """Deliver the events for a message that is already there.

        Returns the id of the app_mention or message event, "" where Slack sends none.
        Links are told of in every conversation, members or not, yet never an app's own.
        """
        channel = self.workspace.channels[message.channel]
        event_id = ""
        if channel.kind == "im":
            if BOT_USER in channel.members:
                event = event_payloads.direct_message(self.workspace, message)
                event_id = self._deliver("message.im", event)
        elif f"<@{BOT_USER}>" in message.text and BOT_USER in channel.members:
            event = event_payloads.app_mention(self.workspace, message)
            event_id = self._deliver("app_mention", event)
        self._share_links(message, channel)
        return event_id

    def invite_bot(self, channel: str) -> None:
        """``/invite @courier``."""
        with self.workspace.lock:
            self.workspace.channel(channel).members.add(BOT_USER)
            self.workspace.touch()

    def tell(
        self, user: str, channel: str, text: str, thread_ts: str | None = None
    ) -> None:
        """Slackbot says something only this person sees."""
        self.workspace.add_ephemeral(
            Ephemeral(
                channel=channel,
                ts=self.workspace.next_ts(),
                user=user,
                text=text,
                thread_ts=thread_ts,
                author=SLACKBOT,
            )
        )

    def _share_links(self, message: Message, channel: Channel) -> None:
        links = shared_in(self.workspace, message.text)
        author = self.workspace.users[message.user]
        if links and not author.is_bot and self.is_sent("link_shared"):
            share = sent_share(self.workspace, message, links)
            event = event_payloads.link_shared(
                share, author, channel, message.thread_ts
            )
            self._deliver("link_shared", event, share.event_id)

    def _stored(self, text: str) -> str:
        names = {person.name: person.id for person in self.workspace.users.values()}
        return composed(text, names)
