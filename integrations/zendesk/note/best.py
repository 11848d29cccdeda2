"""The replay on top of a note: what somebody has to know before they watch it; pure."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from bot.model import ErrorLine, Page, Recording, ReplayFile, SharedReplay, Summary
from integrations.zendesk.note.lines import errors_of, joined, listed
from integrations.zendesk.text import (
    WEB_ADDRESS,
    address,
    clock,
    code,
    counted,
    length_ms,
    link,
    safe,
    times,
    when,
)

MAX_PAGES = 5
MAX_ERROR = 140
_NO_TEXT = "(without a text)"
_LEAD_S = 3
_OPENS_AT = re.compile(r"#t=(\d{1,7})$")


@dataclass(frozen=True, slots=True)
class Shown:
    """One replay as a note tells of it; ``url`` opens it, at the beginning."""

    recording: Recording
    summary: Summary
    url: str = ""
    watch_url: str = ""

    @classmethod
    def of(cls, replay: SharedReplay | ReplayFile) -> Shown:
        if isinstance(replay, ReplayFile):
            return cls(replay.recording, replay.summary)
        return cls(replay.recording, replay.summary, replay.link.url, replay.watch_url)

    def at(self, at_ms: int) -> str:
        """A moment, as a link that opens a little before it."""
        return link(f"{self.url}#t={max(0, at_ms // 1000 - _LEAD_S)}", clock(at_ms))


def watch(shown: Shown, about: datetime | None = None) -> str:
    """The link to click, and where it opens."""
    label = f"<p><strong>{link(shown.watch_url, 'Watch the replay')}</strong>"
    opens = _OPENS_AT.search(shown.watch_url)
    if opens is None or int(opens[1]) == 0:
        return f"{label}</p>"
    summary = shown.summary
    before = ""
    if about and summary.start <= about <= summary.end:
        before = ", shortly before the customer's message"
    elif errors_of(summary) or summary.network_failing or summary.rage_clicks:
        before = ", shortly before the trouble"
    return f"{label} from {clock(int(opens[1]) * 1000)}{before}</p>"


def picture(shown: Shown, url: str | None) -> Iterator[str]:
    """What was uploaded to be seen in the note, with the same in words."""
    if url and WEB_ADDRESS.fullmatch(url):
        words = f"Timeline of the replay: {_totals(shown.summary)}"
        yield f'<p><img src="{html.escape(url)}" alt="{safe(words)}"></p>'


def facts(shown: Shown) -> str:
    """When, how long, on what."""
    recording, summary = shown.recording, shown.summary
    whole, active = length_ms(summary.duration_ms), ""
    if 0 < summary.active_ms <= summary.duration_ms - 1000:
        active = f" ({length_ms(summary.active_ms)} active)"
    browser = summary.browser or recording.browser
    system = summary.os or recording.os
    agent = " on ".join(part for part in (browser, system) if part)
    screen = f"{summary.viewport[0]}×{summary.viewport[1]}" if summary.viewport else ""
    platform = "" if summary.platform == "web" else summary.platform
    return joined(
        (
            when(summary.start),
            f"{whole}{active}",
            safe(agent, 80),
            safe(recording.device or "", 40),
            safe(platform, 40),
            screen,
        )
    )


def troubles(shown: Shown) -> Iterator[str]:
    """What went wrong, the worst first, and the pages it went wrong on."""
    summary = shown.summary
    if summary.errors:
        lines = [
            f"{shown.at(each.at_ms)} {code(each.message or _NO_TEXT, MAX_ERROR)}"
            f"{times(each.count)}"
            f"{' (uncaught)' if _goes_unsaid(each) else ''}"
            for each in sorted(
                summary.errors, key=lambda one: (not one.uncaught, -one.count)
            )
        ]
        yield f"<h4>{counted(errors_of(summary), 'error')}</h4>"
        yield listed(lines)
    if summary.failing:
        lines = [
            f"{shown.at(each.at_ms)} {safe(each.method, 12)} {address(each.url)}"
            f" {each.status or 'no answer'}{times(each.count)}"
            for each in sorted(
                summary.failing,
                key=lambda one: (
                    one.status is not None and one.status < 500,
                    -one.count,
                ),
            )
        ]
        failed = max(summary.network_failing, sum(one.count for one in summary.failing))
        yield f"<h4>{counted(failed, 'failed request')}</h4>"
        yield listed(lines)
    if not summary.errors and not summary.failing:
        yield "<p>No errors and no failed requests.</p>"
    if summary.rage_clicks:
        yield f"<p>{counted(summary.rage_clicks, 'rage click')}.</p>"
    if pages := _without_repeats(summary.pages):
        hosts = {_host(each.url) for each in pages}
        one_host = len(hosts) == 1
        lines = [
            f"{shown.at(each.at_ms)} {address(each.url, path_only=one_host)}"
            for each in pages
        ]
        on = f" on {safe(host, 60)}" if (host := "".join(hosts)) and one_host else ""
        yield f"<h4>{counted(len(pages), 'page')} visited{on}</h4>"
        yield listed(lines, MAX_PAGES)


def _goes_unsaid(error: ErrorLine) -> bool:
    """Whether it was uncaught and its text, the browser's own, doesn't begin so."""
    return error.uncaught and not error.message.startswith("Uncaught")


def _totals(summary: Summary) -> str:
    numbers = (
        (len(_without_repeats(summary.pages)), "page"),
        (errors_of(summary), "error"),
        (summary.network_failing, "failed request"),
        (summary.clicks, "click"),
    )
    known = [length_ms(summary.duration_ms)]
    return ", ".join([*known, *(counted(n, what) for n, what in numbers if n)])


def _without_repeats(pages: Sequence[Page]) -> list[Page]:
    """Pages as they read: a change of query or fragment shows the same address."""
    kept: list[Page] = []
    for page in pages:
        if not kept or address(kept[-1].url) != address(page.url):
            kept.append(page)
    return kept


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc.rpartition("@")[2]
    except ValueError:
        return ""
