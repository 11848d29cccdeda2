/** Escapes in CSS, with which every word can be written in many ways. */
/**
 * An escape by number, with the space that ends it, or of a letter that is no digit, or
 * any other: a backslash behind a backslash begins none.
 */
const ESCAPE = /\\(?:([0-9a-f]{1,6})([ \t\n\r\f])?|([g-z]|-(?=[a-z\\]))|[^])/gi;
const ANY_ESCAPE = /\\(?:([0-9a-f]{1,6})[ \t\n\r\f]?|\r?\n|([^]))/gi;

/** The same style with letters as letters: `u\72l(` asks for an address like `url(`. */
export function withPlainLetters(css: string): string {
  let openEnd = -1;
  return css.replace(
    ESCAPE,
    (escape, digits?: string, space?: string, letter?: string, offset = 0) => {
      if (!digits) return letter ?? escape;
      const character = String.fromCodePoint(Math.min(0x10ffff, Number.parseInt(digits, 16)));
      if (/[a-z-]/i.test(character)) {
        // The escape before it would go on with this letter.
        return offset === openEnd && /[a-f]/i.test(character) ? ` ${character}` : character;
      }
      openEnd = space === undefined ? offset + escape.length : -1;
      return escape;
    },
  );
}

export function unescaped(name: string): string {
  if (!name.includes("\\")) return name;
  return name.replace(ANY_ESCAPE, (_, digits: string | undefined, sign: string | undefined) =>
    digits ? String.fromCodePoint(Math.min(0x10ffff, Number.parseInt(digits, 16))) : (sign ?? ""),
  );
}
