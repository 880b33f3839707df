import assert from "node:assert/strict";
import { test } from "node:test";
import { executed } from "../../web/js/execution.js";

const IMAGE = "IMAGE";
const DECLARED = {
  Save: { output_node: true },
  List: { output_is_list: [true] },
  Join: { is_input_list: true },
  ComfySwitchNode: { input: { required: { on_true: [IMAGE, { lazy: true }], on_false: [IMAGE, { lazy: true }] } } },
  ComfySoftSwitchNode: { input: { optional: { on_true: [IMAGE, { lazy: true }], on_false: [IMAGE, { lazy: true }] } } },
  Guess: { input: { optional: { one: [IMAGE, { lazy: true }] } } },
};
const about = (node) => DECLARED[node.type];

const made = (id, type, more = {}) => ({ id, type, mode: 0, inputs: [], outputs: [{ type: IMAGE }], widgets: [], ...more });

/** Nodes with links `[from, slot, to, input]`; a number below zero is an edge of a subgraph, whose input is a place. */
function graphOf(nodes, links) {
  const graph = { nodes, links: new Map() };
  graph.getNodeById = (id) => nodes.find((one) => one.id === id);
  for (const one of nodes) one.graph = graph;
  links.forEach(([from, slot, to, input], place) => {
    const link = { id: place + 1, origin_id: from.id ?? from, origin_slot: slot, target_id: to.id ?? to, target_slot: input };
    graph.links.set(link.id, link);
    if (to.inputs) to.inputs.push({ name: input, type: IMAGE, link: link.id });
  });
  return graph;
}

const ran = (graph) => executed(graph, about).map(({ node }) => node.id).sort();

test("only what an output node needs runs", () => {
  const [one, two, lone, save] = [made(1, "Make"), made(2, "Fix"), made(3, "Make"), made(4, "Save")];
  assert.deepEqual(ran(graphOf([one, two, lone, save], [[one, 0, two, "image"], [two, 0, save, "image"]])), [1, 2, 4]);
  assert.deepEqual(ran(graphOf([made(1, "Make")], [])), []);
  assert.deepEqual(ran(null), []);
});

test("a muted node ends the way, a bypassed one passes it on", () => {
  const scene = (mode) => {
    const [make, other, save] = [made(1, "Make"), made(2, "Fix", { mode }), made(3, "Save")];
    return ran(graphOf([make, other, save], [[make, 0, other, "image"], [other, 0, save, "image"]]));
  };
  assert.deepEqual([0, 2, 4].map(scene), [[1, 2, 3], [3], [1, 3]]);
});

test("a muted output needs nothing", () => {
  const [make, save] = [made(1, "Make"), made(2, "Save", { mode: 2 })];
  assert.deepEqual(ran(graphOf([make, save], [[make, 0, save, "image"]])), []);
});

test("a bypassed node passes on the input of its output's type", () => {
  const [text, make, fix, save] = [made(1, "Text"), made(2, "Make"), made(3, "Fix", { mode: 4 }), made(4, "Save")];
  const graph = graphOf([text, make, fix, save], [[text, 0, fix, "text"], [make, 0, fix, "image"], [fix, 0, save, "image"]]);
  fix.inputs[0].type = "STRING";
  assert.deepEqual(ran(graph), [2, 4]);
});

test("nodes of the page alone are passed through", () => {
  const [make, reroute, save] = [made(1, "Make"), made(2, "Reroute", { isVirtualNode: true }), made(3, "Save")];
  const graph = graphOf([make, reroute, save], [[make, 0, reroute, ""], [reroute, 0, save, "image"]]);
  reroute.getInputLink = () => graph.links.get(1);
  assert.deepEqual(ran(graph), [1, 3]);
});

test("links lead into subgraphs and out of them", () => {
  const [make, inner, save] = [made(1, "Make"), made(2, "Fix"), made(3, "Save")];
  const host = made(9, "subgraph", { subgraph: graphOf([inner], [[-10, 0, inner, "image"], [inner, 0, -20, 0]]) });
  assert.deepEqual(ran(graphOf([make, host, save], [[make, 0, host, "image"], [host, 0, save, "image"]])), [1, 2, 3]);
  host.mode = 2;
  assert.deepEqual(ran(host.graph), [3]);
});

test("a subgraph that stands twice runs its nodes twice, and an output node in it is one", () => {
  const [inner, save] = [made(2, "Make"), made(3, "Save")];
  const subgraph = graphOf([inner, save], [[inner, 0, save, "image"]]);
  const hosts = [made(8, "subgraph", { subgraph }), made(9, "subgraph", { subgraph })];
  assert.deepEqual(ran(graphOf(hosts, [])), [2, 2, 3, 3]);
});

function switched(kind, widgets, links = []) {
  const [one, two, way, save, flag] = [made(1, "Make"), made(2, "Make"), made(3, kind, { widgets }), made(4, "Save"), made(5, "Flag")];
  const graph = graphOf([one, two, way, save, flag],
    [[one, 0, way, "on_true"], [two, 0, way, "on_false"], [way, 0, save, "image"], ...links.map((name) => [flag, 0, way, name])]);
  return executed(graph, about).map(({ node, isSure }) => `${node.id}${isSure ? "" : "?"}`).sort();
}

test("a switch asks for one branch alone", () => {
  assert.deepEqual(switched("ComfySwitchNode", [{ name: "switch", value: true }]), ["1", "3", "4"]);
  assert.deepEqual(switched("ComfySwitchNode", [{ name: "switch", value: false }]), ["2", "3", "4"]);
});

test("a switch of one branch asks for it, whatever it says", () => {
  const [make, way, save] = [made(1, "Make"), made(2, "ComfySoftSwitchNode", { widgets: [{ name: "switch", value: true }] }), made(3, "Save")];
  assert.deepEqual(ran(graphOf([make, way, save], [[make, 0, way, "on_false"], [way, 0, save, "image"]])), [1, 2, 3]);
});

test("what only the run decides is not sure", () => {
  assert.deepEqual(switched("ComfySwitchNode", [{ name: "switch", value: true }], ["switch"]), ["1?", "2?", "3", "4", "5"]);
});

test("what one way needs surely is sure, whatever another way leaves open", () => {
  const [make, guess, save, other] = [made(1, "Make"), made(2, "Guess"), made(3, "Save"), made(4, "Save")];
  const graph = graphOf([make, guess, save, other], [[make, 0, guess, "one"], [guess, 0, save, "image"], [make, 0, other, "image"]]);
  assert.ok(executed(graph, about).every(({ isSure }) => isSure));
});

test("a list makes what it feeds run more than once, up to a node that takes lists", () => {
  const [list, make, join, last, save] = [made(1, "List"), made(2, "Make"), made(3, "Join"), made(4, "Make"), made(5, "Save")];
  const links = [[list, 0, make, "text"], [make, 0, join, "image"], [join, 0, last, "image"], [last, 0, save, "image"]];
  const many = executed(graphOf([list, make, join, last, save], links), about).filter(({ isMany }) => isMany);
  assert.deepEqual(many.map(({ node }) => node.id), [2]);
});

test("links that lead in a circle end", () => {
  const [one, two, save] = [made(1, "Make"), made(2, "Make"), made(3, "Save")];
  assert.deepEqual(ran(graphOf([one, two, save], [[one, 0, two, "a"], [two, 0, one, "a"], [two, 0, save, "a"]])), [1, 2, 3]);
  const [way, back] = [made(1, "Reroute", { isVirtualNode: true }), made(2, "Reroute", { isVirtualNode: true })];
  const graph = graphOf([way, back, save], [[way, 0, back, ""], [back, 0, way, ""], [way, 0, save, "b"]]);
  way.getInputLink = () => graph.links.get(2);
  back.getInputLink = () => graph.links.get(1);
  assert.deepEqual(ran(graph), [3]);
});
