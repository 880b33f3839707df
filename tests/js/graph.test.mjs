import assert from "node:assert/strict";
import { test } from "node:test";
import { clipLengths, clipSockets, nodesOf, placeOf, question, runs, secondsFrom, upstream } from "../../web/js/graph.js";

const KLING = { id: "APIMartKlingMotionControl", widgets: ["video_url", "model", "mode", "prompt", "take"], media: ["image", "video"], clips: [{ id: "video", url_input: "video_url" }] };

function node(type, widgets = {}, feeds = {}) {
  const inputs = Object.entries(feeds).map(([name, feed]) => ({ name, link: feed ? 1 : null }));
  return {
    type,
    mode: 0,
    inputs,
    widgets: Object.entries(widgets).map(([name, value]) => ({ name, value })),
    getInputNode: (slot) => Object.values(feeds)[slot],
  };
}

const clip = node("LoadVideo", { file: "dance.mp4" });
const measure = async (name) => (name === "dance.mp4" ? 25 : null);

test("a question holds the widgets, and names the sockets that are connected", () => {
  const kling = node(KLING.id, { mode: "pro", model: "m", take: 0, $$preview: "x" }, { image: clip, video: null });
  assert.deepEqual(question(kling, KLING), { family: KLING.id, widgets: { model: "m", mode: "pro", take: 0 }, connected: ["image"] });
});

test("a widget that a link drives is left out: its value is not known yet", () => {
  const kling = node(KLING.id, { prompt: "old text", mode: "std" }, { prompt: node("Text") });
  assert.deepEqual(question(kling, KLING).widgets, { mode: "std" });
});

test("muted and bypassed nodes buy nothing", () => {
  assert.deepEqual([0, 2, 4].map((mode) => runs({ mode })), [true, false, false]);
});

test("nodes inside subgraphs are found", () => {
  const inner = node("A");
  assert.deepEqual(nodesOf({ nodes: [{ type: "S", subgraph: { nodes: [inner] } }] }).at(-1), inner);
  assert.deepEqual(nodesOf(undefined), []);
});

test("the sockets that carry clips are named one by one, but for those that a link replaces", () => {
  const sockets = (widgets) => clipSockets({ connected: ["video", "image", "more.more_1"], widgets }, { clips: [{ id: "video", url_input: "video_url" }, { id: "more", url_input: "" }] });
  assert.deepEqual(sockets({ video_url: "" }), ["video", "more.more_1"]);
  assert.deepEqual(sockets({ video_url: "https://x/y.mp4" }), ["more.more_1"]);
});

test("the seconds of a loaded clip are measured", async () => {
  const kling = node(KLING.id, {}, { video: clip });
  assert.equal(await secondsFrom(upstream(kling, "video"), measure), 25);
  assert.equal(await secondsFrom(node("Reroute", {}, { "": clip }), measure), 25);
});

test("the reference node trims to what the orientation allows", async () => {
  const fitted = (widgets) => secondsFrom(node("APIMartReferenceVideo", widgets, { video: clip }), measure);
  assert.equal(await fitted({ character_orientation: "image", start: 0, length: 0 }), 10);
  assert.equal(await fitted({ character_orientation: "video", start: 2, length: 0 }), 23);
  assert.equal(await fitted({ character_orientation: "video", start: 2, length: 5 }), 5);
  assert.equal(await fitted({ character_orientation: "image", start: 30, length: 0 }), null);
});

test("a clip that another node of ours will make is as long as it is asked to be", async () => {
  assert.equal(await secondsFrom(node("APIMartSora2", { duration: 8 }), measure), 8);
  assert.equal(await secondsFrom(node("APIMartSeedance25", { duration: -1 }), measure), null);
});

test("what only a run can tell is not guessed", async () => {
  assert.equal(await secondsFrom(node("SomebodysVideo", { duration: 8 }), measure), null);
  assert.equal(await secondsFrom(node("LoadVideo", { file: "unknown.mp4" }), measure), null);
  assert.equal(await secondsFrom(null, measure), null);
});

test("a file name says its folder and kind", () => {
  assert.deepEqual(placeOf("apimart/a b.mp4 [output]"), { filename: "a b.mp4", subfolder: "apimart", type: "output" });
  assert.deepEqual(placeOf("dance.mp4"), { filename: "dance.mp4", subfolder: "", type: "input" });
  assert.deepEqual(placeOf(undefined), { filename: "", subfolder: "", type: "input" });
});

test("a clip that could not be measured is measured again later", async () => {
  const waiting = [];
  const found = [null, 4];
  const measured = clipLengths((place) => place.filename, async () => found.shift(), (work) => waiting.push(work));
  assert.deepEqual([await measured("a.mp4"), await measured("a.mp4")], [null, null]);
  waiting[0]();
  assert.deepEqual([await measured("a.mp4"), await measured("a.mp4")], [4, 4]);
});
