// What the shop sells, drawn. In the page itself, so that a recording has it too.

const SHAPES = {
  kettle: `<path d="M66 62c0-16 10-26 34-26s34 10 34 26" fill="none" stroke="#3c3a36" stroke-width="6"/>
    <path d="M58 118c-4-34 10-56 42-56s46 22 42 56c-1 8-6 12-14 12H72c-8 0-13-4-14-12z" fill="#8f9b9c"/>
    <path d="M60 104c20 8 60 8 80 0l2 14c-1 8-6 12-14 12H72c-8 0-13-4-14-12z" fill="#77878a"/>
    <path d="M136 84c14-2 18-14 30-16l4 8c-10 6-14 22-30 26z" fill="#8f9b9c"/>
    <circle cx="100" cy="58" r="7" fill="#c4623a"/><path d="M74 84c2-6 6-10 12-12" stroke="#dfe6e4" stroke-width="5" fill="none" stroke-linecap="round"/>`,
  lantern: `<circle cx="100" cy="92" r="58" fill="#e0a83e" opacity=".25"/><circle cx="100" cy="92" r="40" fill="#e0a83e" opacity=".35"/>
    <path d="M82 40a18 18 0 0 1 36 0" fill="none" stroke="#f6f1e7" stroke-width="5"/>
    <rect x="74" y="48" width="52" height="14" rx="5" fill="#c4623a"/><rect x="80" y="62" width="40" height="54" fill="#fff3cf"/>
    <path d="M100 76c10 12 10 26 0 30-10-4-10-18 0-30z" fill="#e0a83e"/><path d="M80 62v54M120 62v54" stroke="#c4623a" stroke-width="4"/>
    <rect x="70" y="116" width="60" height="16" rx="6" fill="#c4623a"/>`,
  pack: `<path d="M80 40a20 16 0 0 1 40 0" fill="none" stroke="#3c3a36" stroke-width="6"/>
    <rect x="62" y="38" width="76" height="96" rx="22" fill="#1f4d3a"/><path d="M62 66h76" stroke="#163a2b" stroke-width="5"/>
    <rect x="74" y="84" width="52" height="40" rx="10" fill="#2d6650"/><path d="M74 98h52" stroke="#163a2b" stroke-width="4"/>
    <rect x="94" y="58" width="12" height="20" rx="3" fill="#e0a83e"/><path d="M56 76c-6 14-6 34 0 46M144 76c6 14 6 34 0 46" stroke="#3c3a36" stroke-width="6" fill="none" stroke-linecap="round"/>`,
  mug: `<path d="M126 70c26-4 28 40-2 38" fill="none" stroke="#f6f1e7" stroke-width="9"/>
    <path d="M66 56h62l-5 66c-1 8-6 10-12 10H83c-6 0-11-2-12-10z" fill="#f6f1e7"/><ellipse cx="97" cy="56" rx="31" ry="8" fill="#1f4d3a"/><ellipse cx="97" cy="57" rx="25" ry="5" fill="#5b3a26"/>
    <g fill="#1f4d3a"><circle cx="82" cy="84" r="3"/><circle cx="104" cy="78" r="2.5"/><circle cx="96" cy="98" r="3"/><circle cx="112" cy="106" r="2.5"/><circle cx="84" cy="114" r="2.5"/></g>
    <path d="M88 40c-6-8 6-10 0-20M108 40c-6-8 6-10 0-20" stroke="#f6f1e7" stroke-width="4" fill="none" stroke-linecap="round" opacity=".7"/>`,
  blanket: `<rect x="46" y="98" width="108" height="34" rx="15" fill="#9f4a28"/><rect x="50" y="68" width="100" height="34" rx="15" fill="#c4623a"/>
    <rect x="56" y="40" width="88" height="32" rx="14" fill="#d37952"/>
    <path d="M78 40v32M88 40v32" stroke="#f6f1e7" stroke-width="5"/><path d="M74 68v34M84 68v34" stroke="#f6f1e7" stroke-width="5"/><path d="M70 98v34M80 98v34" stroke="#f6f1e7" stroke-width="5"/>
    <path d="M122 40v32M120 68v34M118 98v34" stroke="#e0a83e" stroke-width="6"/>
    <path d="M52 134v8M62 134v8M72 134v8M82 134v8M92 134v8M102 134v8M112 134v8M122 134v8M132 134v8M142 134v8" stroke="#f6f1e7" stroke-width="3" stroke-linecap="round"/>`,
  compass: `<circle cx="100" cy="90" r="48" fill="#3c3a36"/><circle cx="100" cy="90" r="40" fill="#f6f1e7"/>
    <path d="M100 56l10 34H90z" fill="#c4623a"/><path d="M100 124 90 90h20z" fill="#8f9b9c"/><circle cx="100" cy="90" r="5" fill="#3c3a36"/>
    <path d="M100 54v-2M136 90h2M100 126v2M64 90h-2" stroke="#3c3a36" stroke-width="4" stroke-linecap="round"/><rect x="92" y="30" width="16" height="14" rx="5" fill="#3c3a36"/>`,
};

/** The picture of a product as SVG; the words beside it say what it is. */
export function picture(id) {
  return `<svg viewBox="0 0 200 160" aria-hidden="true">${SHAPES[id]}</svg>`;
}
