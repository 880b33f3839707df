/** The price badge of our nodes, in both renderers; nothing of it is saved with the graph. */
import { unitUsd, usd } from "./amounts.js";
import { Changes } from "./workflow_changes.js";
import { clipSockets, nodesOf, question, secondsFrom, typeOf, upstream } from "./graph.js";

const COLOURS = {
  price: ["#f5e8c7", "#5c4520"],
  bought: ["#d3f4dc", "#1e4d2f"],
  warn: ["#ffe1e1", "#7a2424"],
  sandbox: ["#d9e8ff", "#243f66"],
};

const RETRY_MS = 10_000;
const LOOKED = Symbol("apimart.looked");
/** How often a renderer may be found not to have read a badge before the node says the price by itself. */
const UNREAD_LOOKS = 4;

/** What the badges say of a quote: `[text, colour]` each. `say` is the language. */
export function badgesOf(quote, say) {
  if (!quote) return [];
  const found = [priceBadge(quote, say)];
  if (quote.sandbox) found.push([say("badge.sandbox"), "sandbox"]);
  if (quote.retired) found.push([say("badge.retired"), "warn"]);
  if (quote.unchecked) found.push([say("badge.unchecked"), "warn"]);
  return found;
}

function priceBadge(quote, say) {
  if (quote.bought === "kept") return [say("badge.bought"), "bought"];
  if (quote.bought === "running") return [say("badge.running"), "bought"];
  if (quote.bought === "unknown") return [say("badge.unknown"), "warn"];
  return [priceText(quote, say), "price"];
}

/** "10.0 s x $0.103 = $1.03", "2 x $0.14 = $0.28", "$0.103 per second", "depends on duration", "price unknown". */
export function priceText(quote, say) {
  if (quote.depends_on?.length) return say("badge.depends", { inputs: quote.depends_on.join(", ") });
  const hangsOnClip = quote.units === null;
  if (quote.unit_usd === null || (quote.usd === null && !hangsOnClip)) return say("badge.unpriced");
  if (hangsOnClip) return say("badge.rate", { usd: unitUsd(quote.unit_usd) });
  if (quote.unit !== "second" && quote.units === 1) return usd(quote.usd);
  const units = quote.unit === "second" ? `${quote.units.toFixed(1)} s` : String(quote.units);
  return `${units} x ${unitUsd(quote.unit_usd)} = ${usd(quote.usd)}`;
}

/** Keeps the badges of every node of ours up to date. */
export class Badges {
  /**
   * `ask` is the estimate route; `families` maps node types; `Badge` is LiteGraph's badge class; `root` gives the whole
   * graph. `tellOnNode(node, text)` is for a node that `isInView(node)` and whose badges the renderer does not read.
   * `later` does something after some milliseconds.
   */
  constructor({ root = () => null, later = (work, ms) => setTimeout(work, ms), ...given }) {
    Object.assign(this, { root, later, ...given });
    this.nodes = new WeakMap();
    this.answers = new Map();
    this.measured = new Map();
    this.changes = new Changes();
    this.isStale = true;
  }

  has(node) {
    return this.nodes.has(node);
  }

  add(node) {
    const family = this.families.get(typeOf(node));
    if (!family || this.has(node)) return;
    const state = { family, asked: "", quote: null, isLinked: false, said: null, shown: [], text: "", told: null, unread: 0, isRead: true };
    this.nodes.set(node, state);
    this.lookAgain();
    this.show(node, state);
  }

  /** What a node would cost as it was last said, and whether that hangs on a value that only a run can tell. */
  priceOf(node) {
    const { quote, isLinked } = this.nodes.get(node);
    return { quote, isLinked };
  }

  /** To be called often: asks where something has changed since, which costs next to nothing to see. True if it did. */
  async look(graph) {
    const isChanged = this.changes.since(graph);
    const isDue = isChanged || this.isStale;
    this.isStale = false;
    if (isDue) await this.refreshAll(graph);
    else this.lookUnread(graph);
    return isDue;
  }

  lookUnread(graph) {
    for (const node of nodesOf(graph)) if (this.has(node)) this.tellUnread(node, this.nodes.get(node));
  }

  /** The next look asks, whether anything has changed or not. */
  lookAgain() {
    this.isStale = true;
  }

  async refreshAll(graph) {
    await Promise.all(nodesOf(graph).map((node) => this.refresh(node)));
  }

  /** Ask again if anything that the price hangs on has changed. */
  async refresh(node) {
    const state = this.nodes.get(node);
    if (!state) return null;
    const asking = await this.questionOf(node, state);
    const key = JSON.stringify(asking);
    state.asked = key;
    const quote = named(await this.quote(key, asking), node);
    if (state.asked !== key) return state.quote;
    Object.assign(state, { quote, isLinked: asking.linked.length > 0 });
    this.show(node, state);
    this.tellUnread(node, state);
    return quote;
  }

  /** Answers are old as soon as a job has moved or a setting has changed. */
  forget() {
    this.answers.clear();
    this.lookAgain();
  }

  /**
   * A run was billed `units`: where all but one clip were measured, the rest is its length, and counts as long as the
   * same node feeds it.
   */
  learn(node, units) {
    const { quote, unmeasured = [] } = this.nodes.get(node) ?? {};
    if (quote?.units !== null || unmeasured.length !== 1) return;
    const seconds = units - quote.least_units;
    if (!(seconds > 0)) return;
    this.measured.set(this.feedOf(node, unmeasured[0]), seconds);
    this.lookAgain();
  }

  async questionOf(node, state) {
    const asking = question(node, state.family, this.root());
    const names = clipSockets(asking, state.family);
    const lengths = await Promise.all(names.map((name) => this.secondsOf(node, name)));
    state.unmeasured = names.filter((_, place) => lengths[place] === null);
    asking.seconds = Object.fromEntries(names.map((name, place) => [name, lengths[place]]).filter(([, found]) => found !== null));
    return asking;
  }

  async secondsOf(node, name) {
    return (await secondsFrom(upstream(node, name), this.measure)) ?? this.measured.get(this.feedOf(node, name)) ?? null;
  }

  feedOf(node, name) {
    const feed = upstream(node, name);
    return `${node.id}.${name} < ${feed?.id} ${JSON.stringify((feed?.widgets ?? []).map((widget) => widget.value))}`;
  }

  /** What the route says, kept until something moves; where it could not say anything it is asked again a while later. */
  quote(key, asking) {
    if (!this.answers.has(key)) this.answers.set(key, this.ask(asking).catch(() => this.failed(key)));
    return this.answers.get(key);
  }

  failed(key) {
    this.later(() => (this.answers.delete(key), this.lookAgain()), RETRY_MS);
    return null;
  }

  /** One badge is there from the start, empty: it is what makes Nodes 2.0 look again. */
  show(node, state) {
    const found = badgesOf(state.quote, this.say);
    const lines = found.length ? found : [["", "price"]];
    if (JSON.stringify(lines) === state.said) return;
    state.said = JSON.stringify(lines);
    state.text = found.map(([text]) => text).join(" | ");
    state.isRead = false;
    const made = lines.map(([text, colour]) => this.made(node, state, text, colour));
    const kept = node.badges.filter((badge) => !state.shown.includes(badge));
    state.shown = made;
    node.badges.splice(0, node.badges.length, ...kept, ...made);
    touch(node);
  }

  /** A renderer that does not read badges anew would show an old price: then the new one is a line, and so is each after it. */
  tellUnread(node, state) {
    if (state.told === null) {
      state.unread = state.isRead || !state.text || !this.isInView(node) ? 0 : state.unread + 1;
      if (state.unread < UNREAD_LOOKS) return;
    }
    if (state.told === state.text) return;
    state.told = state.text;
    this.tellOnNode(node, state.text);
  }

  made(node, state, text, colour) {
    const [fgColor, bgColor] = COLOURS[colour];
    const badge = new this.Badge({ text, fgColor, bgColor });
    return () => {
      state.isRead = true;
      void node.inputs?.[LOOKED];
      return badge;
    };
  }
}

/** The quote with inputs called as the node calls them in the person's language. */
function named(quote, node) {
  if (!quote?.depends_on?.length) return quote;
  const called = (name) => node.inputs?.find((input) => input.name === name);
  return { ...quote, depends_on: quote.depends_on.map((name) => called(name)?.label ?? called(name)?.localized_name ?? name) };
}

/** Nodes 2.0 watches a node's list of inputs: our badges read this mark there, and setting it has them read anew. */
function touch(node) {
  if (node.inputs) node.inputs[LOOKED] = (node.inputs[LOOKED] ?? 0) + 1;
  node.graph?.setDirtyCanvas?.(true, true);
}
