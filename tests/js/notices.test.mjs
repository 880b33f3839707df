import assert from "node:assert/strict";
import { test } from "node:test";
import { text } from "../../web/js/language.js";
import { bill, billText, holdsKey, nodesThatBuy, spoken } from "../../web/js/notices.js";

const say = (key, values) => text("en", key, values);
const priced = (usd, changes) => ({ usd, bought: "", sandbox: false, ...changes });

test("the bill adds what would be bought, and counts what has no price yet", () => {
  const quotes = [priced(1.03), priced(0.32), priced(0.5, { bought: "kept" }), priced(null), null];
  assert.deepEqual(bill(quotes), { count: 2, usd: 1.35, unknown: 1 });
  assert.equal(billText(bill(quotes), say), "Running it buys 2 APIMart job(s) for about $1.35. Plus 1 whose price is not known yet.");
});

test("nothing is said of a graph that costs nothing", () => {
  assert.equal(billText(bill([priced(1, { sandbox: true }), priced(2, { bought: "running" })]), say), "");
  assert.equal(billText(bill([]), say), "");
});

test("jobs of unknown price alone are said without a sum", () => {
  assert.match(billText(bill([priced(null)]), say), /buys 1 APIMart job\(s\) whose price is not known yet/);
});

test("a key in a workflow is seen wherever it stands", () => {
  assert.ok(holdsKey({ nodes: [{ widgets_values: ["sk-abcdefghijklmnopqrstuvwx"] }] }));
  assert.ok(holdsKey({ extra: { note: "my key: sk-proj_0123456789-abcdefghij." } }));
});

test("ordinary words are no keys", () => {
  assert.ok(!holdsKey({ nodes: [{ widgets_values: ["task-list", "a sk-etch of a sk-y", "risk-abcdefghijklmnopqrstuvwx"] }] }));
  assert.ok(!holdsKey(undefined));
});

test("only nodes of ours that run count", () => {
  const families = new Map([["APIMartSora2", {}]]);
  const nodes = [{ type: "APIMartSora2", mode: 0 }, { type: "APIMartSora2", mode: 4 }, { type: "KSampler", mode: 0 }];
  assert.deepEqual(nodesThatBuy({ nodes }, families), [nodes[0]]);
});

test("a graph is spoken of once per session", () => {
  const kept = new Map();
  const storage = { getItem: (name) => kept.get(name) ?? null, setItem: (name, value) => kept.set(name, value) };
  assert.deepEqual([spoken(storage)("a"), spoken(storage)("a"), spoken(storage)("b"), spoken(storage)(undefined)], [false, true, false, false]);
});
