/**
 * One screen for each window that was shown, with the segments it needs: built when
 * first wanted, given what comes behind, replaced where it lacks what came before.
 */
import { isTouch } from "./device";
import type { Loader } from "./loading";
import type { Reel } from "./reel";
import { EventType } from "./rrweb";
import { Screen } from "./screen";

/** How far ahead of the clock, at speed 1, the recording is brought in. */
const READ_AHEAD_MS = 5000;

export class Screens {
  private readonly built = new Map<string, Screen>();
  private readonly touched = new Map<string, boolean>();
  /** Windows whose segments are here and hold no picture all the same. */
  private readonly blank = new Set<string>();

  constructor(
    private readonly reel: Reel,
    private readonly loader: Loader,
    private readonly host: HTMLElement,
    private readonly onResize: () => void,
  ) {}

  /** Whether all that shows `windowId` at `epochMs` is here; asks for it where not. */
  isReady(windowId: string, epochMs: number): boolean {
    if (this.blank.has(windowId)) return true;
    const screen = this.built.get(windowId);
    if (screen && this.lacking(screen, epochMs).length === 0) return true;
    const missing = this.reel.missing(windowId, epochMs);
    if (missing.length > 0) this.loader.want(windowId, epochMs, epochMs);
    return missing.length === 0;
  }

  /** Whether there is a picture of the window anywhere, as far as anybody knows. */
  hasPicture(windowId: string): boolean {
    return this.reel.hasPicture(windowId) && !this.blank.has(windowId);
  }

  /** Whether somebody used the window with their fingers. */
  isTouched(windowId: string): boolean {
    return this.touched.get(windowId) ?? false;
  }

  known(windowId: string | null): Screen | undefined {
    return windowId === null ? undefined : this.built.get(windowId);
  }

  /** The window's screen with what it needs at `epochMs`; none where there is nothing. */
  at(windowId: string, epochMs: number): Screen | undefined {
    const known = this.built.get(windowId);
    // What is added to a replayer arrives after the jump that needs it.
    const holds = known && this.lacking(known, epochMs).length === 0;
    return holds ? known : this.build(windowId, epochMs, known);
  }

  /** Whether a playing screen has all it needs; what comes behind is given to it. */
  holds(screen: Screen, epochMs: number): boolean {
    const { windowId } = screen;
    const lacking = this.lacking(screen, epochMs);
    if (lacking.length === 0) return true;
    const events = this.reel.eventsOf(windowId, lacking);
    // The replayer applies at once what is older than where it began to play, and takes
    // twice what it has in part.
    const isBehind = (events[0]?.timestamp ?? Infinity) > screen.jumpedToMs;
    const isNew = lacking.every((index) => screen.heldFrom(index) === Infinity);
    if (!isBehind || !isNew || screen.isFull) return false;
    screen.add(this.held(windowId, lacking), events);
    return true;
  }

  /** More of the recording came: there may be a picture where there was none. */
  grown(): void {
    this.blank.clear();
  }

  /** Asks for what the window shows next. */
  readAhead(windowId: string, epochMs: number, speed: number): void {
    const untilMs = epochMs + READ_AHEAD_MS * Math.max(1, speed);
    if (this.reel.missing(windowId, epochMs, untilMs).length > 0) {
      this.loader.want(windowId, epochMs, untilMs);
    }
  }

  private lacking(screen: Screen, epochMs: number): number[] {
    const fromMs = this.reel.pictureBefore(screen.windowId, epochMs) ?? 0;
    return this.reel
      .needed(screen.windowId, epochMs)
      .filter((index) => screen.heldFrom(index) > fromMs);
  }

  private held(windowId: string, indices: readonly number[]): Map<number, number> {
    return new Map(indices.map((index) => [index, this.reel.heldFrom(index, windowId)]));
  }

  private build(windowId: string, epochMs: number, old?: Screen): Screen | undefined {
    const { reel } = this;
    const needed = reel.needed(windowId, epochMs);
    const indices = reel.fits ? [...new Set([...reel.inHand(), ...needed])] : needed;
    const events = reel.eventsOf(windowId, indices);
    if (!events.some(({ type }) => type === EventType.FullSnapshot) || events.length < 2) {
      if (reel.missing(windowId, epochMs).length === 0) this.blank.add(windowId);
      return undefined;
    }
    this.touched.set(windowId, this.isTouched(windowId) || events.some(isTouch));
    const held = this.held(windowId, indices);
    const screen = new Screen(this.host, windowId, held, events, this.onResize);
    old?.destroy();
    this.built.set(windowId, screen);
    return screen;
  }
}
