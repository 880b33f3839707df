/** Reading a graph: which of our nodes would run, what their widgets hold, and how long their clips are. */

const NEVER = 2;
const BYPASSED = 4;
const RETRY_MS = 30_000;
const LONGEST = { image: 10, video: 30 };

/** Every node of the graph and of the subgraphs in it. */
export function nodesOf(graph) {
  return (graph?.nodes ?? graph?._nodes ?? []).flatMap((node) => [node, ...(node.subgraph ? nodesOf(node.subgraph) : [])]);
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

/** What the estimate route asks of a node. A widget that a link drives has no value yet and is left out. */
export function question(node, family) {
  const linked = new Set((node.inputs ?? []).filter((input) => input.link != null).map((input) => input.name));
  const held = family.widgets.filter((name) => !linked.has(name)).map((name) => [name, widgetValue(node, name)]);
  return {
    family: family.id,
    widgets: Object.fromEntries(held.filter(([, value]) => value !== undefined && value !== null)),
    connected: [...linked].filter((name) => family.media.includes(name.split(".")[0])),
  };
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
  const wanted = Math.min(whole - widgetValue(node, "start"), longest, widgetValue(node, "length") || longest);
  return wanted > 0 ? wanted : null;
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
export function clipLengths(addressOf, lengthOf = playersLength, later = (work) => setTimeout(work, RETRY_MS)) {
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
