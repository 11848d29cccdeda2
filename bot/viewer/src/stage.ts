/**
 * The stage: shows the window that was in use, scaled to fit, and keeps the screens in
 * step with the playback clock. What is shown when is decided in playback.ts.
 */
import { h } from "./dom";
import type { Loader } from "./loading";
import type { Reel } from "./reel";
import { EventType } from "./rrweb";
import { Screen } from "./screen";

const MAX_SCALE = 1.6;
/** How far ahead of the clock, at speed 1, the recording is brought in. */
const READ_AHEAD_MS = 5000;

export class Stage {
  readonly element = h("div", { class: "stage", testid: "stage" });
  private readonly note = h("div", { class: "stage-note" });
  private readonly screens = new Map<string, Screen>();
  /** Windows whose segments are here and hold no picture all the same. */
  private readonly blank = new Set<string>();
  private shown: string | null = null;

  constructor(
    private readonly reel: Reel,
    private readonly loader: Loader,
    private readonly startMs: number,
  ) {
    this.element.append(this.note);
    new ResizeObserver(() => this.fit()).observe(this.element);
  }

  /** Whether all that shows `windowId` at `atMs` is here; asks for it where not. */
  isReady(windowId: string | null, atMs: number): boolean {
    if (windowId === null || this.blank.has(windowId)) return true;
    const epochMs = this.startMs + atMs;
    const screen = this.screens.get(windowId);
    const missing = this.reel
      .missing(windowId, epochMs)
      .filter((index) => !screen?.segments.has(index));
    if (missing.length > 0) this.loader.want(windowId, epochMs, epochMs);
    return missing.length === 0;
  }

  /** Whether what shows `windowId` at `atMs` cannot be had. */
  isLost(windowId: string | null, atMs: number): boolean {
    return windowId !== null && this.loader.isLost(windowId, this.startMs + atMs);
  }

  /** Shows `windowId` at `atMs`, moving on at `speed` (0: still). */
  jump(windowId: string | null, atMs: number, speed: number): void {
    const screen = this.bringForward(windowId, this.startMs + atMs);
    screen?.jump(this.startMs + atMs, speed);
  }

  /** Whether `windowId` is in front, as far as there is a picture of it. */
  shows(windowId: string | null): boolean {
    if (windowId === null) return true;
    if (windowId !== this.shown) return false;
    return this.screens.has(windowId) || !this.hasPicture(windowId);
  }

  /** Keeps showing; called for every frame while playing. */
  follow(windowId: string | null, atMs: number, speed: number): void {
    const screen = this.current();
    const epochMs = this.startMs + atMs;
    if (!this.shows(windowId) || (screen && !this.holds(screen, epochMs))) {
      return this.jump(windowId, atMs, speed);
    }
    screen?.follow(epochMs);
    if (windowId !== null) this.readAhead(windowId, epochMs, speed);
  }

  setSpeed(speed: number): void {
    this.current()?.setSpeed(speed);
  }

  /** A sentence in place of the picture; empty to show the picture. */
  say(sentence: string): void {
    if (this.note.textContent !== sentence) this.note.textContent = sentence;
  }

  private current(): Screen | undefined {
    return this.shown === null ? undefined : this.screens.get(this.shown);
  }

  private hasPicture(windowId: string): boolean {
    return this.reel.hasPicture(windowId) && !this.blank.has(windowId);
  }

  private bringForward(windowId: string | null, epochMs: number): Screen | undefined {
    if (windowId === null) return undefined;
    if (windowId !== this.shown) {
      const leaving = this.current();
      leaving?.setSpeed(0);
      leaving?.element.classList.remove("front");
      this.shown = windowId;
    }
    const known = this.screens.get(windowId);
    const screen =
      known && this.holds(known, epochMs) ? known : this.build(windowId, epochMs, known);
    screen?.element.classList.add("front");
    this.say(screen ? "" : "No picture of this window yet");
    this.fit();
    return screen;
  }

  /** Whether the screen has every event it needs; later ones are added where they are here. */
  private holds(screen: Screen, epochMs: number): boolean {
    const needed = this.reel.needed(screen.windowId, epochMs);
    const lacking = needed.filter((index) => !screen.segments.has(index));
    if (lacking.length === 0) return true;
    const events = this.reel.eventsOf(screen.windowId, lacking);
    // The replayer applies at once what is older than where it began to play.
    if ((events[0]?.timestamp ?? Infinity) <= screen.jumpedToMs || screen.isFull) return false;
    screen.add(lacking, events);
    return true;
  }

  private build(windowId: string, epochMs: number, old?: Screen): Screen | undefined {
    const { reel } = this;
    const indices = reel.fits
      ? [...new Set([...reel.inHand(), ...reel.needed(windowId, epochMs)])]
      : reel.needed(windowId, epochMs);
    const events = reel.eventsOf(windowId, indices);
    if (!events.some(({ type }) => type === EventType.FullSnapshot) || events.length < 2) {
      if (reel.missing(windowId, epochMs).length === 0) this.blank.add(windowId);
      return undefined;
    }
    const screen = new Screen(this.element, windowId, indices, events, () => this.fit());
    old?.destroy();
    this.screens.set(windowId, screen);
    return screen;
  }

  private readAhead(windowId: string, epochMs: number, speed: number): void {
    const untilMs = epochMs + READ_AHEAD_MS * Math.max(1, speed);
    if (this.reel.missing(windowId, epochMs, untilMs).length > 0) {
      this.loader.want(windowId, epochMs, untilMs);
    }
  }

  private fit(): void {
    const screen = this.current();
    if (!screen?.width || !screen.height) return;
    const { clientWidth, clientHeight } = this.element;
    const scale = Math.min(
      MAX_SCALE,
      clientWidth / screen.width,
      clientHeight / screen.height,
    );
    const { style } = screen.element;
    style.width = `${screen.width}px`;
    style.height = `${screen.height}px`;
    style.transform = `translate(${(clientWidth - screen.width * scale) / 2}px, ${
      (clientHeight - screen.height * scale) / 2
    }px) scale(${scale})`;
  }
}
