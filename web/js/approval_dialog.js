/** The dialog in which a person approves or declines what waits, and the line in the sidebar that opens it again. */
import { moment, usd } from "./amounts.js";
import { sumOf } from "./approvals.js";
import { element, iconButton } from "./elements.js";

const TITLE = "apimart-approval-title";
/** How long the buttons rest once more is asked for than before: a click on its way must not approve that. */
const REST_MS = 1000;

export class ApprovalDialog {
  /** `place(element)` puts one on the page, `answer(ids, isYes)` gives the answer to questions. */
  constructor({ say, language, place, answer }) {
    Object.assign(this, { say, language, place, answer });
    this.line = element("div", { class: "apimart-waits", role: "status" });
    this.root = null;
    this.isResting = false;
  }

  /** Show what waits; closing the dialog decides nothing. */
  draw(found, isNew) {
    const { approvals } = found;
    this.drawLine(approvals);
    if (!approvals.length) return this.root?.close();
    this.root ??= this.made();
    if (isNew && this.root.open) this.rest();
    this.fill(found);
    if (isNew && !this.root.open) this.open();
  }

  open() {
    this.root.showModal();
    this.root.querySelector("h2").focus();
  }

  made() {
    // ComfyUI's own keys (Delete, Ctrl+Enter) are not for this dialog.
    const root = element("dialog", { class: "apimart-dialog", "aria-labelledby": TITLE, onkeydown: (event) => event.stopPropagation() });
    this.place(root);
    return root;
  }

  drawLine(approvals) {
    const sum = sumOf(approvals);
    const text = this.say("approval.waiting", { count: sum.jobs.length, usd: this.summed(sum) });
    const button = element("button", { class: "apimart-button apimart-asks", type: "button", onclick: () => this.open() }, text);
    this.line.replaceChildren(...(approvals.length ? [button] : []));
  }

  fill({ approvals, now, today_usd: today, limit_usd_per_day: limit }) {
    const { say } = this;
    const sum = sumOf(approvals);
    const ends = moment(sum.until - now + Date.now() / 1000, this.language());
    const fact = (key, value) => [element("dt", {}, say(key)), element("dd", {}, value)];
    this.buttons = this.buttonsFor(approvals, sum);
    const isFocused = this.root.contains(this.root.ownerDocument.activeElement);
    this.root.replaceChildren(
      element("header", {}, element("h2", { id: TITLE, tabindex: -1 }, say("approval.title")),
        iconButton("pi-times", say("approval.close"), () => this.root.close())),
      element("ul", { class: "apimart-asked" }, ...sum.jobs.map((job) => this.job(job))),
      element("dl", {}, ...fact("approval.sum", this.summed(sum)), ...fact("approval.today", usd(today)),
        ...fact("approval.limit", limit === null ? say("limit.none") : usd(limit))),
      element("p", { class: "apimart-note" }, say("approval.until", { time: ends })),
      element("footer", {}, ...this.buttons));
    if (isFocused) this.root.querySelector("h2").focus();
  }

  job({ model, prompt, project, estimate_usd: price }) {
    return element("li", {},
      element("div", { class: "apimart-line" }, element("b", { title: model }, model),
        element("span", {}, price === null ? this.say("badge.unpriced") : usd(price))),
      prompt && element("p", { title: prompt }, prompt),
      project && element("small", {}, project));
  }

  buttonsFor(approvals, sum) {
    const ids = approvals.map(({ id }) => id);
    const button = (name, onclick, text) =>
      element("button", { class: name, type: "button", disabled: this.isResting, onclick }, text);
    return [
      button("apimart-button", () => this.decide(ids, false), this.say("approval.decline")),
      button("apimart-button is-primary", () => this.decide(ids, true), this.say("approval.approve", { usd: this.summed(sum) })),
    ];
  }

  async decide(ids, isYes) {
    this.allow(false);
    await this.answer(ids, isYes);
  }

  rest() {
    this.isResting = true;
    setTimeout(() => {
      this.isResting = false;
      this.allow(true);
    }, REST_MS);
  }

  allow(isAllowed) {
    for (const button of this.buttons) button.disabled = !isAllowed;
  }

  summed({ usd: amount, isAtLeast }) {
    return isAtLeast ? this.say("amount.least", { amount: usd(amount) }) : usd(amount);
  }
}
