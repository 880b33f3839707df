import assert from "node:assert/strict";
import { test } from "node:test";
import { hadMedia, nodeOf, setWidgets, wireLike } from "../../web/js/takes.js";

const job = { family: "APIMartSora2" };
const request = { node: "5:12", workflow: "w" };
const inner = { id: 12, comfyClass: "APIMartSora2" };
const graph = (nodes) => ({ getNodeById: (id) => nodes.find((one) => one.id === id) ?? null });
const root = (id, node = inner) => ({ id, ...graph([{ id: 5, subgraph: graph([node]) }]) });

test("a node is known by its place in the workflow and by what it is", () => {
  assert.equal(nodeOf(root("w"), job, request), inner);
  assert.equal(nodeOf(root("another"), job, request), null);
  assert.equal(nodeOf(root("w", { id: 12, comfyClass: "KSampler" }), job, request), null);
  assert.equal(nodeOf(root("w"), job, { node: null, workflow: "" }), null);
});

test("widgets are set and called, what reveals others first, and linked ones are named", () => {
  const told = [];
  const widget = (name, value) => ({ name, value, callback: (now) => told.push([name, now]) });
  const node = {
    widgets: [widget("shots", "off"), widget("prompt", "old"), widget("take", 1)],
    inputs: [{ name: "prompt", widget: { name: "prompt" }, link: 7 }, { name: "take", widget: { name: "take" }, link: null }],
  };
  node.widgets[0].callback = (now) => told.push(["shots", now]) && node.widgets.push(widget("shots.prompt_1", ""));
  const linked = setWidgets(node, { "shots.prompt_1": "a hand", prompt: "new", take: 1, shots: "1 shot", gone: 3 });
  assert.deepEqual(told, [["shots", "1 shot"], ["shots.prompt_1", "a hand"]]);
  assert.deepEqual(linked, ["prompt"]);
  assert.equal(node.widgets[1].value, "old");
});

test("a new node is fed by what feeds the earlier one, and its widgets are not", () => {
  const made = [];
  const origin = { connect: (...what) => made.push(what) };
  const earlier = {
    inputs: [{ name: "prompt", widget: {}, link: 1 }, { name: "image", link: 2 }, { name: "last", link: null }],
    getInputNode: () => origin,
    getInputLink: () => ({ origin_slot: 3 }),
  };
  const node = { inputs: [{ name: "image" }, { name: "last" }] };
  wireLike(node, earlier);
  assert.deepEqual(made, [[3, node, 0]]);
});

test("a request that had media shows marks in their place", () => {
  assert.ok(hadMedia({ parameters: { image: ["#0123abcd"] } }));
  assert.ok(hadMedia({ parameters: { video_url: "files.example #0123abcd" } }));
  assert.ok(!hadMedia({ parameters: { prompt: "#1 of a hundred", take: 0 } }));
});
