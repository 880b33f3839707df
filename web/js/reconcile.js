/** Whether the ledger agrees with what APIMart charged: one quiet line in the sidebar, the differences behind a click. */
import { usd } from "./amounts.js";
import { element } from "./elements.js";

const KINDS = { "unknown here": "reconcile.unknown", "not charged": "reconcile.missing", "price moved": "reconcile.price" };

/** A UTC day (`2026-11-24`) as the language writes it. */
export function dayText(day, language) {
  const form = { month: "short", day: "numeric", timeZone: "UTC" };
  return new Intl.DateTimeFormat(language, form).format(new Date(`${day}T12:00:00Z`));
}

export function differenceText(row, say, language) {
  const amount = row.kind === "price moved" ? `${row.usd < 0 ? "-" : "+"}${usd(Math.abs(row.usd))}` : usd(Math.abs(row.usd));
  return say(KINDS[row.kind], { usd: amount, day: dayText(row.day, language), model: row.model });
}

/** What a report says in one line. Where nothing was compared, for whatever reason, it is the same quiet one. */
export function lineOf(report, say, language) {
  if (report.state !== "compared") return say("reconcile.none");
  const [first, ...more] = report.differences;
  if (!first) return say("reconcile.agrees", { day: dayText(report.last, language) });
  const line = differenceText(first, say, language);
  return more.length ? `${line} ${say("reconcile.more", { count: more.length })}` : line;
}

/** What stands behind the line, a sentence each. */
export function detailsOf(report, say, language) {
  const perhaps = Object.values(report.perhaps ?? {}).map((tasks) => say("reconcile.perhaps", { tasks: tasks.join(", ") }));
  const isUnknown = report.differences.some((row) => row.kind === "unknown here");
  return [
    ...report.differences.map((row) => differenceText(row, say, language)),
    ...perhaps,
    isUnknown && say("reconcile.others"),
    say("reconcile.about"),
  ].filter(Boolean);
}

/** The element for the sidebar; `load` fills it with what was last found, its button asks APIMart now. */
export class Agreement {
  constructor({ server, say, language, address }) {
    Object.assign(this, { server, say, language, address });
    this.root = element("details", { class: "apimart-agreement", hidden: true });
  }

  /** The account is its owner's: for anybody else there is no such line. */
  async load() {
    const found = await this.server.get("reconcile").catch(() => null);
    if (found) this.show(found);
  }

  show(report, failure = "") {
    const note = (sentence) => element("p", { class: "apimart-note" }, sentence);
    const asking = () => this.ask();
    this.root.hidden = false;
    this.root.replaceChildren(
      element("summary", {}, lineOf(report, this.say, this.language())),
      failure && note(failure),
      ...detailsOf(report, this.say, this.language()).map(note),
      element("button", { class: "apimart-button", type: "button", onclick: asking }, this.say("reconcile.now")),
      element("a", { class: "apimart-button", href: this.address("bill.csv"), download: "apimart_bill.csv" }, "CSV"),
    );
    this.report = report;
  }

  async ask() {
    try {
      this.show(await this.server.post("reconcile/now"));
    } catch (error) {
      this.show(this.report, error.message);
    }
  }
}
