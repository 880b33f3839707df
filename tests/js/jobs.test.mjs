import assert from "node:assert/strict";
import { test } from "node:test";
import { colourOf, columns, daysBetween } from "../../web/js/chart.js";
import { Jobs, PAGE, actionsOf, costOf, overdue, progressOf } from "../../web/js/jobs.js";
import { RouteError, routes } from "../../web/js/server.js";

const job = (changes) => ({ id: "a", state: "running", progress: null, created_at: 100, ends_at: 200, task_id: "task_1", clips: [], cost_usd: null, estimate_usd: 0.5, ...changes });
const page = (jobs) => ({ jobs });

test("pages that overlap because a job came in between show every job once", () => {
  const jobs = new Jobs();
  jobs.take(page(Array.from({ length: PAGE }, (_, number) => job({ id: `${number}` }))), true, 0);
  assert.ok(jobs.hasMore);
  jobs.take(page([job({ id: "49" }), job({ id: "50" })]), false, 0);
  assert.equal(jobs.list.length, 51);
  assert.ok(!jobs.hasMore);
});

test("an event changes its job in place, and a new job comes first", () => {
  const jobs = new Jobs();
  jobs.take(page([job({ id: "a" }), job({ id: "b" })]), true, 0);
  assert.equal(jobs.put(job({ id: "b", state: "fetched" }), 1), false);
  assert.equal(jobs.put(job({ id: "c" }), 2), true);
  assert.deepEqual(jobs.list.map((one) => [one.id, one.state]), [["c", "running"], ["a", "running"], ["b", "fetched"]]);
});

test("a new job that the filter leaves out is not shown", () => {
  const jobs = new Jobs();
  jobs.show = "failed";
  assert.equal(jobs.put(job({}), 1), false);
  assert.deepEqual(jobs.list, []);
});

test("a new job that nobody looks for is not shown", () => {
  const jobs = new Jobs();
  jobs.isWanted = (one) => one.id === "b";
  assert.equal(jobs.put(job({ id: "a" }), 1), false);
  assert.equal(jobs.put(job({ id: "b" }), 2), true);
  assert.deepEqual(jobs.list.map((one) => one.id), ["b"]);
});

test("a page that was asked for before an event does not undo it", () => {
  const jobs = new Jobs();
  jobs.put(job({ state: "fetched" }), 500);
  jobs.take(page([job({})]), true, 400);
  assert.equal(jobs.list[0].state, "fetched");
  jobs.take(page([job({ state: "ended" })]), true, 600);
  assert.equal(jobs.list[0].state, "ended");
});

test("a running job that should have ended is looked after when nothing is heard of it", () => {
  const jobs = new Jobs();
  jobs.take(page([job({ ends_at: 200 }), job({ id: "b", ends_at: 900 }), job({ id: "c", state: "fetched" })]), true, 0);
  assert.deepEqual(overdue(jobs, 300_000).map((one) => one.id), ["a"]);
  jobs.put(job({ ends_at: 200 }), 299_000);
  assert.deepEqual(overdue(jobs, 300_000), []);
});

test("progress moves with the clock, never back and never to the end by itself", () => {
  assert.equal(progressOf(job({}), 150), 0.5);
  assert.equal(progressOf(job({ progress: 0.8 }), 150), 0.8);
  assert.equal(progressOf(job({}), 900), 0.95);
  assert.equal(progressOf(job({ state: "fetched" }), 150), null);
});

test("the real cost is shown, else the estimate, and a failed job is free", () => {
  assert.deepEqual(costOf(job({ cost_usd: 0.4 })), { usd: 0.4, isEstimate: false });
  assert.deepEqual(costOf(job({})), { usd: 0.5, isEstimate: true });
  assert.deepEqual(costOf(job({ state: "failed" })), { usd: 0, isEstimate: false });
  assert.equal(costOf(job({ estimate_usd: null })), null);
});

test("a job offers what can be done with it", () => {
  assert.deepEqual(actionsOf(job({})), ["collect", "canvas", "graph", "copy"]);
  assert.deepEqual(actionsOf(job({ state: "fetched", clips: [{}] })), ["open", "canvas", "graph", "copy"]);
  assert.deepEqual(actionsOf(job({ state: "unknown", task_id: null })), ["graph"]);
  assert.deepEqual(actionsOf(job({ state: "failed" })), ["graph", "copy"]);
  assert.deepEqual(actionsOf(job({ state: "fetched", clips: [{}], has_final: true })), ["open", "canvas", "final", "graph", "copy"]);
});

test("the chart has a column for every day, also across a month and a change of the clocks", () => {
  assert.deepEqual(daysBetween("2026-10-24", "2026-10-26"), ["2026-10-24", "2026-10-25", "2026-10-26"]);
  assert.equal(daysBetween("2026-02-15", "2026-03-16").length, 30);
});

test("the chart stacks models per day under the highest day", () => {
  const rows = [{ day: "2026-11-20", model: "b", usd: 1 }, { day: "2026-11-20", model: "a", usd: 2 }, { day: "2026-11-21", model: "a", usd: 0.5 }];
  const { models, stacks, highest } = columns(rows, "2026-11-19", "2026-11-21");
  assert.deepEqual([models, highest, stacks.map(({ parts }) => parts.map((part) => part.usd))], [["a", "b"], 3, [[0, 0], [2, 1], [0.5, 0]]]);
  assert.notEqual(colourOf(models, "a"), colourOf(models, "b"));
});

test("what a route says no with is what the person reads", async () => {
  const server = routes(async () => new Response(JSON.stringify({ error: "No key.", next_step: "Set one." }), { status: 409 }));
  await assert.rejects(server.post("balance"), new RouteError("No key. Set one.", { error: "No key.", next_step: "Set one." }));
});

test("a file comes as it is, and a route that gives none says why", async () => {
  assert.equal(await (await routes(async () => new Response("a,b")).file("jobs.csv")).text(), "a,b");
  const none = routes(async () => new Response(JSON.stringify({ error: "No." }), { status: 400 }));
  await assert.rejects(none.file("jobs.csv"), new RouteError("No.", { error: "No." }));
});

test("an answer that is no JSON is an error of its status", async () => {
  await assert.rejects(routes(async () => new Response("<html>", { status: 502 })).get("status"), new RouteError("HTTP 502", {}));
});

test("a post is JSON to our own route", async () => {
  const sent = [];
  await routes(async (...asked) => sent.push(asked) && new Response("{}")).post("key", { key: "x" });
  const [path, { method, headers, body }] = sent[0];
  assert.deepEqual([path, method, headers["Content-Type"], body], ["/apimart/key", "POST", "application/json", '{"key":"x"}']);
});
