/** What a person is told when a graph is opened: what it would cost, and a key that should not be in it. */
import { usd } from "./amounts.js";
import { nodesOf, runs, typeOf } from "./graph.js";

// Keys of APIMart and of others that look the same; shorter words that begin like this are no keys.
const KEY = /\bsk-[A-Za-z0-9_-]{20,}/;

export function holdsKey(graph) {
  return KEY.test(JSON.stringify(graph ?? null));
}

/** What running the graph would buy: `quotes` as the badges know them, those in the books left out. */
export function bill(quotes) {
  const paid = quotes.filter((quote) => quote && !quote.sandbox && !quote.bought);
  const priced = paid.filter((quote) => quote.usd !== null);
  return {
    count: priced.length,
    usd: priced.reduce((sum, quote) => sum + quote.usd, 0),
    unknown: paid.length - priced.length,
  };
}

/** The sentences for a bill, empty when nothing would be bought. */
export function billText({ count, usd: sum, unknown }, say) {
  if (!count && !unknown) return "";
  if (!count) return say("notice.only.unknown", { count: unknown });
  const text = say("notice.sum", { count, usd: usd(sum) });
  return unknown ? `${text} ${say("notice.unknown", { count: unknown })}` : text;
}

export function nodesThatBuy(graph, families) {
  return nodesOf(graph).filter((node) => families.has(typeOf(node)) && runs(node));
}

/** Graphs that were spoken of in this browser session. */
export function spoken(storage, name = "apimart.spoken") {
  const known = new Set(JSON.parse(storage.getItem(name) ?? "[]"));
  return (id) => {
    if (!id || known.has(id)) return Boolean(id);
    known.add(id);
    storage.setItem(name, JSON.stringify([...known].slice(-200)));
    return false;
  };
}
