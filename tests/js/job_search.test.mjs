import assert from "node:assert/strict";
import { test } from "node:test";
import { isFound } from "../../web/js/job_search.js";

const job = { prompt: "A red Balloon", model: "kling-v3", project: "Night train", task_id: "task_01K8", created_at: new Date(2026, 10, 26, 12).getTime() / 1000 };

test("a job is found by words in whatever order, by its project and by its day", () => {
  for (const words of ["", "balloon", "BALLOON red", "kling train", "task_01k8", "2026-11-26", "2026-11 red"]) {
    assert.ok(isFound(job, { words, project: "" }), words);
  }
  for (const words of ["blue", "red blue", "2026-11-27", "2025-11"]) assert.ok(!isFound(job, { words, project: "" }), words);
  assert.ok(isFound(job, { words: "", project: "Night train" }));
  assert.ok(!isFound(job, { words: "", project: "Night" }));
});
