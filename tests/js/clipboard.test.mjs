import assert from "node:assert/strict";
import { test } from "node:test";
import { copy } from "../../web/js/clipboard.js";

/** A page by https (with a clipboard) or by plain http (without one), and what was copied on it. */
function page({ clipboard, takesCommand = true }) {
  const copied = [];
  const there = [];
  const made = () => ({
    append(...children) {
      this.text = children.join("");
    },
    setAttribute() {},
    focus() {},
    select() {
      this.isSelected = true;
    },
    remove() {
      there.splice(there.indexOf(this), 1);
    },
  });
  const document = {
    createElement: made,
    execCommand: (name) => takesCommand && name === "copy" && Boolean(copied.push(there.find((one) => one.isSelected).text)),
  };
  const told = clipboard && { writeText: async (text) => (clipboard === "shut" ? Promise.reject(new Error("shut")) : copied.push(text)) };
  Object.defineProperty(globalThis, "document", { value: document, configurable: true });
  Object.defineProperty(globalThis, "navigator", { value: { clipboard: told }, configurable: true });
  return { copied, there, place: { append: (element) => there.push(element) } };
}

test("a text is copied with the browser's clipboard, without one, and where that one is shut", async () => {
  for (const clipboard of ["open", undefined, "shut"]) {
    const { copied, there, place } = page({ clipboard });
    await copy("task_1", place);
    assert.deepEqual([copied, there], [["task_1"], []]);
  }
});

test("where nothing lets us copy, the text is in the error", async () => {
  const { there, place } = page({ takesCommand: false });
  await assert.rejects(copy("task_1", place), /task_1/);
  assert.deepEqual(there, []);
});
