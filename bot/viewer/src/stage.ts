/**
 * The stage: shows the window that was in use in the frame of its device, scaled to fit
 * or as large as it was, and keeps the screens in step with the playback clock. What is
 * shown when is decided in playback.ts.
 */
import { deviceOf } from "./device";
import { h } from "./dom";
import type { Loader } from "./loading";
import type { Manifest } from "./payload";
import { isPictured, pictureWords } from "./pictureWords";
import type { Reel } from "./reel";
import type { Screen } from "./screen";
import { Screens } from "./screens";

const MAX_SCALE = 1.6;

export class Stage {
  readonly element = h("div", { class: "stage", testid: "stage" });
  /** Over the picture, as on the device itself; the address goes here. */
  readonly bar = h("div", { class: "device-bar" });
  /** Whether the picture is as large as it was, not scaled to fit. */
  actualSize = false;
  private complete = false;
  private atMs = 0;
  private readonly note = h("p", { class: "stage-note", testid: "stage-note" });
  private readonly size = h("span", { class: "device-size" });
  private readonly glass = h("div", { class: "glass" });
  private readonly bezel = h("div", { class: "bezel" }, this.glass);
  private readonly device = h("div", { class: "device blank" }, this.bar, this.bezel);
  private readonly screens: Screens;
  private shown: string | null = null;

  constructor(
    private readonly manifest: Manifest,
    reel: Reel,
    private readonly loader: Loader,
  ) {
    this.screens = new Screens(reel, loader, this.glass, () => this.fit());
    this.bar.append(this.size);
    this.element.append(this.device, this.note);
    new ResizeObserver(() => this.fit()).observe(this.element);
  }

  /** Whether all that shows `windowId` at `atMs` is here; asks for it where not. */
  isReady(windowId: string | null, atMs: number): boolean {
    return windowId === null || this.screens.isReady(windowId, this.epochMs(atMs));
  }

  /** Whether what shows `windowId` at `atMs` cannot be had. */
  isLost(windowId: string | null, atMs: number): boolean {
    return windowId !== null && this.loader.isLost(windowId, this.epochMs(atMs));
  }

  /** Whether anything of the window can be shown, as far as anybody knows. */
  hasPicture(windowId: string): boolean {
    return this.screens.hasPicture(windowId);
  }

  /** Shows `windowId` at `atMs`, moving on at `speed` (0: still). */
  jump(windowId: string | null, atMs: number, speed: number): void {
    const screen = this.bringForward(windowId, this.epochMs(atMs));
    screen?.jump(this.epochMs(atMs), speed);
    this.showPictureOrWords(atMs);
  }

  /** Whether `windowId` is in front, as far as there is a picture of it. */
  shows(windowId: string | null): boolean {
    if (windowId === null) return true;
    if (windowId !== this.shown) return false;
    return Boolean(this.screens.known(windowId)) || !this.hasPicture(windowId);
  }

  /** Keeps showing; called for every frame while playing. */
  follow(windowId: string | null, atMs: number, speed: number): void {
    const screen = this.current();
    const epochMs = this.epochMs(atMs);
    if (!this.shows(windowId) || (screen && !this.screens.holds(screen, epochMs))) {
      return this.jump(windowId, atMs, speed);
    }
    screen?.follow(epochMs);
    if (windowId !== null) this.screens.readAhead(windowId, epochMs, speed);
    this.showPictureOrWords(atMs);
  }

  setSpeed(speed: number): void {
    this.current()?.setSpeed(speed);
  }

  /** A sentence in place of the picture, empty to show it; `busy`: it is on its way. */
  say(sentence: string, busy = false): void {
    this.note.classList.toggle("busy", busy);
    if (this.note.textContent !== sentence) this.note.textContent = sentence;
  }

  /** Shows the picture as large as it was recorded, or scaled to fit. */
  setActualSize(actual: boolean): void {
    this.actualSize = actual;
    this.element.classList.toggle("actual", actual);
    // What scrolls has to be reachable for those who scroll with keys.
    if (actual) this.element.tabIndex = 0;
    else this.element.removeAttribute("tabindex");
    this.fit();
  }

  /** All of the recording has been read: what is not there will not come. */
  finish(): void {
    this.complete = true;
    this.showPictureOrWords(this.atMs);
  }

  /** More of the recording came. */
  grown(): void {
    this.screens.grown();
  }

  private current(): Screen | undefined {
    return this.screens.known(this.shown);
  }

  private epochMs(atMs: number): number {
    return this.manifest.startMs + atMs;
  }

  private showPictureOrWords(atMs: number): void {
    this.atMs = atMs;
    const screen = this.current();
    const pictureAtMs = screen ? screen.pictureMs - this.epochMs(0) : null;
    const { windows } = this.manifest;
    this.say(
      pictureWords({
        atMs,
        pictureAtMs,
        anyPicture: windows.some((id) => this.hasPicture(id)),
        severalWindows: windows.length > 1,
        complete: this.complete,
      }),
    );
    const blank = pictureAtMs === null || !isPictured(pictureAtMs, atMs);
    this.device.classList.toggle("blank", blank);
  }

  private bringForward(windowId: string | null, epochMs: number): Screen | undefined {
    if (windowId === null) return undefined;
    if (windowId !== this.shown) {
      const leaving = this.current();
      leaving?.setSpeed(0);
      leaving?.element.classList.remove("front");
      this.shown = windowId;
    }
    const screen = this.screens.at(windowId, epochMs);
    screen?.element.classList.add("front");
    this.fit();
    return screen;
  }

  private fit(): void {
    const screen = this.current();
    if (!screen?.width || !screen.height) return;
    const { width, height } = screen;
    const touched = this.screens.isTouched(this.shown ?? "");
    this.device.dataset.device = deviceOf(this.manifest, width, height, touched);
    // The frame around the glass does not scale with it.
    const frameWidth = this.bezel.offsetWidth - this.glass.clientWidth;
    const frameHeight = this.device.offsetHeight - this.glass.clientHeight;
    const scale = this.actualSize
      ? 1
      : Math.min(
          MAX_SCALE,
          Math.max(1, this.element.clientWidth - frameWidth) / width,
          Math.max(1, this.element.clientHeight - frameHeight) / height,
        );
    this.glass.style.width = `${width * scale}px`;
    this.glass.style.height = `${height * scale}px`;
    const { style } = screen.element;
    style.width = `${width}px`;
    style.height = `${height}px`;
    style.transform = `scale(${scale})`;
    style.setProperty("--scale", String(scale));
    const size = `${width} \u00d7 ${height}`;
    const text = `${size} at ${Math.round(scale * 100)} %`;
    this.size.textContent = text;
    this.size.title = `The recorded screen was ${size}`;
  }
}
