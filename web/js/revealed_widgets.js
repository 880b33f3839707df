/** Widgets that a choice reveals keep what was written: ComfyUI makes them anew, and empty, at every change of it. */

/** Remembers, for one node, the widgets that another reveals (`shots.prompt_1`), and fills them in when they return. */
export function keepWritten(node) {
  const written = new Map();
  const before = node.onInputAdded;
  node.onInputAdded = function (input) {
    before?.apply(this, arguments);
    const name = input.widget?.name ?? "";
    if (name.includes(".")) follow(node.widgets.find((widget) => widget.name === name), written);
  };
}

function follow(widget, written) {
  if (!widget) return;
  if (written.has(widget.name)) widget.value = written.get(widget.name);
  const before = widget.onRemove;
  widget.onRemove = function () {
    written.set(widget.name, widget.value);
    before?.apply(this, arguments);
  };
}
