import assert from "node:assert/strict";
import { test } from "node:test";
import { text } from "../../web/js/language.js";
import { Names } from "../../web/js/models.js";

const KLING = "APIMartKling3";
const nodeWith = (values, value = values?.[0]) => ({ widgets: [{ name: "prompt" }, { name: "model", value, options: { values } }] });

function names() {
  const made = new Names((key, values) => text("en", key, values));
  made.told = { new: { [KLING]: ["kling-v3.1"] }, gone: { "kling-v3": "2026-11-20" }, listed: ["kling-v3.1", "veo3.1", "veo4", "7b"] };
  return made;
}

test("new and vanished names are marked in the list, and the values stay", () => {
  const node = nodeWith(["kling-v3", "kling-v3-omni", "kling-v3.1"]);
  names().mark(node, KLING);
  const { values, getOptionLabel } = node.widgets[1].options;
  assert.deepEqual(values, ["kling-v3", "kling-v3-omni", "kling-v3.1"]);
  assert.deepEqual(values.map(getOptionLabel), [
    "kling-v3 (not listed since 2026-11-20)",
    "kling-v3-omni",
    "kling-v3.1 (new model, not checked by this pack)",
  ]);
  assert.equal(getOptionLabel(null), "");
});

test("a list without such names is left alone, and so is a node without a list", () => {
  for (const node of [nodeWith(["sora-2"]), nodeWith(undefined), {}]) {
    names().mark(node, "APIMartSora2");
    assert.equal(node.widgets?.[1].options.getOptionLabel, undefined);
  }
});

test("the node that takes any model is offered the provider's list", () => {
  const node = nodeWith(undefined, "");
  const chosen = [];
  node.widgets[1].callback = (name) => chosen.push(name);
  const [menu] = names().menu(node, "APIMartVideo");
  const makers = menu.submenu.options;
  assert.deepEqual(makers.map((maker) => [maker.content, maker.submenu.options.map((one) => one.content)]), [
    ["kling", ["kling-v3.1"]],
    ["veo", ["veo3.1", "veo4"]],
    ["7b", ["7b"]],
  ]);
  makers[1].submenu.options[1].callback();
  assert.deepEqual([node.widgets[1].value, chosen], ["veo4", ["veo4"]]);
});

test("no other node has that menu, and neither has one before the provider told a list", () => {
  assert.deepEqual(names().menu(nodeWith(["kling-v3"]), KLING), []);
  assert.deepEqual(new Names(() => "").menu(nodeWith(undefined, ""), "APIMartVideo"), []);
});
