/** Whether a workflow has changed since somebody looked, told for next to nothing: it is asked twice a second. */
import { linkIn, nodesOf } from "./graph.js";

export class Changes {
  constructor() {
    this.seen = [];
  }

  /** True at first, and whenever a node, its mode, a link or the value of a widget is another one than at the last call. */
  since(graph) {
    const found = nodesOf(graph).flatMap(factsOf);
    const isSame = found.length === this.seen.length && found.every((one, place) => Object.is(one, this.seen[place]));
    this.seen = found;
    return !isSame;
  }
}

function factsOf(node) {
  const facts = [node, node.mode];
  for (const { name, link } of node.inputs ?? []) facts.push(name, link, ...(link == null ? [] : beginOf(node, link)));
  for (const widget of node.widgets ?? []) facts.push(widget.value);
  for (const { linkIds } of node.subgraph?.outputs ?? []) facts.push(...(linkIds ?? []));
  return facts;
}

function beginOf(node, id) {
  const link = linkIn(node.graph, id);
  return [link?.origin_id, link?.origin_slot];
}
