/** The sidebar tab: every job, what may be done with it, and what was spent. */
import { moment, span, usd } from "./amounts.js";
import { chart, columns } from "./chart.js";
import { element, iconButton } from "./elements.js";
import { Finder, isFound } from "./job_search.js";
import { Jobs, PAGE, actionsOf, costOf, overdue, progressOf } from "./jobs.js";
import { Marks } from "./marked_jobs.js";
import { Agreement } from "./reconcile.js";

const DAYS = 30;
const ICONS = { collect: "pi-download", open: "pi-play", canvas: "pi-plus", final: "pi-angle-double-up", graph: "pi-sitemap", copy: "pi-copy" };
const FILTERS = { "": "jobs.all", open: "jobs.open", done: "jobs.done", failed: "jobs.failed" };

export class Sidebar {
  /**
   * `act(name, job)` does what a button says, `language()` and `say` are the texts, `address` makes routes' addresses,
   * `top` are the elements above everything.
   */
  constructor({ server, act, say, language, address, openSettings, top = [] }) {
    Object.assign(this, { server, act, say, language, address, openSettings, top });
    this.finder = new Finder({ server, say, changed: () => this.search(), fail: (error) => this.act("fail", error) });
    this.marks = new Marks({ say, compare: (videos) => this.act("compare", videos) });
    this.jobs = new Jobs();
    this.jobs.isWanted = (job) => isFound(job, this.finder);
    this.rows = new Map();
    this.root = null;
  }

  open(place) {
    this.close();
    this.root = element("div", { class: "apimart-tab" });
    place.replaceChildren(this.root);
    this.draw();
    this.ticking = setInterval(() => this.tick(), 1000);
    return this.reload();
  }

  close() {
    clearInterval(this.ticking);
    this.watcher?.disconnect();
    this.root = null;
  }

  /** A job has moved. */
  hear(job, hasLeft) {
    const isNew = this.jobs.put(job, Date.now());
    if (!this.root) return;
    if (isNew) this.fill();
    else this.drawRow(job);
    if (hasLeft) this.loadTotals();
  }

  async reload() {
    await Promise.all([this.load(true), this.loadTotals(), this.loadStatus(), this.finder.loadProjects(), this.agreement.load()]);
  }

  async load(isFirst) {
    const offset = isFirst ? 0 : this.jobs.list.length;
    const asking = this.asking();
    const asked = Date.now();
    try {
      const page = await this.server.get(`jobs?limit=${PAGE}&offset=${offset}&${asking}`);
      if (asking !== this.asking()) return;
      this.jobs.take(page, isFirst, asked);
      if (this.root) this.fill();
    } catch (error) {
      this.list?.replaceChildren(element("p", { class: "apimart-note" }, this.say("jobs.unreachable", { reason: error.message })));
    }
  }

  /** What is shown, for the address of a route. */
  asking() {
    return `show=${this.jobs.show}&${this.finder.query}`;
  }

  async loadTotals() {
    const { project } = this.finder;
    const found = await this.server.get(`totals?${new URLSearchParams({ days: DAYS, ...(project && { project }) })}`).catch(() => null);
    if (!this.root || !found || project !== this.finder.project) return;
    this.sums.replaceChildren(this.sum("jobs.today", found.today_usd), this.sum("jobs.month", found.month_usd),
      ...(project ? [this.sumOfProject(found)] : []));
    const drawn = columns(found.rows, found.first_day, found.last_day);
    const label = this.say("jobs.chart", { days: DAYS });
    const none = element("p", { class: "apimart-note" }, this.say("jobs.chart.none", { days: DAYS }));
    this.chart.replaceChildren(element("summary", {}, label), drawn.highest > 0 ? chart(drawn, label) : none);
  }

  async loadStatus() {
    const found = await this.server.get("status").catch(() => null);
    if (!this.root || !found) return;
    const nokey = !found.key.configured && !found.sandbox;
    const notes = [
      found.sandbox && element("p", { class: "apimart-sandbox" }, this.say("jobs.sandbox")),
      nokey && element("p", { class: "apimart-note" }, this.say("jobs.nokey"), " ",
        element("button", { class: "apimart-button", type: "button", onclick: this.openSettings }, this.say("jobs.settings"))),
    ];
    this.notes.replaceChildren(...notes.filter(Boolean));
  }

  draw() {
    this.sums = element("div", { class: "apimart-sums" });
    this.chart = element("details", { open: true });
    this.agreement = new Agreement(this);
    this.notes = element("div");
    this.filters = element("div", { class: "apimart-filters", role: "tablist" });
    this.list = element("ul", { class: "apimart-jobs" });
    this.end = element("div", { class: "apimart-end" });
    const head = element("header", {}, element("h2", {}, "APIMart"),
      iconButton("pi-refresh", this.say("jobs.refresh"), () => this.reload()),
      iconButton("pi-cog", this.say("jobs.settings"), this.openSettings));
    this.root.replaceChildren(head, ...this.top, this.notes, this.finder.draw(), this.sums, this.chart, this.agreement.root,
      this.filters, this.marks.bar, this.list, this.end);
    this.drawFilters();
    this.watcher = new IntersectionObserver((seen) => {
      if (seen.some((one) => one.isIntersecting) && this.jobs.hasMore) this.load(false);
    });
    this.watcher.observe(this.end);
  }

  drawFilters() {
    const made = Object.entries(FILTERS).map(([show, key]) =>
      element("button", { type: "button", role: "tab", "aria-selected": String(show === this.jobs.show), onclick: () => this.filter(show) },
        this.say(key)));
    this.filters.replaceChildren(...made);
  }

  filter(show) {
    this.jobs.show = show;
    this.drawFilters();
    return this.load(true);
  }

  search() {
    return Promise.all([this.load(true), this.loadTotals()]);
  }

  /** Rows that are there are kept, so that a thousand jobs cost what changed. */
  fill() {
    const kept = new Map(this.jobs.list.map((job) => [job.id, this.rows.get(job.id)]));
    this.rows = new Map();
    for (const job of this.jobs.list) {
      const row = kept.get(job.id) ?? element("li");
      this.rows.set(job.id, row);
      this.drawRow(job);
    }
    const empty = this.say(this.finder.isNarrowed ? "jobs.empty.found" : this.jobs.show ? "jobs.empty.shown" : "jobs.empty");
    const rows = [...this.rows.values()];
    this.list.replaceChildren(...(rows.length ? rows : [element("li", { class: "apimart-note" }, empty)]));
  }

  drawRow(job) {
    const row = this.rows.get(job.id);
    if (!row) return;
    const drawn = JSON.stringify(job) + this.language();
    if (row.dataset.drawn === drawn) return;
    row.dataset.drawn = drawn;
    row.dataset.id = job.id;
    row.className = `apimart-job is-${job.state}`;
    row.replaceChildren(this.picture(job), element("div", { class: "apimart-about" },
      element("div", { class: "apimart-line" },
        this.marks.box(job),
        element("b", { title: job.model }, job.model || job.task_id || job.id),
        element("span", { class: "apimart-state" }, this.say(`state.${job.state}`))),
      job.prompt && element("p", { title: job.prompt }, job.prompt),
      job.reason && element("p", { class: "apimart-reason", title: job.reason }, job.reason),
      job.state === "fetched" && !job.clips.length && element("p", { class: "apimart-reason" }, this.say("job.gone")),
      job.state === "running" && this.bar(job),
      job.state === "unknown" && this.declaring(job),
      element("div", { class: "apimart-line" }, element("small", {}, this.facts(job)), this.buttons(job))));
  }

  picture(job) {
    if (!job.clips.length) return element("div", { class: "apimart-thumb" }, element("i", { class: "pi pi-video" }));
    const src = this.address(`jobs/${job.id}/thumbnail`);
    return element("button", { class: "apimart-thumb", type: "button", title: this.say("job.open"), onclick: () => this.act("open", job) },
      element("img", { src, loading: "lazy", alt: "" }));
  }

  bar(job) {
    const bar = element("div", { class: "apimart-bar" }, element("div"), element("small"));
    this.move(bar, job);
    return bar;
  }

  move(bar, job) {
    const now = Date.now() / 1000;
    const progress = progressOf(job, now);
    const left = job.ends_at ? job.ends_at - now : null;
    bar.firstChild.style.width = `${Math.round((progress ?? 0) * 100)}%`;
    bar.lastChild.textContent = left === null ? "" : left > 0 ? this.say("job.left", { time: span(left) }) : this.say("job.late");
  }

  tick() {
    for (const job of this.jobs.list) {
      const bar = job.state === "running" && this.rows.get(job.id)?.querySelector(".apimart-bar");
      if (bar) this.move(bar, job);
    }
    for (const job of overdue(this.jobs, Date.now())) this.look(job);
  }

  async look(job) {
    this.jobs.put(job, Date.now());
    const found = await this.server.get(`jobs/${job.id}`).catch(() => null);
    if (found) this.hear(found.job, found.job.state !== "running");
  }

  facts(job) {
    const cost = costOf(job);
    const price = cost && (cost.usd === 0 ? this.say("job.free") : usd(cost.usd));
    return [
      cost?.isEstimate && cost.usd > 0 ? this.say("job.about", { usd: price }) : price,
      moment(job.created_at, this.language()),
      job.take > 0 && this.say("job.take", { take: job.take }),
      job.project,
    ].filter(Boolean).join(" · ");
  }

  buttons(job) {
    const made = actionsOf(job).map((name) => iconButton(ICONS[name], this.say(`job.${name}`), () => this.act(name, job)));
    return element("span", { class: "apimart-actions" }, ...made);
  }

  declaring(job) {
    const id = element("input", { type: "text", placeholder: this.say("job.declare.id"), maxlength: 128, spellcheck: "false" });
    const button = (key, declared) =>
      element("button", { class: "apimart-button", type: "button", onclick: () => this.act("declare", job, declared()) }, this.say(key));
    return element("div", { class: "apimart-declare" }, element("p", {}, this.say("job.declare")), id,
      button("job.declare.bought", () => ({ bought: true, task_id: id.value.trim() })),
      button("job.declare.not", () => ({ bought: false })));
  }

  sum(key, amount, values) {
    return element("div", {}, element("small", {}, this.say(key, values)), element("strong", {}, usd(amount)));
  }

  sumOfProject({ project_usd: spent, limit_usd_per_project: limit }) {
    return limit === null ? this.sum("jobs.project", spent) : this.sum("jobs.project.of", spent, { usd: usd(limit) });
  }
}
