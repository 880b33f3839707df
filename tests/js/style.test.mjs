import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const css = readFileSync(new URL("../../web/js/apimart.css", import.meta.url), "utf8").replaceAll(/\/\*[\s\S]*?\*\//g, "");
const selectors = [...css.matchAll(/([^{}]+)\{/g)].flatMap(([, found]) => found.split(",")).map((one) => one.trim());

test("no rule of the style reaches beyond the pack", () => {
  const plain = selectors.filter((one) => !one.startsWith("@"));
  assert.ok(plain.length > 10);
  assert.deepEqual(plain.filter((one) => !one.includes(".apimart-")), []);
});
