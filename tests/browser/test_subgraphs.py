"""Our nodes inside subgraphs, with widgets promoted out of them, and in App mode, in both of ComfyUI's renderers."""

from __future__ import annotations

from typing import Any

from comfy_page import ComfyPage
from playwright.sync_api import expect
from sandboxed import Sandbox

SORA, KLING, SEEDANCE = "APIMartSora2", "APIMartKling3", "APIMartSeedance2"
PACK = "() => app.graph.convertToSubgraph(new Set(app.graph.nodes)).node.id"
PROMOTE = """([outer, name]) => {
  const { subgraph } = app.graph.getNodeById(outer);
  const inner = subgraph.nodes.find((node) => node.inputs.some((input) => input.widget?.name === name));
  const slot = inner.inputs.find((input) => input.widget?.name === name);
  subgraph.addInput(name, String(slot.type)).connect(slot, inner);
}"""
SET = """([outer, name, value]) => {
  const widget = app.graph.getNodeById(outer).widgets.find((one) => one.name === name);
  widget.value = value;
  widget.callback?.(value);
}"""
OPEN = """(outer) => {
  const node = app.graph.getNodeById(outer);
  app.canvas.openSubgraph(node.subgraph, node);
  return node.subgraph.nodes.map((one) => one.id);
}"""
CHOOSE_INSIDE = """([outer, name, value]) => {
  const node = app.graph.getNodeById(outer).subgraph.nodes[0];
  const widget = node.widgets.find((one) => one.name === name);
  widget.value = value;
  widget.callback?.(value);
}"""
WRITE_INSIDE = """([outer, written]) => {
  const { widgets } = app.graph.getNodeById(outer).subgraph.nodes[0];
  for (const [name, value] of Object.entries(written)) widgets.find((one) => one.name === name).value = value;
}"""
LINK_INSIDE = """async ([outer, kind]) => {
  const { nodes } = app.graph.getNodeById(outer).subgraph;
  const grows = nodes.find((one) => one.type === kind);
  const placeOf = (number) => grows.inputs.findIndex((one) => one.name === `images.image_${number}`);
  for (const [number, image] of nodes.filter((one) => one.type === "EmptyImage").entries()) {
    while (placeOf(number + 1) < 0) await new Promise((grown) => requestAnimationFrame(grown));
    image.connect(0, grows, placeOf(number + 1));
  }
}"""
INNER_BADGES = """() => app.canvas.graph.nodes.flatMap((node) => node.badges)
  .map((badge) => (typeof badge === "function" ? badge() : badge).text)"""


def packed(page: ComfyPage) -> int:
    """The subgraph node that now holds all nodes, and an output node behind ours."""
    page.add_ends()
    return int(page.page.evaluate(PACK))


def said_of(page: ComfyPage, kind: str) -> dict[str, Any]:
    """What the prompt says of the one node of this class."""
    [inputs] = [node["inputs"] for node in page.prompt().values() if node["class_type"] == kind]
    return dict(inputs)


def test_a_node_in_a_subgraph_has_its_price_and_is_bought(page: ComfyPage, prompt: str) -> None:
    page.add(SORA, (500, 120), prompt=prompt)
    outer = packed(page)
    page.page.evaluate(OPEN, outer)
    page.page.wait_for_function(f"() => ({INNER_BADGES})().includes('4.0 s x $0.08 = $0.32')", timeout=15_000)
    page.picture("subgraph")
    page.run()
    expect(page.job(prompt)).to_contain_text("done", timeout=60_000)


def test_promoted_widgets_are_what_is_bought(page: ComfyPage, provider: Sandbox, prompt: str) -> None:
    page.add(SORA, (500, 120), prompt="not this")
    outer = packed(page)
    for name, value in (("prompt", prompt), ("duration", 8)):
        page.page.evaluate(PROMOTE, [outer, name])
        page.page.evaluate(SET, [outer, name, value])
    asked = said_of(page, SORA)
    assert (asked["prompt"], asked["duration"]) == (prompt, 8)
    page.run()
    expect(page.job(prompt)).to_contain_text("done", timeout=60_000)
    body = provider.tasks[-1]["body"]
    assert (body["prompt"], body["duration"]) == (prompt, 8)


def test_places_grow_inside_a_subgraph(page: ComfyPage) -> None:
    """Linked inside: a page from 1.53 on loses links of grown places when it puts their node into a subgraph."""
    page.add(SEEDANCE, (500, 120), prompt="two images")
    for number in range(2):
        page.add("EmptyImage", (60, 120 + 250 * number))
    page.page.evaluate(LINK_INSIDE, [packed(page), SEEDANCE])
    asked = said_of(page, SEEDANCE)
    assert {name for name in asked if name.startswith("images.")} == {"images.image_1", "images.image_2"}
    page.load(page.workflow())
    page.page.wait_for_function("() => app.graph.nodes.some((one) => one.subgraph)")
    assert {name for name in said_of(page, SEEDANCE) if name.startswith("images.")} == {
        "images.image_1",
        "images.image_2",
    }


def test_shots_are_written_inside_a_subgraph(page: ComfyPage) -> None:
    page.add(KLING, (500, 60))
    outer = packed(page)
    page.page.evaluate(CHOOSE_INSIDE, [outer, "shots", "2 shots"])
    shots = {"shots.prompt_1": "a door opens", "shots.seconds_1": 2, "shots.prompt_2": "a hand", "shots.seconds_2": 3}
    page.page.evaluate(WRITE_INSIDE, [outer, shots])
    asked = said_of(page, KLING)
    assert {name: asked[name] for name in shots} == shots
    page.load(page.workflow())
    page.page.wait_for_function("() => app.graph.nodes.some((one) => one.subgraph)")
    asked = said_of(page, KLING)
    assert {name: asked.get(name) for name in shots} == shots


def test_app_mode_runs_our_nodes(page: ComfyPage, prompt: str) -> None:
    page.add(SORA, (500, 120), prompt=prompt)
    page.add_ends()
    page.page.evaluate('() => app.extensionManager.command.execute("Comfy.ToggleLinear")')
    page.page.wait_for_timeout(1000)
    page.picture("app-mode")
    page.page.evaluate('() => app.extensionManager.command.execute("Comfy.QueuePrompt")')
    bought = "fetch('/apimart/jobs').then((said) => said.json()).then(({ jobs }) => jobs)"
    page.page.wait_for_function(
        f"(prompt) => {bought}.then((jobs) => jobs.some((job) => job.prompt === prompt && job.state === 'fetched'))",
        arg=prompt,
        timeout=60_000,
    )


def test_a_renderer_that_does_not_read_badges_still_says_the_price(page: ComfyPage, prompt: str) -> None:
    """The page sees an empty list of badges here, our scripts the real one."""
    node = page.page.evaluate(
        """(prompt) => {
          const node = LiteGraph.createNode("APIMartSora2");
          const own = node.badges;
          const isOurs = () => new Error().stack.includes("/js/badges.js");
          Object.defineProperty(node, "badges", { get: () => (isOurs() ? own : []), configurable: true });
          node.pos = [500, 120];
          app.graph.add(node);
          node.widgets.find((one) => one.name === "prompt").value = prompt;
          return node.id;
        }""",
        prompt,
    )
    line = "one.widgets?.find((widget) => widget.name === '$$node-text-preview')?.value"
    page.page.wait_for_function(
        f"(id) => {{ const one = app.graph.getNodeById(id); return {line}?.includes('4.0 s x $0.08 = $0.32'); }}",
        arg=node,
        timeout=20_000,
    )
    page.picture("line")
    [saved] = page.workflow()["nodes"]
    assert "$0.32" not in repr(saved)
    assert "$0.32" not in repr(page.prompt())
