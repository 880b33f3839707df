/** The jobs that the sidebar knows: pages from the server, kept current by its events. */

export const PAGE = 50;
const OPEN = ["waiting", "unknown", "running", "ended"];
const SHOWS = {
  "": () => true,
  open: (job) => OPEN.includes(job.state),
  done: (job) => job.state === "fetched",
  failed: (job) => job.state === "failed" || job.state === "dropped",
};

export class Jobs {
  constructor() {
    this.show = "";
    this.list = [];
    this.hasMore = false;
    this.counts = {};
    this.sandbox = false;
  }

  /** A page from the server; the first one replaces what was there. Pages may overlap when jobs came in between. */
  take(page, isFirst) {
    if (isFirst) this.list = [];
    const known = new Set(this.list.map((job) => job.id));
    this.list.push(...page.jobs.filter((job) => !known.has(job.id)));
    this.hasMore = page.jobs.length === PAGE;
    this.counts = page.counts;
    this.sandbox = page.sandbox;
  }

  /** One job as it stands now; true when the list has changed its length. A finished progress never goes back. */
  put(job) {
    const place = this.list.findIndex((one) => one.id === job.id);
    if (place < 0) {
      if (!SHOWS[this.show](job)) return false;
      this.list.unshift(job);
      return true;
    }
    this.list[place] = job;
    return false;
  }
}

/** How far a job is, 0..1, or null; between two looks of the server it moves with the clock. */
export function progressOf(job, now) {
  if (job.state !== "running") return null;
  if (!job.ends_at || job.ends_at <= job.created_at) return job.progress;
  const byClock = Math.min(0.95, (now - job.created_at) / (job.ends_at - job.created_at));
  return Math.max(job.progress ?? 0, byClock);
}

/** What a job cost, or is thought to cost: `{ usd, isEstimate }`, null for nobody knows. */
export function costOf(job) {
  if (job.cost_usd !== null) return { usd: job.cost_usd, isEstimate: false };
  if (job.state === "failed" || job.state === "dropped") return { usd: 0, isEstimate: false };
  return job.estimate_usd === null ? null : { usd: job.estimate_usd, isEstimate: true };
}

/** Which buttons a job has. */
export function actionsOf(job) {
  const hasClip = job.clips.length > 0;
  return [
    job.task_id && !hasClip && job.state !== "failed" && job.state !== "dropped" && "collect",
    hasClip && "open",
    (hasClip || (job.task_id && job.state !== "failed")) && "canvas",
    "graph",
    job.task_id && "copy",
  ].filter(Boolean);
}
