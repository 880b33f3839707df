/** Workflows that an earlier version saved: ComfyUI fills widgets in by their place, and `take` has a control since. */

const CONTROLS = ["fixed", "increment", "decrement", "randomize"];
const NEWER = ["project", "if_it_fails"];

/** Put the control beside `take` into the saved values of our nodes that lack it, so that what follows stays in place. */
export function addControls(graph, families) {
  for (const node of savedNodes(graph)) {
    const family = families.get(node.type);
    if (family && Array.isArray(node.widgets_values)) addControl(node, family);
  }
}

function savedNodes(graph) {
  const inside = graph?.definitions?.subgraphs ?? [];
  return [graph, ...inside].flatMap((one) => one?.nodes ?? []);
}

function addControl(node, family) {
  const links = family.clips.filter((clip) => clip.url_input).length;
  const values = node.widgets_values;
  const isNewer = node.inputs?.some((input) => NEWER.includes(input.name));
  if (!isNewer && !CONTROLS.includes(values.at(-1 - links - NEWER.length))) values.splice(values.length - links, 0, CONTROLS[0]);
}
