import assert from "node:assert/strict";
import { test } from "node:test";
import { text } from "../../web/js/language.js";
import { dayText, detailsOf, lineOf } from "../../web/js/reconcile.js";

const say = (key, values) => text("en", key, values);
const row = (kind, usd, more) => ({ day: "2026-11-24", model: "veo3.1-fast-official", kind, usd, ...more });
const report = (...differences) => ({ state: "compared", last: "2026-11-25", differences });
const line = (...differences) => lineOf(report(...differences), say, "en");

test("a ledger that agrees says until when", () => {
  assert.equal(line(), "Matches APIMart's charges up to Nov 25");
});

test("the latest difference is the line, and the others are counted", () => {
  const unknown = row("unknown here", 0.41);
  assert.equal(line(unknown), "$0.41 on Nov 24 not known here: veo3.1-fast-official");
  assert.equal(line(unknown, unknown, unknown), "$0.41 on Nov 24 not known here: veo3.1-fast-official (and 2 more)");
});

test("every kind of difference has words of its own", () => {
  assert.equal(line(row("not charged", -0.32)), "$0.32 on Nov 24 not charged by APIMart: veo3.1-fast-official");
  assert.equal(line(row("price moved", 0.08)), "Price changed by +$0.08 on Nov 24: veo3.1-fast-official");
  assert.equal(line(row("price moved", -0.2)), "Price changed by -$0.20 on Nov 24: veo3.1-fast-official");
});

test("where nothing was compared the line is the same quiet one", () => {
  const states = ["", "denied", "silent", "nothing"];
  assert.deepEqual(new Set(states.map((state) => lineOf({ state, differences: [] }, say, "en"))).size, 1);
});

test("the usual reason stands with charges that nobody knows, and only with them", () => {
  const hasReason = (found) => detailsOf(found, say, "en").includes(say("reconcile.others"));
  assert.equal(hasReason(report(row("unknown here", 0.41))), true);
  assert.equal(hasReason(report(row("not charged", -0.41))), false);
});

test("task ids of the provider's log are offered for a job of unknown outcome", () => {
  const found = { ...report(row("unknown here", 0.41)), perhaps: { entry: ["task_1", "task_2"] } };
  assert.ok(detailsOf(found, say, "en").some((sentence) => sentence.includes("task_1, task_2")));
});

test("a day is the provider's, whatever the time zone of the page", () => {
  assert.equal(dayText("2026-01-01", "en"), "Jan 1");
});
