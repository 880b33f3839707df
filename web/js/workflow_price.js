/** What a run of the open workflow would purchase: a sum for the sidebar, and for the notice when it is opened. */
import { usd } from "./amounts.js";
import { element } from "./elements.js";
import { executed } from "./execution.js";
import { nodesOf, runs } from "./graph.js";

/**
 * The sum over the nodes that would run: `[{ quote, isLinked, isMany, isSure }]`, `quote` as the badges know it.
 *
 * Nodes that ask the same question are one purchase. `priced` and `unpriced` count what is to be purchased, `isMore`
 * says that lists may make them more, `isDearer` that the sum may be higher; `perhaps` counts what a run may leave out.
 */
export function bill(nodes) {
  const asked = oncePerRequest(nodes);
  const sure = asked.filter((one) => one.isSure);
  const unpaid = sure.filter((one) => !one.quote?.bought);
  const priced = unpaid.filter((one) => one.quote && one.quote.usd !== null);
  return {
    priced: priced.length,
    unpriced: unpaid.length - priced.length,
    usd: priced.reduce((sum, one) => sum + one.quote.usd, 0),
    isMore: unpaid.some((one) => one.isMany),
    isDearer: priced.length < unpaid.length || unpaid.some((one) => one.isMany || one.isLinked),
    paid: sure.filter((one) => ["kept", "running"].includes(one.quote?.bought)).length,
    unknown: sure.filter((one) => one.quote?.bought === "unknown").length,
    perhaps: asked.filter((one) => !one.isSure && !one.quote?.bought).length,
    isSandbox: asked.some((one) => one.quote?.sandbox),
  };
}

function oncePerRequest(nodes) {
  const seen = new Set();
  const isFirst = ({ quote }) => !quote?.request || (!seen.has(quote.request) && seen.add(quote.request));
  return [...nodes].sort((one, other) => other.isSure - one.isSure).filter(isFirst);
}

/** "This workflow: 3 to purchase, $1.84 - 1 already paid"; empty for a workflow of no such nodes. */
export function workflowText(sum, hasNodes, say) {
  if (!hasNodes) return "";
  const count = sum.priced + sum.unpriced;
  const isAny = count + sum.paid + sum.unknown + sum.perhaps > 0;
  const parts = [
    count ? say("workflow.sum", { count: counted(count, sum, say), usd: summed(sum, say) }) : say(isAny ? "workflow.none" : "workflow.idle"),
    sum.perhaps && say("workflow.perhaps", { count: sum.perhaps }),
    sum.paid && say("workflow.paid", { count: sum.paid }),
    sum.unknown && say("workflow.unknown", { count: sum.unknown }),
    sum.isSandbox && say("workflow.sandbox"),
  ];
  return parts.filter(Boolean).join(" - ");
}

function counted(count, { isMore }, say) {
  return isMore ? say("amount.least", { amount: count }) : String(count);
}

function summed({ priced, usd: amount, isDearer }, say) {
  if (!priced) return say("badge.unpriced");
  return isDearer ? say("amount.least", { amount: usd(amount) }) : usd(amount);
}

/** The line in the sidebar; `badges` know the price of each node, `declared(node)` is what ComfyUI says of its class. */
export class WorkflowPrice {
  constructor({ root, declared, badges, say }) {
    Object.assign(this, { root, declared, badges, say });
    this.line = element("p", { class: "apimart-price", role: "status" });
  }

  sum() {
    const ours = executed(this.root(), this.declared).filter(({ node }) => this.badges.has(node));
    return bill(ours.map((one) => ({ ...one, ...this.badges.priceOf(one.node) })));
  }

  draw() {
    const hasNodes = nodesOf(this.root()).some((node) => this.badges.has(node) && runs(node));
    const text = workflowText(this.sum(), hasNodes, this.say);
    if (this.line.textContent !== text) this.line.textContent = text;
  }
}
