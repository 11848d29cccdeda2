/** Names of the recording's windows for people, pure: the page each one shows. */

const NAME_CHARS = 28;

/** A short name for the page at `url`: its path, else its host, else the text itself. */
export function pageName(url: string): string {
  let name = url;
  try {
    const { protocol, host, pathname } = new URL(url);
    if (/^https?:$/.test(protocol)) name = pathname === "/" ? host : pathname;
  } catch {
    // A mobile screen has a name of its own, and what is no address stays as it is.
  }
  // The end of a long path says more than its start.
  return name.length > NAME_CHARS ? `\u2026${name.slice(1 - NAME_CHARS)}` : name;
}

/** A name for each of the windows whose addresses these are; no two are the same. */
export function windowNames(urls: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return urls.map((url, index) => {
    const name = pageName(url) || `Window ${index + 1}`;
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count > 1 ? `${name} (${count})` : name;
  });
}
