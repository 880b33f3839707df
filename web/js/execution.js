/** Which nodes a run executes: those that an output node needs, as far as the page can follow the links. */
import { BYPASSED, FROM_OUTSIDE, NEVER, linkIn, linkedValue, runs, typeOf, widgetValue } from "./graph.js";

const TO_OUTSIDE = -20;
/** ComfyUI's nodes that run one of two branches; the second takes the only one that is linked. */
const SWITCHES = ["ComfySwitchNode", "ComfySoftSwitchNode"];
const BRANCHES = ["on_true", "on_false"];

/**
 * The nodes that would run, each as often as it stands: `[{ node, isMany, isSure }]`. `isMany` where a list makes it run
 * more than once, not `isSure` where that is decided during the run. `about(node)` is what ComfyUI declares of a node.
 */
export function executed(root, about) {
  return new Execution(root, about).all();
}

class Execution {
  constructor(root, about) {
    Object.assign(this, { root, about });
    this.found = new Map();
    this.lists = new Map();
    this.doubtful = [];
  }

  all() {
    for (const place of placesIn(this.root)) if (this.about(place.node)?.output_node) this.need(place, true);
    while (this.doubtful.length) this.need(this.doubtful.pop(), false);
    return [...this.found.values()].map((one) => ({ node: one.node, isMany: this.isMany(one), isSure: one.isSure }));
  }

  need(place, isSure) {
    const key = keyOf(place);
    if (this.found.has(key)) return;
    this.found.set(key, { ...place, isSure });
    for (const { input, origin } of this.feeds(place)) {
      const taken = this.isTaken(place.node, input.name);
      if (taken) this.need(origin, isSure);
      else if (taken === null) this.doubtful.push(origin);
    }
  }

  /** The inputs that something feeds, with the node and the output that do. */
  feeds({ node, hosts }) {
    const fed = (node.inputs ?? []).filter((input) => input.link != null);
    return fed.map((input) => ({ input, origin: originOf(node.graph, input.link, hosts) })).filter(({ origin }) => origin);
  }

  /** Whether a run asks for what feeds an input; null where only the run can tell. */
  isTaken(node, name) {
    const { required = {}, optional = {} } = this.about(node)?.input ?? {};
    if (!(required[name] ?? optional[name])?.[1]?.lazy) return true;
    if (!SWITCHES.includes(typeOf(node))) return null;
    if (!BRANCHES.every((branch) => isLinked(node, branch))) return true;
    const isOn = isLinked(node, "switch") ? linkedValue(node, "switch", this.root) : widgetValue(node, "switch");
    return typeof isOn === "boolean" ? name === (isOn ? "on_true" : "on_false") : null;
  }

  /** Whether a node runs once for each item of a list. */
  isMany(place) {
    const key = keyOf(place);
    if (this.lists.has(key)) return this.lists.get(key);
    this.lists.set(key, false);
    const isMany = !this.about(place.node)?.is_input_list && this.feeds(place).some(({ origin }) => this.givesList(origin));
    this.lists.set(key, isMany);
    return isMany;
  }

  givesList(origin) {
    return Boolean(this.about(origin.node)?.output_is_list?.[origin.slot]) || this.isMany(origin);
  }
}

/** Every node that is switched on, with the subgraphs that it stands in, the outermost first. */
function placesIn(graph, hosts = []) {
  const on = (graph?.nodes ?? graph?._nodes ?? []).filter(runs);
  return on.flatMap((node) => (node.subgraph ? placesIn(node.subgraph, [...hosts, node]) : [{ node, hosts }]));
}

function isLinked(node, name) {
  return node.inputs.some((input) => input.name === name && input.link != null);
}

function keyOf({ node, hosts }) {
  return [...hosts, node].map((one) => one.id).join(":");
}

/** The node, with its output, that a link begins at, through subgraphs, bypassed nodes and reroutes. */
function originOf(graph, id, hosts, depth = 0) {
  const link = linkIn(graph, id);
  if (!link || depth > 64) return null;
  const further = (inner, next, within) => (next == null ? null : originOf(inner, next, within, depth + 1));
  if (Number(link.origin_id) === FROM_OUTSIDE) {
    const host = hosts.at(-1);
    return further(host?.graph, host?.inputs?.[link.origin_slot]?.link, hosts.slice(0, -1));
  }
  const node = graph.getNodeById(link.origin_id);
  const slot = link.origin_slot;
  if (!node || node.mode === NEVER) return null;
  if (node.mode === BYPASSED) return further(graph, passedBy(node, slot)?.link, hosts);
  if (node.subgraph) return further(node.subgraph, linkOutOf(node.subgraph, slot), [...hosts, node]);
  if (node.isVirtualNode) return further(graph, node.getInputLink?.(slot)?.id, hosts);
  return { node, hosts, slot };
}

/** A bypassed node passes on the input at the place of its output, else the first one of the same type. */
function passedBy(node, slot) {
  const { type } = node.outputs?.[slot] ?? {};
  const inputs = node.inputs ?? [];
  return [inputs[slot], ...inputs].find((input) => input?.type === type);
}

function linkOutOf(subgraph, slot) {
  const links = subgraph.links?.values?.() ?? [];
  return [...links].find((link) => Number(link.target_id) === TO_OUTSIDE && link.target_slot === slot)?.id;
}
