import assert from "node:assert/strict";
import { test } from "node:test";
import { addControls } from "../../web/js/saved.js";

const FAMILIES = new Map([
  ["APIMartLinked", { clips: [{ id: "video", url_input: "clip_url" }] }],
  ["APIMartPlain", { clips: [] }],
]);

const saved = (type, values, inputs = []) => ({ type, widgets_values: values, inputs: inputs.map((name) => ({ name })) });

test("a link behind take stays a link when the control comes in between", () => {
  const graph = { nodes: [saved("APIMartLinked", ["a cat", 3, "https://example.com/a.mp4"])] };
  addControls(graph, FAMILIES);
  assert.deepEqual(graph.nodes[0].widgets_values, ["a cat", 3, "fixed", "https://example.com/a.mp4"]);
});

test("what has its control already is left as it is, in subgraphs too", () => {
  const values = ["a cat", 3, "increment", "", "a film", "stop"];
  const inside = { nodes: [saved("APIMartLinked", [...values], ["project"]), saved("APIMartLinked", [...values])] };
  const graph = { nodes: [], definitions: { subgraphs: [inside] } };
  addControls(graph, FAMILIES);
  for (const node of inside.nodes) assert.deepEqual(node.widgets_values, values);
});

test("other nodes, and values by name, are none of ours", () => {
  const nodes = [saved("KSampler", [1, "randomize"]), { type: "APIMartPlain", widgets_values: { take: 1 } }];
  const graph = structuredClone({ nodes });
  addControls(graph, FAMILIES);
  assert.deepEqual(graph, { nodes });
});
