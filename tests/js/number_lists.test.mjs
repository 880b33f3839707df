import assert from "node:assert/strict";
import { test } from "node:test";

import { findNumbers } from "../../web/js/number_lists.js";

const listed = (values) => ({ widgets: [{ name: "seed" }, { name: "list", options: { values } }] });

test("a number is found by its text, as ComfyUI's arrow buttons look for it", () => {
  const node = listed([4, 6, 8]);
  findNumbers(node);
  const { values } = node.widgets[1].options;
  assert.deepEqual([values.indexOf("6"), values.indexOf(6), values.indexOf("7")], [1, 1, -1]);
  assert.deepEqual(structuredClone(values), [4, 6, 8]);
  assert.equal(JSON.stringify(values), "[4,6,8]");
});

test("a number is found through the proxy of a page that watches the list, as Vue's does", () => {
  const node = listed([4, 6, 8]);
  findNumbers(node);
  const list = node.widgets[1].options.values;
  const searching = (...sought) => list.indexOf(...sought);
  const watched = new Proxy(list, { get: (target, name) => (name === "indexOf" ? searching : target[name]) });
  assert.equal(watched.indexOf("6"), 1);
});

test("the list that all nodes of a kind share is left alone", () => {
  const shared = [5, 10];
  findNumbers(listed(shared));
  assert.equal(shared.indexOf("5"), -1);
});

test("a list of texts is left alone, and so is one that is asked for", () => {
  const texts = ["16:9", "9:16"];
  const asked = () => [1, 2];
  const nodes = [listed(texts), listed(asked)];
  nodes.forEach(findNumbers);
  assert.deepEqual(nodes.map((node) => node.widgets[1].options.values), [texts, asked]);
});

test("a node without widgets is nothing to mind", () => assert.doesNotThrow(() => findNumbers({})));
