/** From a job back to the canvas: the node it came from with its settings, and the node that buys its final. */
import { nodeAt, typeOf } from "./graph.js";

/** The node of the open workflow that a job came from; null where that is another workflow, or the node is gone. */
export function nodeOf(root, job, request) {
  const isOpen = request.node && request.workflow && request.workflow === String(root?.id ?? "");
  const found = isOpen ? nodeAt(root, request.node) : null;
  return found && typeOf(found) === job.family ? found : null;
}

/** Sets widgets as a person would; the names of those that a link drives, which are left as they are. */
export function setWidgets(node, values) {
  // What reveals others comes before them: `shots` before `shots.prompt_1`.
  const names = Object.keys(values).sort((one, other) => one.split(".").length - other.split(".").length);
  return names.filter((name) => !setWidget(node, name, values[name]));
}

function setWidget(node, name, value) {
  const widget = node.widgets?.find((one) => one.name === name);
  if (!widget) return true;
  if (node.inputs?.some((input) => (input.widget?.name ?? input.name) === name && input.link != null)) return widget.value === value;
  if (widget.value !== value) {
    widget.value = value;
    widget.callback?.(value);
  }
  return true;
}

/** Connects a new node to what feeds an earlier one, widgets aside. */
export function wireLike(node, earlier) {
  for (const [slot, input] of (earlier.inputs ?? []).entries()) {
    const origin = input.link == null || input.widget ? null : earlier.getInputNode(slot);
    const link = origin && earlier.getInputLink(slot);
    const target = node.inputs.findIndex((one) => one.name === input.name);
    if (link && target >= 0) origin.connect(link.origin_slot, node, target);
  }
}

/** Whether the request had images, videos or audio: their places show as marks. */
export function hadMedia(request) {
  return /"[^"]*#[0-9a-f]{8}"/.test(JSON.stringify(request.parameters));
}
