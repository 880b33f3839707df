/** Reads a workflow: which of our nodes would run, what their widgets hold, and how long their videos are. */

/** Where a link inside a subgraph comes from when it comes from outside. */
export const FROM_OUTSIDE = -10;
/** ComfyUI's nodes that hold one value; the first is the front end's own, and is not there when a graph runs. */
const HOLDERS = ["PrimitiveNode", "PrimitiveInt", "PrimitiveFloat", "PrimitiveString", "PrimitiveStringMultiline", "PrimitiveBoolean"];
const DEEPEST = 32;
/** ComfyUI's modes of a node that is switched off. */
export const NEVER = 2;
export const BYPASSED = 4;
const LONGEST = { image: 10, video: 30 };

/** Every node of the graph and of the subgraphs in it. */
export function nodesOf(graph) {
  return (graph?.nodes ?? graph?._nodes ?? []).flatMap((node) => [node, ...(node.subgraph ? nodesOf(node.subgraph) : [])]);
}

/** The node that ComfyUI calls by `id`: "12", or "5:12" for one in the subgraph that stands at node 5. */
export function nodeAt(graph, id) {
  const [first, ...inner] = String(id).split(":");
  const found = graph?.getNodeById?.(Number(first)) ?? graph?.getNodeById?.(first) ?? null;
  return inner.length ? nodeAt(found?.subgraph, inner.join(":")) : found;
}

export function typeOf(node) {
  return node.comfyClass ?? node.type;
}

export function runs(node) {
  return node.mode !== NEVER && node.mode !== BYPASSED;
}

export function widgetValue(node, name) {
  return node.widgets?.find((widget) => widget.name === name)?.value;
}

/**
 * What the estimate route asks of a node. A widget that a link drives has the value of what it is linked to; where only
 * a run can tell that, it is named in `linked`. `root` is the whole graph, which says where subgraphs stand.
 */
export function question(node, family, root) {
  const linked = new Set((node.inputs ?? []).filter((input) => input.link != null).map((input) => input.name));
  const held = family.widgets.map((name) => [name, linked.has(name) ? linkedValue(node, name, root) : widgetValue(node, name)]);
  const isKnown = ([, value]) => value !== undefined && value !== null;
  return {
    family: family.id,
    widgets: Object.fromEntries(held.filter(isKnown)),
    connected: [...linked].filter((name) => family.media.includes(name.split(".")[0])),
    linked: held.filter((one) => linked.has(one[0]) && !isKnown(one)).map(([name]) => name),
  };
}

/** The value that a linked input will have, as far as the page can know it; null where only a run can tell. */
export function linkedValue(node, name, root, depth = 0) {
  const link = linkOf(node, name);
  if (!link || depth > DEEPEST) return null;
  if (Number(link.origin_id) === FROM_OUTSIDE) return valueFromOutside(node, link.origin_slot, root, depth);
  const origin = node.graph?.getNodeById?.(link.origin_id);
  if (!origin || !runs(origin)) return null;
  if (typeOf(origin) === "Reroute") return linkedValue(origin, origin.inputs[0]?.name, root, depth + 1);
  return HOLDERS.includes(typeOf(origin)) ? valueOf(origin, origin.widgets?.[0]?.name, root, depth) : null;
}

/** A subgraph may stand in several places: its value is known where it is the same in all of them. */
function valueFromOutside(node, slot, root, depth) {
  const hosts = nodesOf(root).filter((one) => one.subgraph && one.subgraph === node.graph);
  const values = hosts.map((host) => valueOf(host, host.inputs?.[slot]?.name, root, depth));
  return values.length && values.every((value) => value === values[0]) ? values[0] : null;
}

/** What an input that has a widget will have: the widget's value unless a link drives it. */
function valueOf(node, name, root, depth) {
  const input = node.inputs?.find((one) => one.name === name);
  if (input?.link != null) return linkedValue(node, name, root, depth + 1);
  const widget = input?._widget ?? node.widgets?.find((one) => one.name === (input?.widget?.name ?? name));
  return widget?.value ?? null;
}

function linkOf(node, name) {
  return linkIn(node.graph, node.inputs?.find((input) => input.name === name)?.link);
}

export function linkIn(graph, id) {
  if (id === undefined || id === null || !graph) return null;
  return graph.getLink?.(id) ?? graph.links?.get?.(id) ?? graph.links?.[id] ?? null;
}

/** The node that feeds an input; null where nothing does. */
export function upstream(node, name) {
  const slot = node.inputs?.findIndex((input) => input.name === name && input.link != null) ?? -1;
  return slot < 0 ? null : (node.getInputNode(slot) ?? null);
}

/** The sockets of a question that carry clips, and are not replaced by a link in a widget. */
export function clipSockets(asking, family) {
  const isOpen = (clip) => !asking.widgets[clip.url_input];
  const open = new Set(family.clips.filter(isOpen).map((clip) => clip.id));
  return asking.connected.filter((name) => open.has(name.split(".")[0]));
}

/**
 * Seconds of the clip that `node` gives, null where only a run can tell.
 * `measure(name)` gives the seconds of a file in ComfyUI's input folder.
 */
export async function secondsFrom(node, measure) {
  if (!node) return null;
  const type = typeOf(node);
  if (type === "LoadVideo") return measure(widgetValue(node, "file"));
  if (type === "APIMartReferenceVideo") return fitted(node, await secondsFrom(upstream(node, "video"), measure));
  if (type === "Video Slice") return sliced(node, await secondsFrom(upstream(node, "video"), measure));
  if (type === "Reroute") return secondsFrom(upstream(node, node.inputs[0]?.name), measure);
  const duration = type?.startsWith("APIMart") ? widgetValue(node, "duration") : null;
  return duration > 0 ? Number(duration) : null;
}

function fitted(node, whole) {
  if (whole === null) return null;
  const longest = LONGEST[widgetValue(node, "character_orientation")] ?? LONGEST.image;
  const seconds = Math.min(whole - widgetValue(node, "start"), longest, widgetValue(node, "length") || longest);
  return seconds > 0 ? seconds : null;
}

function sliced(node, whole) {
  if (whole === null) return null;
  const left = whole - (widgetValue(node, "start_time") ?? 0);
  return left > 0 ? Math.min(left, widgetValue(node, "duration") || left) : null;
}

/** Where ComfyUI serves the file that a loader's widget names: `sub/clip.mp4 [output]`. */
export function placeOf(name) {
  const [, path, type = "input"] = /^(.*?)(?: \[(input|output|temp)\])?$/.exec(String(name ?? ""));
  const cut = path.lastIndexOf("/");
  return { filename: path.slice(cut + 1), subfolder: cut < 0 ? "" : path.slice(0, cut), type };
}

/**
 * Seconds by address, as the browser's own player reads the head of the file; null for what it cannot read, which is
 * tried again a while `later`: a network may have been away.
 */
export function clipLengths(addressOf, later, lengthOf = playersLength) {
  const known = new Map();
  const look = async (address) => {
    const seconds = await lengthOf(address);
    if (seconds === null) later(() => known.delete(address));
    return seconds;
  };
  return (name) => {
    if (!name) return Promise.resolve(null);
    const address = addressOf(placeOf(name));
    if (!known.has(address)) known.set(address, look(address));
    return known.get(address);
  };
}

function playersLength(address) {
  return new Promise((resolve) => {
    const player = document.createElement("video");
    player.preload = "metadata";
    player.onloadedmetadata = () => resolve(Number.isFinite(player.duration) ? player.duration : null);
    player.onerror = () => resolve(null);
    player.src = address;
  });
}
