/**
 * One window of the recording on the stage: an rrweb Replayer in its sandboxed iframe,
 * told when to be where. Windows have id spaces of their own, so each has its Replayer.
 */
import { Replayer } from "@rrweb/replay";
import { ClickMarks, isClick } from "./clickMarks";
import { Effort } from "./effort";
import { EventType, type RrwebEvent } from "./rrweb";

type RrwebEvents = ConstructorParameters<typeof Replayer>[0];

/** More events than this are not kept by one replayer; a new one takes over. */
const MAX_EVENTS = 400_000;
/**
 * In a frame without scripts Chromium and Safari put controls on every video. A rule that
 * a browser does not understand would be refused: hence the condition.
 */
const NO_CONTROLS_OF_ITS_OWN =
  "@supports selector(video::-webkit-media-controls) {" +
  "video:not([controls])::-webkit-media-controls { display: none !important } }";

/** Further apart than this, in recorded time at speed 1, the picture is put right. */
const DRIFT_MS = 400;
/** A click this long before the moment sought still shows, in recorded time. */
const CLICK_SHOWS_MS = 800;

export class Screen {
  readonly element = document.createElement("div");
  width = 0;
  height = 0;
  /** The segments whose events the replayer has, and from when on it has them. */
  private readonly held: Map<number, number>;
  /** Where it last began to play, epoch ms. */
  jumpedToMs = -Infinity;
  private readonly replayer: Replayer;
  private readonly firstMs: number;
  private count: number;
  private lastMs: number;
  private speed = 0;
  private soughtMs = 0;
  private readonly clicks = new ClickMarks();
  private readonly effort = new Effort();
  /** When the first full snapshot was taken: there is nothing to show before it. */
  readonly pictureMs: number;
  private early = false;

  /**
   * Takes at least two events of one window in time order, a full snapshot among them,
   * and the segments they are from. `host` must be in the document.
   */
  constructor(
    host: HTMLElement,
    readonly windowId: string,
    held: ReadonlyMap<number, number>,
    events: readonly RrwebEvent[],
    onResize: () => void,
  ) {
    this.held = new Map(held);
    this.count = events.length;
    this.effort.add(events);
    this.element.className = "screen";
    host.append(this.element);
    this.firstMs = events[0]?.timestamp ?? 0;
    this.lastMs = events.at(-1)?.timestamp ?? 0;
    this.pictureMs =
      events.find(({ type }) => type === EventType.FullSnapshot)?.timestamp ?? this.firstMs;
    this.replayer = new Replayer(events as unknown as RrwebEvents, {
      root: this.element,
      speed: 1,
      showWarning: false,
      // Focus inside the recording would take the keyboard from the player.
      triggerFocus: false,
      insertStyleRules: [
        // The reader's own colours are for the player; the page stays as it was recorded.
        "html { forced-color-adjust: none }",
        // Where the page scrolled to by itself when it changed is in the recording.
        "* { overflow-anchor: none !important }",
        NO_CONTROLS_OF_ITS_OWN,
      ],
      mouseTail: { duration: 400, lineCap: "round", lineWidth: 2, strokeStyle: "#6d7cff" },
    });
    // Recorded links and fields are a picture: not reachable by mouse, Tab or search.
    this.replayer.iframe.inert = true;
    this.replayer.iframe.tabIndex = -1;
    this.replayer.iframe.title = "Recorded page";
    this.replayer.on("resize", (size) => {
      const { width, height } = size as { width: number; height: number };
      this.width = width;
      this.height = height;
      onResize();
    });
    this.element.append(this.clicks.element);
    this.replayer.on("event-cast", (cast) => this.markClick(cast as RrwebEvent));
  }

  /** Whether the next events are for another screen. */
  get isFull(): boolean {
    return this.count > MAX_EVENTS;
  }

  /** Takes the events of more segments, none older than where it began to play. */
  add(held: ReadonlyMap<number, number>, events: readonly RrwebEvent[]): void {
    for (const [index, fromMs] of held) this.held.set(index, fromMs);
    this.count += events.length;
    this.effort.add(events);
    for (const event of events) {
      this.lastMs = Math.max(this.lastMs, event.timestamp);
      this.replayer.addEvent(event as unknown as RrwebEvents[number]);
    }
  }

  /** From when on it has the events of a segment; Infinity where it has none. */
  heldFrom(index: number): number {
    return this.held.get(index) ?? Infinity;
  }

  /** Ends it and takes it off the stage. */
  destroy(): void {
    this.replayer.destroy();
    this.element.remove();
  }

  /**
   * Shows the moment `epochMs` and goes on from there at `speed`; 0 stands still.
   * Before the window's first picture that picture waits.
   */
  jump(epochMs: number, speed: number): void {
    this.early = epochMs <= this.pictureMs;
    this.soughtMs = epochMs;
    this.clicks.keepBetween(epochMs - CLICK_SHOWS_MS, epochMs);
    this.setSpeed(speed);
    this.jumpedToMs = Math.max(epochMs, this.pictureMs + 1);
    this.replayer.setConfig({ useVirtualDom: this.effort.isLarge(this.jumpedToMs) });
    this.replayer.play(this.jumpedToMs - this.firstMs);
    this.markPaused();
  }

  /** Goes on, or stands still at speed 0, without rebuilding the picture. */
  setSpeed(speed: number): void {
    this.speed = speed;
    this.replayer.setConfig({ speed: this.early ? 0 : speed });
    this.markPaused();
  }

  /** Puts the picture right if it is not where the player's clock is. */
  follow(epochMs: number): void {
    if (epochMs <= this.pictureMs) return;
    if (this.early) return this.jump(epochMs, this.speed);
    if (epochMs >= this.lastMs) return;
    const shownMs = this.firstMs + this.replayer.getCurrentTime();
    const tolerance = DRIFT_MS * Math.max(1, this.speed);
    if (Math.abs(shownMs - epochMs) > tolerance) this.jump(epochMs, this.speed);
  }

  // rrweb's own pause forgets its place and rebuilds the page on resuming, so standing
  // still is speed 0 and only the class that stops CSS animations is set by hand.
  private markPaused(): void {
    const root = this.replayer.iframe.contentDocument?.documentElement;
    root?.classList.toggle("rrweb-paused", this.speed === 0);
    this.element.classList.toggle("still", this.speed === 0);
  }

  private markClick(event: RrwebEvent): void {
    if (event.timestamp < this.soughtMs - CLICK_SHOWS_MS || !isClick(event)) return;
    let { x, y } = event.data;
    // The replayer's pointer also knows where a click inside a recorded frame was; while
    // it seeks, it does not move.
    const pointer = this.element.querySelector<HTMLElement>(".replayer-mouse")?.style;
    if (pointer?.left && event.timestamp >= this.soughtMs) {
      x = Number.parseFloat(pointer.left);
      y = Number.parseFloat(pointer.top);
    }
    this.clicks.show(Number(x), Number(y), event.timestamp);
  }
}
