import assert from "node:assert/strict";
import { test } from "node:test";
import { Approvals, sumOf } from "../../web/js/approvals.js";
import { text } from "../../web/js/language.js";

const question = (id, usd = 0.5, more = {}) => ({ id, usd, at_least: false, until: 100, decision: "", decided_by: "", jobs: [{ id: `job ${id}` }], ...more });

/** A page, and a server whose open questions are `open`. */
function scene(open, post = async () => ({})) {
  const [drawn, told, posted] = [[], [], []];
  const server = {
    get: async () => ({ approvals: [...open], today_usd: 0, limit_usd_per_day: null, now: 0 }),
    post: async (path, body) => (posted.push([path, body]), post(path, body)),
  };
  const view = { draw: ({ approvals }, isNew) => drawn.push([approvals.map(({ id }) => id).join(" "), isNew]) };
  const approvals = new Approvals({ server, view, say: (key) => text("en", key), tell: (kind, said) => told.push(said) });
  return { approvals, drawn, told, posted, open };
}

test("all questions are one sum, and the earliest end counts", () => {
  const sum = sumOf([question("a", 0.5), question("b", 0.25, { at_least: true, until: 50 })]);
  assert.deepEqual([sum.usd, sum.isAtLeast, sum.until, sum.jobs.length], [0.75, true, 50, 2]);
});

test("the dialog opens by itself for what is new, and once", async () => {
  const { approvals, drawn, open } = scene([question("a")]);
  await approvals.load();
  await approvals.load();
  open.push(question("b"));
  await approvals.hear(question("b"));
  assert.deepEqual(drawn, [["a", true], ["a", false], ["a b", true]]);
});

test("an answer goes to each question, and what was answered here is told nobody", async () => {
  const { approvals, drawn, told, posted, open } = scene([question("a"), question("b")]);
  await approvals.load();
  await approvals.answer(["a", "b"], true);
  await approvals.hear(question("a", 0.5, { decision: "approved", decided_by: "page" }));
  assert.deepEqual(posted, [["approvals/a", { approve: true }], ["approvals/b", { approve: true }]]);
  assert.deepEqual([drawn.at(-1), told, open.length], [["", false], [], 2]);
});

test("an answer that was given elsewhere is told", async () => {
  const { approvals, told, open } = scene([question("a")]);
  await approvals.load();
  open.pop();
  await approvals.hear(question("a", 0.5, { decision: "declined", decided_by: "command line" }));
  assert.deepEqual(told, ["It was declined elsewhere. Nothing is purchased."]);
});

test("what nobody answered, and what was cancelled", async () => {
  const { approvals, told } = scene([question("a"), question("b")]);
  await approvals.load();
  await approvals.hear(question("a", 0.5, { decision: "declined", decided_by: "nobody" }));
  await approvals.hear(question("b", 0.5, { decision: "withdrawn", decided_by: "cancelled" }));
  assert.deepEqual(told, ["Nobody answered in time. Nothing was purchased."]);
});

test("who comes second hears what the first one said", async () => {
  const late = Object.assign(new Error("It was approved already."), { content: { approval: question("a", 0.5, { decision: "approved", decided_by: "page" }) } });
  const { approvals, told } = scene([question("a")], async () => { throw late; });
  await approvals.load();
  await approvals.answer(["a"], false);
  assert.deepEqual(told, ["It was approved elsewhere."]);
});

test("an answer that did not arrive leaves the question open", async () => {
  const { approvals, told, drawn } = scene([question("a")], async () => { throw new Error("HTTP 502"); });
  await approvals.load();
  await approvals.answer(["a"], true);
  assert.deepEqual([told, drawn.at(-1)], [["HTTP 502"], ["a", false]]);
});

test("a server that does not answer changes nothing", async () => {
  const { approvals, drawn } = scene([question("a")]);
  await approvals.load();
  approvals.server.get = async () => { throw new Error("gone"); };
  await approvals.load();
  assert.equal(drawn.length, 1);
});
