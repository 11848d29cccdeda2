/** What the reader chose last time, where the browser lets a page remember it. */

const PREFIX = "replay-courier-";

/** The remembered value, or null; pages from a file may have no storage at all. */
export function recall(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // Without storage the choice holds until the page is closed.
  }
}

/** Applies the remembered theme; without one the system's choice stands. */
export function applyTheme(): void {
  const theme = recall("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
}

/** Switches between light and dark from whichever shows now. */
export function cycleTheme(): void {
  const { dataset } = document.documentElement;
  const dark = dataset.theme
    ? dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  dataset.theme = dark ? "light" : "dark";
  remember("theme", dataset.theme);
}
