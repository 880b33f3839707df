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

test("without the seconds the rate is shown, and a price that nobody knows is said to be unknown", () => {
  assert.deepEqual(texts({ usd: null, units: null }), ["$0.103 per second"]);
  assert.deepEqual(texts({ usd: null, unit_usd: null, units: null }), ["price unknown"]);
  assert.deepEqual(texts({ usd: null }), ["price unknown"]);
  assert.deepEqual(badgesOf(null, say), []);
});

test("a price that hangs on what only a run can tell says so, and never a default's", () => {
  assert.deepEqual(texts({ usd: null, unit_usd: null, units: null, depends_on: ["duration", "mode"] }), ["depends on duration, mode"]);
  assert.deepEqual(texts({ depends_on: [] }), ["10.0 s x $0.103 = $1.03"]);
});

test("what was purchased before is already paid", () => {
  assert.deepEqual(texts({ bought: "kept" }), ["already paid"]);
  assert.deepEqual(texts({ bought: "running" }), ["running, already paid"]);
});

test("a model that the provider added is marked", () => {
  assert.deepEqual(texts({ unchecked: true }).slice(1), ["new model, not checked by this pack"]);
});

test("sandbox and retired models are marked", () => {
  assert.deepEqual(texts({ sandbox: true, retired: "gone" }).slice(1), ["sandbox", "retired model"]);
});

class Badge {
  constructor(said) {
    Object.assign(this, said);
  }
}

function scene(answers, inView = true) {
  const asked = [];
  const told = [];
  const family = { id: "APIMartSora2", widgets: ["duration"], media: ["image"], clips: [] };
  const badges = new Badges({
    later: () => {},
    ask: async (asking) => {
      asked.push(asking);
      return answers(asking);
    },
    families: new Map([[family.id, family]]),
    measure: async () => null,
    say,
    Badge,
    isInView: () => inView,
    tellOnNode: (node, said) => told.push(said),
  });
  const core = () => new Badge({ text: "apimart-video" });
  const node = { comfyClass: family.id, badges: [core], inputs: [], widgets: [{ name: "duration", value: 4 }] };
  const shown = () => node.badges.map((badge) => badge().text);
  return { badges, node, asked, shown, told, core };
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

const EDIT = { id: "APIMartWan27Edit", widgets: ["duration"], media: ["videos"], clips: [{ id: "videos", url_input: "" }] };

/** A node with two clips: one that a browser can measure, one that only a run can. */
function clipScene() {
  const asked = [];
  const answers = ({ seconds }) => {
    const told = Object.values(seconds);
    const least = told.reduce((sum, one) => sum + one, 0);
    return quote(told.length === 2 ? { units: least, usd: least * 0.1 } : { units: null, usd: null, least_units: least });
  };
  const badges = new Badges({
    later: () => {},
    ask: async (asking) => (asked.push(asking), answers(asking)),
    families: new Map([[EDIT.id, EDIT]]),
    measure: async () => 4,
    say,
    Badge,
    isInView: () => false,
  });
  const feeds = [{ id: 1, type: "LoadVideo", widgets: [{ name: "file", value: "a.mp4" }] }, { id: 2, type: "SomebodysVideo", widgets: [] }];
  const inputs = [{ name: "videos.video_1", link: 1 }, { name: "videos.video_2", link: 2 }];
  const node = { id: 9, comfyClass: EDIT.id, badges: [], inputs, widgets: [], getInputNode: (slot) => feeds[slot] };
  badges.add(node);
  return { badges, node, asked, feeds, shown: () => node.badges.map((badge) => badge().text) };
}

test("each clip of a growing input is measured", async () => {
  const { badges, node, asked, shown } = clipScene();
  await badges.refresh(node);
  assert.deepEqual(asked[0].seconds, { "videos.video_1": 4 });
  assert.deepEqual(shown(), ["$0.103 per second"]);
});

test("what a run was billed tells the length of the one clip that nobody measured, as long as it is the same", async () => {
  const { badges, node, asked, shown, feeds } = clipScene();
  await badges.refresh(node);
  badges.learn(node, 10);
  await badges.refresh(node);
  assert.deepEqual(asked.at(-1).seconds, { "videos.video_1": 4, "videos.video_2": 6 });
  assert.deepEqual(shown(), ["10.0 s x $0.103 = $1.00"]);
  badges.learn(node, 99);
  feeds[1] = { ...feeds[1], id: 3 };
  await badges.refresh(node);
  assert.deepEqual(shown(), ["$0.103 per second"]);
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

test("a look asks only where something has changed", async () => {
  const { badges, node, asked } = scene(() => quote({}));
  const graph = { nodes: [node] };
  badges.add(node);
  let questions = 0;
  const { questionOf } = badges;
  badges.questionOf = (...given) => ((questions += 1), questionOf.apply(badges, given));
  const looks = async () => [await badges.look(graph), await badges.look(graph)];
  assert.deepEqual(await looks(), [true, false]);
  node.widgets[0].value = 8;
  assert.deepEqual(await looks(), [true, false]);
  badges.forget();
  assert.deepEqual(await looks(), [true, false]);
  badges.lookAgain();
  assert.deepEqual(await looks(), [true, false]);
  assert.deepEqual([questions, asked.length], [4, 3]);
});

test("looks at an unchanged workflow still notice a badge that nobody reads", async () => {
  const { badges, node, told } = scene(() => quote({}));
  badges.add(node);
  for (let count = 0; count < 6; count += 1) await badges.look({ nodes: [node] });
  assert.equal(told.length, 1);
});

test("a question that got an error is asked again by a later look", async () => {
  const waiting = [];
  const { badges, node, asked } = scene(() => { throw new Error("HTTP 502"); });
  badges.later = (work) => waiting.push(work);
  badges.add(node);
  await badges.look({ nodes: [node] });
  await badges.look({ nodes: [node] });
  assert.equal(asked.length, 1);
  waiting[0]();
  await badges.look({ nodes: [node] });
  assert.equal(asked.length, 2);
});

async function lookedAt(badges, node, times) {
  for (let count = 0; count < times; count += 1) await badges.refresh(node);
}

test("a renderer that does not read a badge leaves the price to a line on the node, said once", async () => {
  const { badges, node, told } = scene(() => quote({ retired: "gone" }));
  badges.add(node);
  await lookedAt(badges, node, 9);
  assert.deepEqual(told, ["10.0 s x $0.103 = $1.03 | retired model"]);
});

test("once a line has said a price it says the next one, too, whether that one is drawn or not", async () => {
  const { badges, node, shown, told } = scene((asking) => quote({ units: asking.widgets.duration, usd: 0.1 }));
  badges.add(node);
  await lookedAt(badges, node, 5);
  node.widgets[0].value = 12;
  await badges.refresh(node);
  shown();
  await lookedAt(badges, node, 3);
  assert.deepEqual(told, ["4.0 s x $0.103 = $0.10", "12.0 s x $0.103 = $0.10"]);
});

test("a price that is drawn, or that nobody looks at, is said on no line", async () => {
  const drawn = scene(() => quote({}));
  drawn.badges.add(drawn.node);
  await drawn.badges.refresh(drawn.node);
  drawn.shown();
  await lookedAt(drawn.badges, drawn.node, 9);
  const away = scene(() => quote({}), false);
  away.badges.add(away.node);
  await lookedAt(away.badges, away.node, 9);
  assert.deepEqual([...drawn.told, ...away.told], []);
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

test("a question that got an error is asked again, later and not at every look", async () => {
  const waiting = [];
  let isAway = true;
  const { badges, node, asked, shown } = scene(() => {
    if (isAway) throw new Error("HTTP 502");
    return quote({});
  });
  badges.later = (work, ms) => waiting.push([work, ms]);
  badges.add(node);
  for (let look = 0; look < 3; look += 1) await badges.refresh(node);
  assert.deepEqual([asked.length, waiting.length, shown()], [1, 1, ["apimart-video", ""]]);
  isAway = false;
  waiting[0][0]();
  await badges.refresh(node);
  assert.equal(asked.length, 2);
  assert.deepEqual(shown(), ["apimart-video", "10.0 s x $0.103 = $1.03"]);
});
