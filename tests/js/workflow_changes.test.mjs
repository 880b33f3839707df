import assert from "node:assert/strict";
import { test } from "node:test";
import { Changes } from "../../web/js/workflow_changes.js";

function scene() {
  const node = { id: 1, mode: 0, inputs: [{ name: "a", link: null }], widgets: [{ name: "prompt", value: "sea" }] };
  const links = new Map([[7, { id: 7, origin_id: 2, origin_slot: 0 }], [8, { id: 8, origin_id: 3, origin_slot: 0 }]]);
  const graph = { nodes: [node, { id: 2, mode: 0 }], links, getLink: (id) => links.get(id) };
  node.graph = graph;
  const changes = new Changes();
  changes.since(graph);
  return { node, graph, links, isChanged: () => changes.since(graph) };
}

test("a workflow is new once, and then as it was", () => {
  const { graph, isChanged } = scene();
  assert.equal(new Changes().since(graph), true);
  assert.deepEqual([isChanged(), isChanged()], [false, false]);
});

const CHANGES = {
  "the value of a widget": ({ node }) => (node.widgets[0].value = "lake"),
  "the mode of a node": ({ node }) => (node.mode = 4),
  "a link": ({ node }) => (node.inputs[0].link = 7),
  "another node": ({ graph }) => graph.nodes.push({ id: 9, mode: 0 }),
  "a node that is gone": ({ graph }) => graph.nodes.pop(),
  "one more widget": ({ node }) => node.widgets.push({ name: "seconds", value: 2 }),
  "a subgraph's output": ({ graph }) => (graph.nodes[1].subgraph = { nodes: [], outputs: [{ linkIds: [3] }] }),
};

for (const [what, change] of Object.entries(CHANGES)) {
  test(`${what} is a change, once`, () => {
    const made = scene();
    change(made);
    assert.deepEqual([made.isChanged(), made.isChanged()], [true, false]);
  });
}

test("a link that begins elsewhere now is a change", () => {
  const { node, links, isChanged } = scene();
  node.inputs[0].link = 7;
  isChanged();
  links.set(7, { id: 7, origin_id: 5, origin_slot: 0 });
  assert.equal(isChanged(), true);
});
