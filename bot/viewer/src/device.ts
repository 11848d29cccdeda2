/** What a recording was made on, pure: the frame its picture is shown in. */
import type { Manifest } from "./payload";
import { MouseInteraction, type RrwebEvent, Source, sourceOf } from "./rrweb";

export type Device = "browser" | "phone" | "tablet";

/** Phones are narrower than this on their short side, tablets wider (CSS pixels). */
const TABLET_FROM_PX = 600;
const HANDHELD_SYSTEM = /^(ios|ipados|android)/i;

/** The device a screen of this size belongs to; `touched`: fingers were recorded. */
export function deviceOf(
  { platform, os }: Pick<Manifest, "platform" | "os">,
  width: number,
  height: number,
  touched: boolean,
): Device {
  const narrow = Math.min(width, height) < TABLET_FROM_PX;
  if (platform !== "web" || HANDHELD_SYSTEM.test(os ?? "")) return narrow ? "phone" : "tablet";
  // A laptop's touch screen leaves touches too, so only a small screen makes a phone.
  return touched && narrow ? "phone" : "browser";
}

/** Whether the event was made by a finger. */
export function isTouch(event: RrwebEvent): boolean {
  const source = sourceOf(event);
  if (source === Source.TouchMove) return true;
  return (
    source === Source.MouseInteraction &&
    (event.data.type === MouseInteraction.TouchStart ||
      event.data.type === MouseInteraction.TouchEnd)
  );
}
