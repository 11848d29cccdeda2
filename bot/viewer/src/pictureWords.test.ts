import { expect, test } from "vitest";
import { pictureWords } from "./pictureWords";

const state = {
  atMs: 0,
  pictureAtMs: 400 as number | null,
  anyPicture: true,
  severalWindows: false,
  complete: true,
};

test("a picture taken promptly stands for the start without a word", () => {
  expect(pictureWords(state)).toBe("");
  expect(pictureWords({ ...state, pictureAtMs: 12_400, atMs: 12_000 })).toBe("");
});

test("before a late first picture it is said when that comes", () => {
  const late = { ...state, pictureAtMs: 12_400, atMs: 3000 };
  expect(pictureWords(late)).toContain("begins in the middle");
  expect(pictureWords(late)).toContain("until 0:12");
  expect(pictureWords({ ...late, severalWindows: true })).toContain("this window until 0:12");
});

test("without any picture the reader is sent to the panels, once all is read", () => {
  const none = { ...state, pictureAtMs: null, anyPicture: false };
  expect(pictureWords({ ...none, complete: false })).toContain("Loading");
  expect(pictureWords(none)).toContain("in the panels");
  expect(pictureWords({ ...none, severalWindows: true, anyPicture: true })).toContain(
    "of this window",
  );
});
