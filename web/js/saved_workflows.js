/** Workflows that an earlier version saved: ComfyUI fills widgets in by their place, and `take` has a control since. */

const FIXED = "fixed";

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

/** The page saves a value per widget, and one more for the control; older pages did not save which widgets there are. */
function addControl(node, family) {
  const values = node.widgets_values;
  const names = (node.inputs ?? []).filter((input) => input.widget).map((input) => input.widget.name);
  const links = family.clips.filter((clip) => clip.url_input).length;
  const after = names.includes("take") ? names.indexOf("take") + 1 : values.length - links;
  const isOld = names.includes("take") ? values.length === names.length : typeof values[after - 1] === "number";
  if (isOld) values.splice(after, 0, FIXED);
}
