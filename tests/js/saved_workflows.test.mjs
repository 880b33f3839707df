import assert from "node:assert/strict";
import { test } from "node:test";
import { addControls } from "../../web/js/saved_workflows.js";

const FAMILIES = new Map([
  ["APIMartLinked", { clips: [{ id: "video", url_input: "clip_url" }] }],
  ["APIMartPlain", { clips: [] }],
]);

const saved = (type, values, widgets = []) => ({
  type,
  widgets_values: values,
  inputs: [{ name: "video" }, ...widgets.map((name) => ({ name, widget: { name } }))],
});
const WIDGETS = ["prompt", "take", "clip_url"];

test("a link behind take stays a link when the control comes in between", () => {
  const graph = { nodes: [saved("APIMartLinked", ["a cat", 3, "https://example.com/a.mp4"])] };
  addControls(graph, FAMILIES);
  assert.deepEqual(graph.nodes[0].widgets_values, ["a cat", 3, "fixed", "https://example.com/a.mp4"]);
});

test("the page says which widgets it saved, and the control goes behind take", () => {
  const graph = { nodes: [saved("APIMartLinked", ["a cat", 3, "https://example.com/a.mp4"], WIDGETS)] };
  addControls(graph, FAMILIES);
  assert.deepEqual(graph.nodes[0].widgets_values, ["a cat", 3, "fixed", "https://example.com/a.mp4"]);
});

test("what has its control already is left as it is, in subgraphs too", () => {
  const newer = ["a cat", 3, "increment", "", "a film", "stop"];
  const names = [...WIDGETS, "project", "if_it_fails"];
  const inside = { nodes: [saved("APIMartLinked", [...newer], names)] };
  const graph = { nodes: [saved("APIMartLinked", ["a cat", 3, "randomize", ""], WIDGETS)], definitions: { subgraphs: [inside] } };
  addControls(graph, FAMILIES);
  assert.deepEqual(inside.nodes[0].widgets_values, newer);
  assert.deepEqual(graph.nodes[0].widgets_values, ["a cat", 3, "randomize", ""]);
});

test("other nodes, and values by name, are none of ours", () => {
  const nodes = [saved("KSampler", [1, "randomize"]), { type: "APIMartPlain", widgets_values: { take: 1 } }];
  const graph = structuredClone({ nodes });
  addControls(graph, FAMILIES);
  assert.deepEqual(graph, { nodes });
});
