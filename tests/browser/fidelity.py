"""The viewer's stage compared with a bare replayer that is fed with the same events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path

from bot.exporter import export
from bot.exporter.page import file_page
from bot.policy import RedactionPolicy
from bot.recording.files import open_recording
from bot.recording.rrweb import FULL_SNAPSHOT, RrwebEvent
from tests.browser.pictures import Camera, difference
from tests.browser.reference import Reference
from tests.browser.viewer import Viewer
from tests.recorded import ROOT, snapshots

_RECORDINGS = ROOT / "tests" / "recordings"
FILES = {
    **{name: [snapshots(name)] for name in ("checkout", "static-simple", "dashboard")},
    "posthog v1 blob": [_RECORDINGS / "posthog" / "v1-1.96.1-blob.jsonl"],
    "posthog v2 blobs": sorted(_RECORDINGS.glob("posthog/v2-1.449.2-blob?.jsonl")),
    **{
        f"posthog {file.name.partition('-')[0]}": [file]
        for file in sorted(_RECORDINGS.glob("posthog/*-recording.json"))
    },
    **{
        f"{file.parent.name} {file.name.removesuffix('.jsonl.gz')}": [file]
        for folder in ("wire/cap-*", "pages/*.gz")
        for file in sorted(_RECORDINGS.glob(folder))
    },
}

TIMES = 10
# After the last of the times: back, further back, and forward again.
SEEKS = (5, 2, 8)


class Stage:
    """An open viewer's stage, taken out of the page around it."""

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer
        # What the viewer shows for a picture that the recording does not hold.
        self.placeholder = ""
        self._camera = Camera(viewer.page, ".screen.front")

    def at(self, at_ms: int, *, shows_media: bool = False) -> bytes:
        """A picture of the stage at ``at_ms`` of the player's clock."""
        self.viewer.page.evaluate(
            """async (atMs) => {
                location.hash = `#t=${atMs / 1000}`;
                const player = document.querySelector('[data-testid=player]');
                const drawn = () => new Promise((done) => requestAnimationFrame(done));
                do await drawn(); while (player.dataset.timeMs !== String(atMs));
                await drawn();
            }""",
            at_ms,
        )
        taken = self._camera.take(shows_media=shows_media)
        self.placeholder = self.placeholder or self.viewer.page.evaluate(
            """() => [...document.querySelector('.screen.front iframe')
                .contentDocument.images]
                .map((image) => image.src)
                .find((src) => src.startsWith('data:image/svg+xml,')) ?? ''"""
        )
        return taken


def differences(
    viewer: Viewer,
    reference: Reference,
    files: Iterable[Path],
    folder: Path,
    *,
    count: int = TIMES,
    seeks: Sequence[int] = SEEKS,
) -> list[float]:
    """How far the viewer is off at each moment of each window, in percent of pixels.

    Each window is shown at ``count`` times in order, and then after the ``seeks``.
    """
    events = list(chain.from_iterable(open_recording(file).events for file in files))
    open_in(viewer, events, folder)
    stage = Stage(viewer)
    start_ms = min(event.timestamp_ms for event in events)
    found: list[float] = []
    windows = by_window(events)
    for number, window in enumerate(windows.values()):
        if len(windows) > 1:
            # Behind the screen that is in the top layer, where no mouse reaches it.
            viewer.at("window").nth(number).evaluate("(button) => button.click()")
        times = moments(window, start_ms, count)
        shown = [stage.at(times[index]) for index in (*range(count), *seeks)]
        reference.load(window, placeholder=stage.placeholder)
        bare = [reference.at(start_ms + at_ms) for at_ms in times]
        bare += [bare[index] for index in seeks]
        found += map(difference, [reference.page] * len(bare), shown, bare)
    return found


def open_in(viewer: Viewer, events: Sequence[RrwebEvent], folder: Path) -> None:
    """Opens the events as they are, whatever is secret in them, in the viewer."""
    with export(
        iter(events), source="file", redaction=RedactionPolicy(secrets=False)
    ) as made:
        file = folder / "a.replay.html"
        file.write_bytes(b"".join(file_page(made.manifest, made.segments())))
    viewer.open(file.as_uri())
    # Read to its end: until then a moment's picture may still be on its way.
    viewer.eventually(lambda: viewer.page.locator(".verdict.intact").count() == 1)


def moments(
    events: Sequence[RrwebEvent], start_ms: float, count: int = TIMES
) -> list[int]:
    """Times spread over a window, in ms since ``start_ms``.

    From its first picture to its last event; at none of them something happens, for
    whether that is shown already is nobody's promise.
    """
    taken = {int(event.timestamp_ms - start_ms) for event in events}
    pictures = [e.timestamp_ms for e in events if e.type == FULL_SNAPSHOT]
    first = int(min(pictures) - start_ms) + 2
    times = []
    for index in range(count):
        at_ms = first + (max(taken) - 1 - first) * index // (count - 1)
        while at_ms in taken:
            at_ms -= 1
        times.append(at_ms)
    return times


def by_window(events: Iterable[RrwebEvent]) -> dict[str, list[RrwebEvent]]:
    """The events of each window, in order of appearance."""
    windows: dict[str, list[RrwebEvent]] = {}
    for event in events:
        windows.setdefault(event.window_id, []).append(event)
    return windows
