/** Tells a person who looks elsewhere that a long job has ended: a notification, and a mark in the page's title. */
import { usd } from "./amounts.js";

const LONG_SECONDS = 60;
const MARK = "● ";
const ENDS = { fetched: "away.done", failed: "away.failed" };

export class Away {
  /** `page` is the document, `Notice` the browser's Notification where it has one, `isWanted()` the setting. */
  constructor({ page, Notice, isWanted, say }) {
    Object.assign(this, { page, Notice, isWanted, say });
    this.isMarked = false;
  }

  /** Ask the browser, which asks the person: once, when she switches the setting on. */
  async permit() {
    if (this.Notice?.permission === "default") await this.Notice.requestPermission();
  }

  ended(job) {
    const text = ENDS[job.state];
    const seconds = (job.ended_at ?? Date.now() / 1000) - job.created_at;
    if (!text || seconds <= LONG_SECONDS || !this.page.hidden || !this.isWanted()) return;
    this.isMarked = true;
    this.look();
    this.notify(job, this.say(text, { model: job.model, usd: usd(job.cost_usd ?? job.estimate_usd ?? 0) }));
  }

  /** Keeps the mark while nobody looks, since ComfyUI writes the title anew, and takes it off when somebody does. */
  look() {
    if (!this.isMarked) return;
    this.isMarked = this.page.hidden;
    const title = this.page.title.startsWith(MARK) ? this.page.title.slice(MARK.length) : this.page.title;
    const marked = this.isMarked ? MARK + title : title;
    if (this.page.title !== marked) this.page.title = marked;
  }

  notify(job, text) {
    if (this.Notice?.permission !== "granted") return;
    try {
      new this.Notice(text, { body: job.prompt, tag: job.id });
    } catch {
      // A browser that has notifications only for service workers: the mark says it.
    }
  }
}
