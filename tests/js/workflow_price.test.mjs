import assert from "node:assert/strict";
import { test } from "node:test";
import { text } from "../../web/js/language.js";
import { bill, workflowText } from "../../web/js/workflow_price.js";

const say = (key, values) => text("en", key, values);
const node = (usd, quote = {}, more = {}) => ({ quote: { usd, bought: "", request: "", sandbox: false, ...quote }, isLinked: false, isMany: false, isSure: true, ...more });
const said = (...nodes) => workflowText(bill(nodes), true, say);

test("what is to be purchased and what is paid", () => {
  const paid = node(0.5, { bought: "kept" });
  assert.equal(said(node(1), node(0.52), node(0.32), paid), "This workflow: 3 to purchase, $1.84 - 1 already paid");
  assert.equal(said(paid, node(0.1, { bought: "running" })), "This workflow: nothing to purchase - 2 already paid");
});

test("nodes that ask the same question are one purchase", () => {
  assert.equal(said(node(1, { request: "a" }), node(1, { request: "a" }), node(1)), "This workflow: 2 to purchase, $2.00");
});

test("a linked value makes the sum the least, a list the number too", () => {
  assert.equal(said(node(1, {}, { isLinked: true })), "This workflow: 1 to purchase, at least $1.00");
  assert.equal(said(node(1, {}, { isMany: true })), "This workflow: at least 1 to purchase, at least $1.00");
  assert.equal(said(node(1, { bought: "kept" }, { isLinked: true }), node(2)), "This workflow: 1 to purchase, $2.00 - 1 already paid");
});

test("a price that nobody knows is counted and not summed", () => {
  assert.equal(said(node(1), node(null)), "This workflow: 2 to purchase, at least $1.00");
  assert.equal(said(node(null)), "This workflow: 1 to purchase, price unknown");
  assert.equal(said({ ...node(1), quote: null }), "This workflow: 1 to purchase, price unknown");
});

test("what a switch may leave out stands beside the sum", () => {
  const open = node(2, {}, { isSure: false });
  assert.equal(said(node(1), open), "This workflow: 1 to purchase, $1.00 - up to 1 more, depending on switches");
  assert.equal(said(open), "This workflow: nothing to purchase - up to 1 more, depending on switches");
  const same = { request: "a" };
  assert.equal(said(node(1, same, { isSure: false }), node(1, same)), "This workflow: 1 to purchase, $1.00");
});

test("an unknown outcome is not purchased again, and said", () => {
  assert.equal(said(node(1, { bought: "unknown" })), "This workflow: nothing to purchase - 1 with unknown outcome");
});

test("in the sandbox nothing is charged", () => {
  assert.equal(said(node(1, { sandbox: true })), "This workflow: 1 to purchase, $1.00 - sandbox, nothing is charged");
});

test("nodes that no output needs are said to be idle, and without our nodes there is no line", () => {
  assert.match(said(), /^This workflow runs no APIMart node/);
  assert.equal(workflowText(bill([]), false, say), "");
});
