/**
 * The player alone on the whole screen. Browsers that give a page no full screen, such
 * as those of phones, get the player in the whole window instead.
 */

/** Switches `root` to full screen and back. */
export function toggleTheatre(root: HTMLElement): void {
  if (root.classList.contains("theatre")) {
    leaveTheatre(root);
    return;
  }
  root.classList.add("theatre");
  root.requestFullscreen?.().then(
    () => {
      const left = () => {
        if (document.fullscreenElement) return;
        document.removeEventListener("fullscreenchange", left);
        leaveTheatre(root);
      };
      document.addEventListener("fullscreenchange", left);
    },
    () => undefined,
  );
}

/** Back to player and panels, whichever way the player had the screen. */
export function leaveTheatre(root: HTMLElement): void {
  root.classList.remove("theatre");
  if (document.fullscreenElement) document.exitFullscreen().catch(() => undefined);
}
