import { describe, expect, test } from "vitest";
import { object } from "./json";
import { MobileScreen } from "./mobile";
import { EventType, type RrwebEvent, Source } from "./rrweb";
import type { SerializedNode } from "./wireframes";

const picture = { type: "text", text: "Pay", x: 16, y: 20, width: 90, height: 30 };

function snapshot(...wireframes: object[]): RrwebEvent {
  const data = { wireframes, initialOffset: { top: 0, left: 0 } };
  return { type: EventType.FullSnapshot, timestamp: 1, data };
}

function incremental(data: object): RrwebEvent {
  return { type: EventType.Incremental, timestamp: 2, data: { ...data } };
}

/** The body that a full snapshot of these wireframes becomes. */
function bodyOf(screen: MobileScreen, ...wireframes: object[]): SerializedNode {
  const document = screen.apply(snapshot(...wireframes)).data.node as SerializedNode;
  const body = document.childNodes[1]?.childNodes[1];
  if (body?.tagName !== "body") throw new Error("no body");
  return body;
}

const styleOf = (node: SerializedNode | undefined) => object(node?.attributes).style;

test("a web recording's events pass untouched", () => {
  const event = incremental({ source: Source.Mutation, adds: [], id: 7 });
  expect(new MobileScreen().apply(event)).toBe(event);
});

test("a wireframe is placed where it was on the screen", () => {
  const [node] = bodyOf(new MobileScreen(), picture).childNodes;
  expect(styleOf(node)).toBe(
    "position:fixed;left:16px;top:20px;width:90px;height:30px;overflow:hidden",
  );
  expect(node?.childNodes[0]?.textContent).toBe("Pay");
});

describe("pictures", () => {
  test.each([
    ["iVBORw0KGgo=", "data:image/png;base64,iVBORw0KGgo="],
    ["/9j/4AAQ", "data:image/jpeg;base64,/9j/4AAQ"],
    ["data:image/png;base64,UklGRg==", "data:image/webp;base64,UklGRg=="],
  ])("%s is shown as what it is", (base64, src) => {
    const [node] = bodyOf(new MobileScreen(), { type: "screenshot", base64 }).childNodes;
    expect(object(node?.attributes).src).toBe(src);
  });

  test.each(["https://evil.test/a.png", 'x" onerror="', "data:text/html;base64,AAAA", undefined])(
    "%s is a placeholder",
    (base64) => {
      const [node] = bodyOf(new MobileScreen(), { type: "image", base64 }).childNodes;
      expect(node).toMatchObject({ tagName: "div", attributes: { class: "mark" } });
    },
  );
});

test("style values of another shape do not reach the style", () => {
  const style = {
    color: "red;background:url(//evil)",
    backgroundColor: "#00AA00",
    fontFamily: "a;b",
    backgroundImage: '"); }',
    borderWidth: "1px;x:y",
  };
  const [node] = bodyOf(new MobileScreen(), { ...picture, style }).childNodes;
  expect(styleOf(node)).not.toMatch(/evil|font-family|image|x:y/);
  expect(styleOf(node)).toContain("background-color:#00AA00");
});

test("an update puts the new subtree in the old one's place", () => {
  const screen = new MobileScreen();
  const body = bodyOf(screen, { id: -5, type: "div", childWireframes: [{ ...picture, id: 9 }] });
  const parent = body.childNodes[0];
  const child = parent?.childNodes[0];
  const wireframe = { ...picture, id: 9, text: "Paid" };
  const made = screen.apply(
    incremental({ source: Source.Mutation, updates: [{ parentId: -5, wireframe }] }),
  );
  expect(made.data.removes).toEqual([{ id: child?.id, parentId: parent?.id }]);
  expect(made.data.adds).toMatchObject([
    { parentId: parent?.id, node: { id: child?.id, childNodes: [] } },
    { parentId: child?.id, node: { textContent: "Paid" } },
  ]);
});

test("the keyboard comes and goes", () => {
  const screen = new MobileScreen();
  const body = bodyOf(screen, picture);
  const keyboard = (open: boolean): RrwebEvent => ({
    type: EventType.Custom,
    timestamp: 3,
    data: { tag: "keyboard", payload: { open, height: 260 } },
  });
  const [opened] = screen.apply(keyboard(true)).data.adds as { node: SerializedNode }[];
  expect(styleOf(opened?.node)).toContain("height:260px");
  expect(screen.apply(keyboard(false)).data.removes).toEqual([
    { id: opened?.node.id, parentId: body.id },
  ]);
});

test("a touch that names no wireframe is one of the whole screen", () => {
  const screen = new MobileScreen();
  const body = bodyOf(screen, picture);
  const touch = { source: Source.MouseInteraction, type: 9, id: 0, x: 1, y: 2 };
  expect(screen.apply(incremental(touch)).data).toMatchObject({ id: body.id, tapped: true });
});
