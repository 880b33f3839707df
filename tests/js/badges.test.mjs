import assert from "node:assert/strict";
import { test } from "node:test";
import { Badges, badgesOf } from "../../web/js/badges.js";
import { text } from "../../web/js/language.js";

const say = (key, values) => text("en", key, values);
const quote = (changes) => ({ usd: 1.0288, unit_usd: 0.10288, units: 10, unit: "second", bought: "", retired: "", sandbox: false, ...changes });
const texts = (changes) => badgesOf(quote(changes), say).map(([said]) => said);

test("a price by the second shows how it comes about", () => {
  assert.deepEqual(texts({}), ["10.0 s x $0.103 = $1.03"]);
});

test("a price by the clip is one amount, or a number of them", () => {
  assert.deepEqual(texts({ unit: "clip", units: 1, usd: 0.14, unit_usd: 0.14 }), ["$0.14"]);
  assert.deepEqual(texts({ unit: "clip", units: 2, usd: 0.28, unit_usd: 0.14 }), ["2 x $0.14 = $0.28"]);
});

test("without the seconds the rate is shown, and without a price nothing", () => {
  assert.deepEqual(texts({ usd: null, units: null }), ["$0.103 per second"]);
  assert.deepEqual(texts({ usd: null, unit_usd: null, units: null }), []);
  assert.deepEqual(badgesOf(null, say), []);
});

test("what is in the books costs nothing more", () => {
  assert.deepEqual(texts({ bought: "kept" }), ["bought: 0 to pay"]);
  assert.deepEqual(texts({ bought: "running" }), ["running: 0 to pay"]);
});

test("sandbox and retired models are marked", () => {
  assert.deepEqual(texts({ sandbox: true, retired: "gone" }).slice(1), ["sandbox", "retired model"]);
});

class Badge {
  constructor(said) {
    Object.assign(this, said);
  }
}

function scene(answers) {
  const asked = [];
  const family = { id: "APIMartSora2", widgets: ["duration"], media: ["image"], clips: [] };
  const badges = new Badges({
    ask: async (asking) => {
      asked.push(asking);
      return answers(asking);
    },
    families: new Map([[family.id, family]]),
    measure: async () => null,
    say,
    Badge,
  });
  const core = () => new Badge({ text: "apimart-video" });
  const node = { comfyClass: family.id, badges: [core], inputs: [], widgets: [{ name: "duration", value: 4 }] };
  const shown = () => node.badges.map((badge) => badge().text);
  return { badges, node, asked, shown, core };
}

test("the badge follows the widgets and leaves other badges alone", async () => {
  const { badges, node, shown, core } = scene((asking) => quote({ units: asking.widgets.duration, usd: asking.widgets.duration * 0.08, unit_usd: 0.08 }));
  badges.add(node);
  await badges.refresh(node);
  assert.deepEqual(shown(), ["apimart-video", "4.0 s x $0.08 = $0.32"]);
  node.widgets[0].value = 12;
  await badges.refresh(node);
  assert.deepEqual(shown(), ["apimart-video", "12.0 s x $0.08 = $0.96"]);
  assert.equal(node.badges[0], core);
});

test("the same question is asked once, until a job has moved", async () => {
  const { badges, node, asked } = scene(() => quote({}));
  badges.add(node);
  await badges.refresh(node);
  await badges.refresh(node);
  assert.equal(asked.length, 1);
  badges.forget();
  await badges.refresh(node);
  assert.equal(asked.length, 2);
});

test("a late answer to an old question is not shown", async () => {
  const waiting = [];
  const { badges, node, shown } = scene(() => new Promise((resolve) => waiting.push(resolve)));
  badges.add(node);
  const first = badges.refresh(node);
  await new Promise(setImmediate);
  node.widgets[0].value = 8;
  const second = badges.refresh(node);
  await new Promise(setImmediate);
  waiting[1](quote({ units: 8, usd: 0.64, unit_usd: 0.08 }));
  waiting[0](quote({ units: 4, usd: 0.32, unit_usd: 0.08 }));
  await Promise.all([first, second]);
  assert.deepEqual(shown().slice(1), ["8.0 s x $0.08 = $0.64"]);
});

test("a server that does not answer leaves the node without a price", async () => {
  const { badges, node, shown } = scene(async () => {
    throw new Error("gone");
  });
  badges.add(node);
  await badges.refresh(node);
  assert.deepEqual(shown(), ["apimart-video", ""]);
});

test("other nodes are left alone", () => {
  const { badges } = scene(() => null);
  const other = { comfyClass: "KSampler", badges: [] };
  badges.add(other);
  assert.deepEqual(other.badges, []);
});

test("nothing that badges leave on a node is saved", async () => {
  const { badges, node } = scene(() => quote({}));
  badges.add(node);
  await badges.refresh(node);
  const { badges: _, ...saved } = node;
  assert.equal(JSON.stringify(saved), JSON.stringify({ comfyClass: "APIMartSora2", inputs: [], widgets: [{ name: "duration", value: 4 }] }));
});
