/** Lists of numbers (`duration`): the arrow buttons of the canvas look for the text of the value among the options. */

/** Lets a node's lists find a number by its text; ComfyUI would go to the first option instead. */
export function findNumbers(node) {
  for (const { options } of node.widgets ?? []) {
    if (!Array.isArray(options?.values) || !options.values.every(Number.isFinite)) continue;
    const values = [...options.values];
    const indexOf = (sought) => values.findIndex((one) => String(one) === String(sought));
    // Not enumerable, so that whoever copies the list leaves it behind; writable, or Vue could not watch the list.
    options.values = Object.defineProperty(values, "indexOf", { value: indexOf, writable: true, configurable: true });
  }
}
