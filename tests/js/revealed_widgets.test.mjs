import assert from "node:assert/strict";
import { test } from "node:test";
import { keepWritten } from "../../web/js/revealed_widgets.js";

/** A node whose choice makes its widgets anew, as ComfyUI's does. */
function growing() {
  const node = { widgets: [{ name: "shots", value: "off" }], inputs: [] };
  keepWritten(node);
  node.choose = (count) => {
    for (const widget of node.widgets.splice(1)) widget.onRemove?.();
    for (let number = 1; number <= count; number += 1) {
      const name = `shots.prompt_${number}`;
      node.widgets.push({ name, value: "" });
      node.onInputAdded?.({ name, widget: { name } });
    }
  };
  return node;
}

const written = (node) => node.widgets.slice(1).map((widget) => widget.value);

test("more shots keep what was written into the ones before", () => {
  const node = growing();
  node.choose(2);
  node.widgets[1].value = "a door";
  node.choose(3);
  assert.deepEqual(written(node), ["a door", "", ""]);
});

test("a shot that was taken away comes back as it was", () => {
  const node = growing();
  node.choose(2);
  node.widgets[2].value = "a hand";
  node.choose(0);
  node.choose(2);
  assert.deepEqual(written(node), ["", "a hand"]);
});

test("two nodes remember each their own, and what others do when an input is added still happens", () => {
  const [one, other] = [growing(), growing()];
  one.choose(1);
  one.widgets[1].value = "a door";
  other.choose(1);
  assert.deepEqual(written(other), [""]);
  const added = [];
  const node = { widgets: [], inputs: [], onInputAdded: (input) => added.push(input.name) };
  keepWritten(node);
  node.onInputAdded({ name: "image" });
  assert.deepEqual(added, ["image"]);
});
