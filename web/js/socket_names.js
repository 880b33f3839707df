/** Places that grow (`images.image_1`) are called in the person's language, like every other input. */

const NUMBER = /\d+$/;

/** Shows a node's own names: ComfyUI labels such a place `image_1`, and a label goes before the translated name. */
export function speakGrown(node) {
  const { onInputAdded, onConfigure } = node;
  node.onInputAdded = function (input) {
    onInputAdded?.apply(this, arguments);
    if (speak(node, input)) keepUnlabelled(input);
  };
  node.onConfigure = function () {
    onConfigure?.apply(this, arguments);
    node.inputs.forEach((input) => speak(node, input));
  };
  node.inputs.forEach((input) => speak(node, input));
}

/** A file holds names in the language of whoever saved it, but for the first place, which a node makes for itself. */
function speak(node, input) {
  const part = input.name.split(".")[1];
  if (!part || input.widget || !NUMBER.test(part)) return false;
  if (input.label === part) delete input.label;
  const first = node.inputs.find((one) => one.name === input.name.replace(NUMBER, "1"));
  if (first?.localized_name) input.localized_name = first.localized_name.replace(NUMBER, part.match(NUMBER)[0]);
  return true;
}

/** ComfyUI labels, right after this, what has no label yet; Nodes 2.0 draws it then, and no file shall keep it. */
function keepUnlabelled(input) {
  if (input.label || !input.localized_name) return;
  const held = input.localized_name;
  input.label = held;
  queueMicrotask(() => input.label === held && delete input.label);
}
