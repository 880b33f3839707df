import assert from "node:assert/strict";
import { test } from "node:test";
import { moment, span, unitUsd, usd } from "../../web/js/amounts.js";

test("dollars have cents, and finer parts where cents would hide them", () => {
  assert.deepEqual([0, 1.0288, 12.3, 0.05, 0.0041, 0.99999].map(usd), ["$0.00", "$1.03", "$12.30", "$0.05", "$0.0041", "$1.00"]);
});

test("a unit price shows a tenth of a cent where there is one", () => {
  assert.deepEqual([0.10288, 0.08, 1, 0.13712].map(unitUsd), ["$0.103", "$0.08", "$1.00", "$0.137"]);
});

test("times are said in the largest fitting unit", () => {
  assert.deepEqual([-3, 45.4, 89, 180, 3900].map(span), ["0 s", "45 s", "89 s", "3 min", "1 h 5 min"]);
});

test("today is a clock time, another day a date", () => {
  const noon = new Date(2026, 10, 21, 12, 0).getTime();
  assert.match(moment(noon / 1000, "en", noon), /12:00/);
  assert.match(moment(noon / 1000 - 86400 * 3, "en", noon), /Nov 18/);
});
