/**
 * The stage: shows the window that was in use, scaled to fit, and keeps the screens in
 * step with the playback clock. What is shown when is decided in playback.ts.
 */
import { h } from "./dom";
import type { Recording } from "./recording";
import type { WindowEvent } from "./rrweb";
import { Screen } from "./screen";

const MAX_SCALE = 1.6;

export class Stage {
  readonly element = h("div", { class: "stage", testid: "stage" });
  private readonly note = h("div", { class: "stage-note" });
  private readonly screens = new Map<string, Screen>();
  private shown: string | null = null;

  constructor(
    private readonly recording: Recording,
    private readonly startMs: number,
  ) {
    this.element.append(this.note);
    new ResizeObserver(() => this.fit()).observe(this.element);
  }

  /** Gives newly loaded events to the screens that are already built. */
  add(events: readonly WindowEvent[]): void {
    for (const { windowId, event } of events) this.screens.get(windowId)?.add(event);
  }

  /** Shows `windowId` at `atMs`, moving on at `speed` (0: still). */
  jump(windowId: string | null, atMs: number, speed: number): void {
    const screen = this.bringForward(windowId);
    screen?.jump(this.startMs + atMs, speed);
  }

  /** Whether `windowId` is in front, as far as there is a picture of it. */
  shows(windowId: string | null): boolean {
    if (windowId === null) return true;
    if (windowId !== this.shown) return false;
    return this.screens.has(windowId) || !this.recording.hasPicture(windowId);
  }

  /** Keeps showing; called for every frame while playing. */
  follow(windowId: string | null, atMs: number, speed: number): void {
    if (this.shows(windowId)) this.current()?.follow(this.startMs + atMs);
    else this.jump(windowId, atMs, speed);
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

  private bringForward(windowId: string | null): Screen | undefined {
    if (windowId === null) return undefined;
    if (windowId !== this.shown) {
      const leaving = this.current();
      leaving?.setSpeed(0);
      leaving?.element.classList.remove("front");
      this.shown = windowId;
    }
    const screen = this.screens.get(windowId) ?? this.build(windowId);
    screen?.element.classList.add("front");
    this.say(screen ? "" : "No picture of this window yet");
    this.fit();
    return screen;
  }

  private build(windowId: string): Screen | undefined {
    const events = this.recording.eventsOf(windowId);
    if (!this.recording.hasPicture(windowId) || events.length < 2) return undefined;
    const screen = new Screen(this.element, events, () => this.fit());
    this.screens.set(windowId, screen);
    return screen;
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
