import assert from "node:assert/strict";
import { test } from "node:test";
import { numberIn, settings } from "../../web/js/panel.js";

const field = (value, badInput = false) => ({ value, validity: { badInput } });

test("a limit of nothing and no limit are two things", () => {
  assert.equal(numberIn(field("0")), 0);
  assert.equal(numberIn(field("0.0")), 0);
  assert.equal(numberIn(field("")), null);
});

test("what is no number is not sent as no limit", () => {
  assert.equal(numberIn(field("", true)), undefined);
  assert.equal(numberIn(field("1e999")), undefined);
  assert.equal(numberIn(field("five")), undefined);
});

test("a number is sent as it is", () => {
  assert.equal(numberIn(field("2.50")), 2.5);
  assert.equal(numberIn(field("-1")), -1);
});

test("no list offers an empty value: the newest front end shows none of its options then", () => {
  const lists = settings({ say: (key) => key }).filter((one) => one.options);
  assert.ok(lists.length);
  for (const list of lists) {
    const offered = (typeof list.options === "function" ? list.options() : list.options).map((one) => one.value);
    assert.ok(offered.every((value) => value !== "" && value !== null), list.id);
    assert.ok(offered.includes(list.defaultValue), list.id);
  }
});
