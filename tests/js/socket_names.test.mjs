import assert from "node:assert/strict";
import { test } from "node:test";

import { speakGrown } from "../../web/js/socket_names.js";

const place = (number, localized_name, label) => ({ name: `images.image_${number}`, localized_name, label });
const shown = (node) => node.inputs.map((one) => one.label ?? one.localized_name);

test("a place is called by its translation, not by its plain name", () => {
  const node = { inputs: [place(1, "이미지 1", "image_1")] };
  speakGrown(node);
  assert.deepEqual(shown(node), ["이미지 1"]);
});

test("a place that grows later is, too", async () => {
  const node = { inputs: [place(1, "画像 1", "image_1")] };
  speakGrown(node);
  node.inputs.push(place(12, "画像 12"));
  node.onInputAdded(node.inputs[1]);
  node.inputs[1].label ??= "image_12";
  assert.deepEqual(shown(node), ["画像 1", "画像 12"]);
  await Promise.resolve();
  assert.equal(node.inputs[1].label, undefined);
  assert.deepEqual(shown(node), ["画像 1", "画像 12"]);
});

test("a file's language gives way to the person's", () => {
  const node = { inputs: [place(1, "画像 1", "image_1")] };
  speakGrown(node);
  node.inputs.push(place(2, "이미지 2", "image_2"));
  node.onConfigure({});
  assert.deepEqual(shown(node), ["画像 1", "画像 2"]);
});

test("a label that a person gave stays, and so does every other input", () => {
  const node = { inputs: [place(1, "图片 1", "my cat"), { name: "image", localized_name: "图片", label: "image" }] };
  speakGrown(node);
  assert.deepEqual(shown(node), ["my cat", "image"]);
});
