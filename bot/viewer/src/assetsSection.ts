/** What the Info panel says about the assets a replay carries and those it does not. */
import type { AssetIndex } from "./assetIndex";
import { h } from "./dom";
import { pairs, sizeText } from "./details";

export function assetsSection(assets: AssetIndex | null): Node[] {
  const missing = assets?.missing ?? [];
  const unlisted = (assets?.missingCount ?? 0) - missing.length;
  const facts: Node[] = [];
  if (assets) {
    const bytes = assets.files.reduce((sum, file) => sum + file.bytes, 0);
    facts.push(
      pairs([
        ["Carried", `${assets.files.length}, ${sizeText(bytes)}`],
        ["Missing", String(assets.missingCount)],
      ]),
    );
  }
  if (missing.length) {
    facts.push(
      h(
        "details",
        { testid: "missing-assets" },
        h("summary", {}, "What is missing, and why"),
        h(
          "ul",
          { class: "missing" },
          ...missing.map(({ url, reason }) =>
            h("li", {}, h("span", { class: "address" }, url), reason),
          ),
        ),
        unlisted > 0 && h("p", { class: "fact" }, `And ${unlisted} more.`),
      ),
    );
  }
  facts.push(
    h(
      "p",
      { class: "fact" },
      assets
        ? "What is missing is left out: this page never asks the network for it."
        : "What the recorder did not keep is left out: this page never asks the network for it.",
    ),
  );
  return facts;
}
