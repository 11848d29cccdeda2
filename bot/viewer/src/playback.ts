/**
 * The player's clock: where we are, whether time runs and how fast, which window to
 * show. Drives the stage and tells listeners; draws nothing.
 */
import type { Manifest } from "./payload";
import type { Recording } from "./recording";
import type { Stage } from "./stage";
import { type Span, idleSpans, skipIdle, windowAt } from "./timeline";

export const SPEEDS = [0.5, 1, 2, 4, 8, 16] as const;

/** How much of what came before it is shown on the way to the newest moment. */
const NEWEST_LEAD_MS = 5000;
/** Further behind it than this, what is between is left out. */
const NEWEST_BEHIND_MS = 30_000;

type Listener = () => void;

export class Playback {
  atMs = 0;
  playing = false;
  speed = 1;
  skipsIdle = true;
  /** Up to where the panels know the recording. */
  loadedMs = 0;
  /** The window the reader pinned, or null to follow the one in use. */
  pinnedWindow: string | null = null;
  idle: Span[] = [];

  private readonly timeListeners: Listener[] = [];
  private readonly stateListeners: Listener[] = [];
  private readonly skipListeners: ((byMs: number) => void)[] = [];
  private lastFrame = 0;
  private jumpPending = true;
  private showingStill = true;

  durationMs: number;
  /** Whether the clock keeps to the newest moment of a session that goes on. */
  following = false;

  constructor(
    private readonly manifest: Manifest,
    private readonly recording: Recording,
    private readonly stage: Stage,
  ) {
    this.durationMs = manifest.durationMs;
    document.addEventListener("visibilitychange", () => {
      // Frames stop while the tab is hidden; without this the gap would be jumped over.
      this.lastFrame = performance.now();
      this.jumpPending = true;
    });
    requestAnimationFrame(this.frame);
  }

  onTime(listener: Listener): void {
    this.timeListeners.push(listener);
  }

  onState(listener: Listener): void {
    this.stateListeners.push(listener);
  }

  /** Told how much idle time was skipped, whenever it is. */
  onSkip(listener: (byMs: number) => void): void {
    this.skipListeners.push(listener);
  }

  get windowId(): string | null {
    return this.pinnedWindow ?? this.windowInUse;
  }

  /** The window in use now, whichever is shown. */
  get windowInUse(): string | null {
    return windowAt(this.manifest.turns, this.atMs);
  }

  seek(atMs: number): void {
    this.stopFollowing();
    this.moveTo(atMs);
  }

  /** Keeps to the newest moment from now on, or stays where it is. */
  follow(newest: boolean): void {
    if (newest) this.moveTo(this.durationMs - NEWEST_LEAD_MS);
    this.following = newest;
    this.playing ||= newest;
    this.tell(this.stateListeners);
  }

  /** The recording is longer by now. */
  grow(durationMs: number): void {
    this.durationMs = durationMs;
    const behindMs = durationMs - this.atMs;
    if (this.following && behindMs > NEWEST_BEHIND_MS) {
      this.moveTo(durationMs - NEWEST_LEAD_MS);
    }
    this.tell(this.stateListeners);
    this.tell(this.timeListeners);
  }

  private stopFollowing(): void {
    if (!this.following) return;
    this.following = false;
    this.tell(this.stateListeners);
  }

  private moveTo(atMs: number): void {
    this.atMs = Math.min(this.durationMs, Math.max(0, atMs));
    this.jumpPending = true;
    this.tell(this.timeListeners);
  }

  play(): void {
    if (this.atMs >= this.durationMs) this.seek(0);
    this.playing = true;
    this.tell(this.stateListeners);
  }

  pause(): void {
    this.playing = false;
    this.following = false;
    this.tell(this.stateListeners);
  }

  toggle(): void {
    if (this.playing) this.pause();
    else this.play();
  }

  setSpeed(speed: number): void {
    this.speed = speed;
    if (!this.showingStill) this.stage.setSpeed(speed);
    this.tell(this.stateListeners);
  }

  setSkipsIdle(skips: boolean): void {
    this.skipsIdle = skips;
    this.tell(this.stateListeners);
  }

  pin(windowId: string | null): void {
    this.pinnedWindow = windowId;
    this.jumpPending = true;
    this.tell(this.stateListeners);
    this.tell(this.timeListeners);
  }

  /** More of the recording is there, up to `loadedMs`. */
  loaded(loadedMs: number): void {
    this.loadedMs = loadedMs;
    const inOrder = (left: { atMs: number }, right: { atMs: number }) => left.atMs - right.atMs;
    this.recording.activity.sort(inOrder);
    // What went wrong while nobody touched anything is not to be skipped either.
    const marks = this.manifest.marks.filter(({ atMs }) => atMs < loadedMs);
    this.idle = idleSpans(
      [...this.recording.activity, ...marks].sort(inOrder),
      Math.min(loadedMs, this.durationMs),
    );
    this.tell(this.stateListeners);
  }

  private readonly frame = (now: number): void => {
    requestAnimationFrame(this.frame);
    const elapsed = Math.max(0, now - this.lastFrame);
    this.lastFrame = now;
    if (!this.stage.isReady(this.windowId, this.atMs)) {
      this.jumpPending = true;
      const lost = this.stage.isLost(this.windowId, this.atMs);
      this.stage.say(
        lost
          ? "This part of the recording could not be loaded"
          : "Loading this part of the recording\u2026",
        !lost,
      );
      this.hold();
      return;
    }
    if (this.jumpPending || !this.stage.shows(this.windowId)) {
      this.jumpPending = false;
      this.showingStill = !this.playing;
      this.stage.jump(this.windowId, this.atMs, this.showingStill ? 0 : this.speed);
      this.lastFrame = performance.now();
      return;
    }
    if (!this.playing || (this.following && this.atMs >= this.durationMs)) {
      this.hold();
      return;
    }
    if (this.showingStill) {
      this.showingStill = false;
      this.stage.setSpeed(this.speed);
    }
    this.advance(elapsed * this.speed);
  };

  private advance(byMs: number): void {
    const next = Math.min(this.durationMs, this.atMs + byMs);
    const skipped = this.skipsIdle ? skipIdle(this.idle, next) : next;
    if (skipped > next) {
      this.moveTo(skipped);
      for (const listener of this.skipListeners) listener(skipped - next);
      return;
    }
    this.atMs = next;
    this.stage.follow(this.windowId, next, this.speed);
    this.tell(this.timeListeners);
    // The newest moment is waited for.
    if (next >= this.durationMs && !this.following) this.pause();
  }

  private hold(): void {
    if (this.showingStill) return;
    this.showingStill = true;
    this.stage.setSpeed(0);
  }

  private tell(listeners: readonly Listener[]): void {
    for (const listener of listeners) listener();
  }
}
