/** The jobs that a person has marked in the sidebar, to see their videos side by side. */
import { element } from "./elements.js";

export const MOST = 4;

/** The videos of jobs, in the order in which they were marked, as many as are shown at once: `{ job, place }` each. */
export function videosOf(jobs) {
  return jobs.flatMap((job) => job.clips.map((place) => ({ job, place }))).slice(0, MOST);
}

export class Marks {
  /** `compare(videos)` opens the view. */
  constructor({ say, compare }) {
    Object.assign(this, { say, compare });
    this.jobs = [];
    this.boxes = new Map();
    this.bar = element("div", { class: "apimart-marks", hidden: true });
  }

  /** The box of a job that has a video; null for any other. */
  box(job) {
    if (!job.clips.length) return null;
    const box = element("input", {
      type: "checkbox", class: "apimart-mark", title: this.say("mark.one"), "aria-label": this.say("mark.one"),
      onchange: () => this.mark(job, box.checked),
    });
    this.boxes.set(job.id, box);
    this.show(box, job.id);
    return box;
  }

  mark(job, isMarked) {
    this.jobs = this.jobs.filter((one) => one.id !== job.id);
    if (isMarked) this.jobs.push(job);
    this.draw();
  }

  clear() {
    this.jobs = [];
    this.draw();
  }

  draw() {
    for (const [id, box] of this.boxes) this.show(box, id);
    const videos = videosOf(this.jobs);
    this.bar.hidden = !videos.length;
    this.bar.replaceChildren(
      element("button", { class: "apimart-button", type: "button", disabled: videos.length < 2, onclick: () => this.compare(videos) },
        videos.length < 2 ? this.say("mark.more") : this.say("mark.compare", { count: videos.length })),
      element("button", { class: "apimart-button", type: "button", onclick: () => this.clear() }, this.say("mark.clear")));
  }

  show(box, id) {
    box.checked = this.jobs.some((job) => job.id === id);
    box.disabled = !box.checked && videosOf(this.jobs).length >= MOST;
  }
}
