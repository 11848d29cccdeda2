/**
 * A session that goes on: asks the share page's server now and then whether there is
 * more, while somebody looks, and has what is new taken in. The server has a worker look
 * for it; the answer to one question is often in the next.
 */
import { Growth } from "./growth";
import type { Inflater } from "./inflate";
import { object, parse, text } from "./json";
import type { Breathe } from "./lines";
import type { Loader } from "./loading";
import { type Manifest, readManifest } from "./payload";
import { matches } from "./segments";

/** The pause between two questions, and how far it grows while nothing is new. */
const SOONEST_MS = 10_000;
const LATEST_MS = 60_000;
/** By then a worker has often looked because of the question before. */
const AGAIN_MS = 3000;
/** After so long without anything new, a session is no more than perhaps going on. */
const RECENT_MS = 10 * 60_000;
/** posthog-js begins another session after half an hour; nothing comes after that. */
const OVER_MS = 40 * 60_000;
/** So often the server is asked all the same: it may have more that nobody asked for. */
const LOOKS = 6;

/** `waiting`: nothing was added for long, and nobody said that it has ended. */
export type LiveState = "live" | "waiting" | "ended" | "closed" | "rewritten";

export interface LiveEvents {
  state(state: LiveState): void;
  /** The manifest says more, and the loader has more to read. */
  grown(): void;
}

/** What the server says. */
interface News {
  ongoing: boolean;
  newer: string | null;
  segments: string | null;
  manifest: Manifest | null;
}

export type Fetch = (url: string) => Promise<Response>;

export class Live {
  state: LiveState = "live";
  private readonly growth: Growth;
  private delayMs = SOONEST_MS;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isAsking = false;
  private isSecond = false;
  private looks = 0;

  constructor(
    private url: string,
    private readonly manifest: Manifest,
    private readonly loader: Loader,
    private readonly inflater: Inflater,
    private readonly breathe: Breathe,
    private readonly events: LiveEvents,
    private readonly get: Fetch = (url) => fetch(url, { credentials: "same-origin" }),
    private readonly now: () => number = Date.now,
    private readonly isSeen: () => boolean = () => document.visibilityState === "visible",
  ) {
    this.growth = new Growth(manifest);
  }

  /** These lines were read. */
  note(text: string): void {
    this.growth.note(text);
  }

  /** Begins to ask; all of the recording is read by now. */
  start(): void {
    this.tell(this.quietState());
    document.addEventListener("visibilitychange", () => {
      if (this.isSeen()) void this.ask();
    });
    void this.ask();
  }

  get isOver(): boolean {
    return this.state !== "live" && this.state !== "waiting";
  }

  /** Asks once, and sees to it that it is asked again. */
  async ask(): Promise<void> {
    clearTimeout(this.timer);
    if (this.isAsking || this.isOver || !this.isSeen()) return;
    this.isAsking = true;
    const grew = await this.look().catch(() => false);
    this.isAsking = false;
    if (this.isOver) return;
    this.isSecond = !grew && !this.isSecond;
    if (grew) this.delayMs = SOONEST_MS;
    else if (!this.isSecond) this.delayMs = Math.min(LATEST_MS, this.delayMs * 1.3);
    this.timer = setTimeout(() => void this.ask(), this.isSecond ? AGAIN_MS : this.delayMs);
  }

  /** Whether something came. */
  private async look(): Promise<boolean> {
    const answer = await this.get(this.url);
    this.looks += 1;
    if (answer.status === 404 || answer.status === 410) {
      this.tell("closed");
      return false;
    }
    if (!answer.ok) return false;
    const news = readNews(await answer.text());
    const grew = await this.take(news);
    if (!this.isOver) this.tell(news.ongoing ? this.quietState() : "ended");
    return grew;
  }

  private async take({ newer, segments, manifest: fresh }: News): Promise<boolean> {
    if (!newer || !segments || !fresh) return false;
    const texts: string[] = [];
    for (const index of this.growth.unknown(fresh)) {
      texts.push(await this.textOf(fresh, index, segments));
    }
    const additions = await this.growth.taken(fresh, texts, this.breathe);
    if (!additions) {
      this.tell("rewritten");
      return false;
    }
    this.url = newer;
    const known = this.manifest.segments;
    Object.assign(this.manifest, fresh, { segments: known, assets: this.manifest.assets });
    for (const { text, entry } of additions) this.loader.add(text, entry);
    this.events.grown();
    return additions.length > 0;
  }

  private async textOf(fresh: Manifest, index: number, base: string): Promise<string> {
    const entry = fresh.segments[index];
    const answer = await this.get(base + index);
    if (!entry || !answer.ok) throw new Error(`segment ${index}: ${answer.status}`);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    if ((await matches(bytes, entry)) === false) throw new Error(`segment ${index} differs`);
    return this.inflater.inflate(bytes, entry.expandedBytes);
  }

  private quietState(): LiveState {
    const quietMs = this.now() - this.manifest.startMs - this.manifest.durationMs;
    if (quietMs > OVER_MS && this.looks >= LOOKS) return "ended";
    return quietMs > RECENT_MS ? "waiting" : "live";
  }

  private tell(state: LiveState): void {
    this.state = state;
    this.events.state(state);
  }
}

function readNews(source: string): News {
  const raw = object(parse(source));
  return {
    ongoing: raw.ongoing === true,
    newer: text(raw.newer),
    segments: text(raw.segments),
    manifest: raw.manifest ? readManifest(JSON.stringify(raw.manifest)) : null,
  };
}
