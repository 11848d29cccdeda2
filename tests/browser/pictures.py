"""Pictures of a replayer's frame at the recorded page's size, and how they differ."""

from __future__ import annotations

import base64

from playwright.sync_api import Page

# A pixel differs where a channel is off by more than this, of 255: what anti-aliasing
# makes of one and the same edge stays below it.
CHANNEL_TOLERANCE = 16

# The top layer escapes every size, scale and clip of the page around the screen.
_BRING_OUT = """async ([selector, showsMedia]) => {
    const screen = document.querySelector(selector);
    const frame = screen.querySelector('iframe');
    if (screen.popover !== 'manual') {
        document.querySelector('[popover]')?.removeAttribute('popover');
        screen.popover = 'manual';
        screen.showPopover();
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(`
            [popover] { position: fixed !important; inset: 0 auto auto 0 !important;
                transform: none !important; margin: 0 !important; border: 0 !important;
                padding: 0 !important; border-radius: 0 !important;
                width: auto !important; height: auto !important; overflow: hidden;
                background: #fff !important; box-shadow: none !important; }
            [popover] iframe { border: 0 !important; display: block; }
            .replayer-mouse, .replayer-mouse-tail, .click-marks {
                display: none !important; }`);
        document.adoptedStyleSheets = [sheet];
    }
    const page = frame.contentDocument;
    for (const media of page.querySelectorAll('audio, video')) {
        media.style.visibility = showsMedia ? 'visible' : 'hidden';
    }
    await Promise.all([...page.images].map((image) => image.decode().catch(() => {})));
    for (const animation of page.getAnimations()) {
        try { animation.finish(); } catch { animation.cancel(); }
    }
    return [frame.offsetWidth, frame.offsetHeight];
}"""

_PIXELS = """async (picture) => {
    const bytes = Uint8Array.from(atob(picture), (letter) => letter.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes]));
    const { width, height } = bitmap;
    const context = new OffscreenCanvas(width, height).getContext('2d');
    context.drawImage(bitmap, 0, 0);
    return context.getImageData(0, 0, width, height);
}"""


class Camera:
    """Takes pictures of the replayer in the element that ``selector`` finds.

    Cursor and its trail are left out, animations are at their end. So are audio and
    video, unless asked for: when their controls are drawn is the browser's own affair.
    """

    def __init__(self, page: Page, selector: str) -> None:
        self._page = page
        self._selector = selector
        self._devtools = page.context.new_cdp_session(page)

    def take(self, *, shows_media: bool = False) -> bytes:
        width, height = self._page.evaluate(_BRING_OUT, [self._selector, shows_media])
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        taken = self._devtools.send(
            "Page.captureScreenshot",
            {"format": "png", "optimizeForSpeed": True, "clip": clip},
        )
        return base64.b64decode(taken["data"])


def difference(page: Page, one: bytes, other: bytes) -> float:
    """How many of the pixels of two pictures differ, in percent."""
    if one == other:
        return 0.0
    share = page.evaluate(
        f"""async ([pictures, tolerance]) => {{
            const [one, other] = await Promise.all(pictures.map({_PIXELS}));
            if (one.width !== other.width || one.height !== other.height) return 1;
            const differs = (at) => [0, 1, 2].some(
                (channel) => Math.abs(one.data[at + channel] - other.data[at + channel])
                    > tolerance);
            let differing = 0;
            for (let at = 0; at < one.data.length; at += 4) differing += differs(at);
            return differing / (one.width * one.height);
        }}""",
        [[base64.b64encode(each).decode() for each in (one, other)], CHANNEL_TOLERANCE],
    )
    return float(share) * 100


def colour(page: Page, picture: bytes, x: int, y: int) -> tuple[int, ...]:
    """The red, green and blue of one pixel."""
    found = page.evaluate(
        f"""async ([picture, x, y]) => {{
            const {{ width, data }} = await ({_PIXELS})(picture);
            return [...data.slice((y * width + x) * 4)].slice(0, 3);
        }}""",
        [base64.b64encode(picture).decode(), x, y],
    )
    return tuple(found)
