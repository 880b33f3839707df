import assert from "node:assert/strict";
import { test } from "node:test";
import { text } from "../../web/js/language.js";
import { billText, holdsKey, spoken } from "../../web/js/notices.js";

const say = (key, values) => text("en", key, values);
const told = (priced, unpriced, usd, isSandbox = false) => billText({ priced, unpriced, usd, isSandbox }, say);

test("the notice adds what would be charged, and counts what has no price yet", () => {
  assert.equal(told(2, 1, 1.35), "Running it purchases 2 APIMart job(s) for about $1.35. Plus 1 whose price is not known yet.");
});

test("nothing is said of a workflow that costs nothing", () => {
  assert.deepEqual([told(0, 0, 0), told(1, 0, 1, true)], ["", ""]);
});

test("jobs of unknown price alone are said without a sum", () => {
  assert.match(told(0, 1, 0), /purchases 1 APIMart job\(s\) whose price is not known yet/);
});

test("a key in a workflow is seen wherever it stands", () => {
  assert.ok(holdsKey({ nodes: [{ widgets_values: ["sk-abcdefghijklmnopqrstuvwx"] }] }));
  assert.ok(holdsKey({ extra: { note: "my key: sk-proj_0123456789-abcdefghij." } }));
});

test("ordinary words are no keys", () => {
  assert.ok(!holdsKey({ nodes: [{ widgets_values: ["task-list", "a sk-etch of a sk-y", "risk-abcdefghijklmnopqrstuvwx"] }] }));
  assert.ok(!holdsKey(undefined));
});

test("a graph is spoken of once per session", () => {
  const kept = new Map();
  const storage = { getItem: (name) => kept.get(name) ?? null, setItem: (name, value) => kept.set(name, value) };
  assert.deepEqual([spoken(storage)("a"), spoken(storage)("a"), spoken(storage)("b"), spoken(storage)(undefined)], [false, true, false, false]);
});
