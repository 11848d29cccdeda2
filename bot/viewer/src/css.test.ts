import { expect, test } from "vitest";
import { inertCss, sheetForReplay } from "./css";

test.each([
  ["a{background:url( 'https://e/a.png' )}", "a{background:url(data:,)}"],
  ["a{background:URL(//e/a.png)}", "a{background:url(data:,)}"],
  ["a{background:url(relative.png)}", "a{background:url(data:,)}"],
  ['@import url("https://e/a.css") screen; b{}', " b{}"],
  ["a{background:u\\72l(https://e/a.png)}", "a{background:url(data:,)}"],
  ["a{background:\\75 \\000072\\6c(//e)}", "a{background:url(data:,)}"],
  ["a{background:\\url(//e)}", "a{background:url(data:,)}"],
  ["@\\69mport '//e/a.css';b{}", "b{}"],
  ["a{background:image-set('//e/a.png' 1x, url(//e) 2x);c:d}", "a{background:url(data:,);c:d}"],
  ['a{background:-webkit-image-set(")" 1x', "a{background:-webkit-url(data:,)"],
  ["a{background:image\\-set('//e' 1x)}", "a{background:url(data:,)}"],
  ["a{background:src('//e')}", "a{background:url(data:,)}"],
  ["@im@import 'x';port '//e';", "@im port '//e';"],
  ["@\\\\69mport '//e';", "@\\\\69mport '//e';"],
  ["a{background:ur\\6\\63 (//e)}", "a{background:ur\\6 c(//e)}"],
  ['a{b:url("data:,\n)}c{d:url(//e)}e{f:")}', "a{b:url(data:,)}"],
  ["a{b:url(\u00a0data:,)}", "a{b:url(data:,)}"],
])("%s asks for nothing", (css, expected) => {
  expect(inertCss(css)).toBe(expected);
});

test.each(["a{mask:url(#shape)}", "a:before{content:'\\e900\\201c'}", ".md\\:w-1\\/2{b:c}", 'a{background:url("data:image/png;base64,AA==")}', "a{b:url( 'data:,\\\n)' )}", ".\\-1{b:c}", "a{--src(b)c:d}"])(
  "%s stays as it is",
  (css) => {
    expect(inertCss(css)).toBe(css);
  },
);

test("a web font that is not in the recording is not asked for", () => {
  const face = '@font-face{font-family:X;src:url(/x.woff2) format("woff2")}';
  expect(inertCss(face)).not.toContain("url(");
});

test("hover becomes a class in selectors, and only there", () => {
  expect(sheetForReplay("a:hover b:not(:hover){x:y}")).toBe(
    "a.\\:hover b:not(.\\:hover){x:y}",
  );
  expect(sheetForReplay("a{animation:hover 1s}b{c:d}")).toBe("a{animation:hover 1s}b{c:d}");
  expect(sheetForReplay("a:hover-x{}")).toBe("a:hover-x{}");
});

test("an import of a data: URL with semicolons goes as a whole", () => {
  expect(inertCss('@import url("data:text/css;base64,QUE=") all;a{b:c}')).toBe("a{b:c}");
});

test.each(["url(", "@import url(", "@font-face{", ":hover", "url('", "url( ", "a:hover{", "\\75", "image-set(", "image-set('"])(
  "half a megabyte of %s is cleaned in well under a second",
  (piece) => {
    const css = `a{b:c}${piece.repeat(Math.ceil(500_000 / piece.length))}`;
    const before = performance.now();
    sheetForReplay(css);
    expect(performance.now() - before).toBeLessThan(1000);
  },
);
