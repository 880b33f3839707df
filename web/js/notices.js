/** What a person is told when a graph is opened: what it would cost, and a key that should not be in it. */
import { usd } from "./amounts.js";

// Keys of APIMart and of others that look the same; shorter words that begin like this are no keys.
const KEY = /\bsk-[A-Za-z0-9_-]{20,}/;

export function holdsKey(graph) {
  return KEY.test(JSON.stringify(graph ?? null));
}

/** The sentences for a bill, empty when nothing would be charged. */
export function billText({ priced, unpriced, usd: sum, isSandbox }, say) {
  if (isSandbox || !(priced + unpriced)) return "";
  if (!priced) return say("notice.only.unknown", { count: unpriced });
  const text = say("notice.sum", { count: priced, usd: usd(sum) });
  return unpriced ? `${text} ${say("notice.unknown", { count: unpriced })}` : text;
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
