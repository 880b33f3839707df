import assert from "node:assert/strict";
import { test } from "node:test";
import { clipLengths, clipSockets, nodeAt, nodesOf, placeOf, question, runs, secondsFrom, upstream } from "../../web/js/graph.js";

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
  assert.deepEqual(question(kling, KLING), { family: KLING.id, widgets: { model: "m", mode: "pro", take: 0 }, connected: ["image"], linked: [] });
});

test("a widget that a link drives is named where its value is not known yet", () => {
  const kling = node(KLING.id, { prompt: "old text", mode: "std" }, { prompt: node("Text") });
  const { widgets, linked } = question(kling, KLING);
  assert.deepEqual([widgets, linked], [{ mode: "std" }, ["prompt"]]);
});

/** A graph of `nodes`, and links in it as `[from id, from slot, to node, to input]`; -10 is the outside of a subgraph. */
function graphOf(nodes, links) {
  const graph = { nodes, links: new Map() };
  graph.getNodeById = (id) => nodes.find((one) => one.id === id);
  graph.getLink = (id) => graph.links.get(id);
  for (const one of nodes) one.graph = graph;
  links.forEach(([origin_id, origin_slot, target, name], place) => {
    graph.links.set(place + 1, { origin_id, origin_slot });
    target.inputs = [...(target.inputs ?? []).filter((input) => input.name !== name), { name, link: place + 1 }];
  });
  return graph;
}
const held = (id, type, name, value) => ({ id, type, mode: 0, inputs: [], widgets: [{ name, value }] });
const MODE = { ...KLING, widgets: ["mode"], media: [] };
const modeOf = (kling, root) => {
  const { widgets, linked } = question(kling, MODE, root);
  return linked.length ? linked : widgets.mode;
};

test("a linked widget has the value of what it is linked to", () => {
  for (const type of ["PrimitiveNode", "PrimitiveString", "PrimitiveInt"]) {
    const kling = held(9, KLING.id, "mode", "std");
    assert.equal(modeOf(kling, graphOf([held(1, type, "value", "pro"), kling], [[1, 0, kling, "mode"]])), "pro");
  }
});

test("through reroutes too, and never through what does not run or computes", () => {
  const scene = (source) => {
    const kling = held(9, KLING.id, "mode", "std");
    const reroute = { id: 2, type: "Reroute", mode: 0, inputs: [], widgets: [] };
    return modeOf(kling, graphOf([source, reroute, kling], [[1, 0, reroute, ""], [2, 0, kling, "mode"]]));
  };
  assert.equal(scene(held(1, "PrimitiveString", "value", "pro")), "pro");
  assert.deepEqual(scene(held(1, "StringConcatenate", "string_a", "pro")), ["mode"]);
  assert.deepEqual(scene({ ...held(1, "PrimitiveString", "value", "pro"), mode: 4 }), ["mode"]);
});

/** A subgraph with our node in it, standing in the graph once for each of `values`; a value that is a node is linked. */
function promoted(...values) {
  const kling = held(12, KLING.id, "mode", "std");
  const inside = graphOf([kling], [[values.length > 1 ? -10 : "-10", 0, kling, "mode"]]);
  const hosts = values.map((value, place) => ({
    ...held(100 + place, "subgraph", "mode", value.id ? "std" : value),
    inputs: [{ name: "mode", link: null, widget: { name: "mode" } }],
    subgraph: inside,
  }));
  const feeds = values.filter((value) => value.id);
  const root = graphOf([...hosts, ...feeds], values.map((value, place) => [value.id, 0, hosts[place], "mode"]).filter(([id]) => id));
  return modeOf(kling, root);
}

test("a widget that a subgraph shows outside has the value that stands there", () => {
  assert.equal(promoted("pro"), "pro");
  assert.equal(promoted("pro", "pro"), "pro");
  assert.equal(promoted(held(1, "PrimitiveString", "value", "pro")), "pro");
  assert.deepEqual(promoted("pro", "std"), ["mode"]);
  assert.deepEqual(promoted(held(1, "Text", "value", "pro")), ["mode"]);
});

test("links that lead in a circle end", () => {
  const kling = held(9, KLING.id, "mode", "std");
  const [one, other] = [2, 3].map((id) => ({ id, type: "Reroute", mode: 0, inputs: [], widgets: [] }));
  const root = graphOf([one, other, kling], [[3, 0, one, ""], [2, 0, other, ""], [2, 0, kling, "mode"]]);
  assert.deepEqual(modeOf(kling, root), ["mode"]);
});

test("muted and bypassed nodes buy nothing", () => {
  assert.deepEqual([0, 2, 4].map((mode) => runs({ mode })), [true, false, false]);
});

test("nodes inside subgraphs are found", () => {
  const inner = node("A");
  assert.deepEqual(nodesOf({ nodes: [{ type: "S", subgraph: { nodes: [inner] } }] }).at(-1), inner);
  assert.deepEqual(nodesOf(undefined), []);
});

test("an execution id leads into subgraphs", () => {
  const graph = (...nodes) => ({ nodes, getNodeById: (id) => nodes.find((one) => one.id === id) });
  const inner = { id: 3 };
  const outer = graph({ id: 12, subgraph: graph(inner) }, { id: 3 });
  assert.equal(nodeAt(outer, "12:3"), inner);
  assert.equal(nodeAt(outer, 12).id, 12);
  assert.deepEqual([nodeAt(outer, "12:4"), nodeAt(outer, "3:1"), nodeAt(undefined, "1")], [null, null, null]);
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
  const measured = clipLengths((place) => place.filename, (work) => waiting.push(work), async () => found.shift());
  assert.deepEqual([await measured("a.mp4"), await measured("a.mp4")], [null, null]);
  waiting[0]();
  assert.deepEqual([await measured("a.mp4"), await measured("a.mp4")], [4, 4]);
});

test("a node inside subgraphs is found by the way that leads to it", () => {
  const at = (...nodes) => ({ nodes, getNodeById: (id) => nodes.find((one) => one.id === id) ?? null });
  const inner = { id: 12 };
  const graph = at({ id: 5, subgraph: at(inner, { id: 3, subgraph: at({ id: 1, deep: true }) }) }, { id: 12, outer: true });
  assert.equal(nodeAt(graph, "5:12"), inner);
  assert.equal(nodeAt(graph, "5:3:1").deep, true);
  assert.equal(nodeAt(graph, "12").outer, true);
  assert.deepEqual([nodeAt(graph, "7"), nodeAt(graph, "12:5"), nodeAt(graph, "5:99"), nodeAt(null, "5")], [null, null, null, null]);
});
