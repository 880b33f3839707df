/** The jobs that the sidebar knows: pages from the server, kept current by its events. */

export const PAGE = 50;
const SILENT_MS = 10_000;
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
    this.isWanted = () => true;
    this.list = [];
    this.hasMore = false;
    this.heard = new Map();
  }

  /**
   * A page from the server, asked for at `asked` (ms); the first one replaces what was there. Pages may overlap when
   * jobs came in between, and what an event has said since is newer than the page.
   */
  take(page, isFirst, asked) {
    if (isFirst) this.list = [];
    const known = new Set(this.list.map((job) => job.id));
    const newer = (job) => (this.heard.get(job.id)?.at >= asked ? this.heard.get(job.id).job : job);
    this.list.push(...page.jobs.filter((job) => !known.has(job.id)).map(newer));
    this.hasMore = page.jobs.length === PAGE;
  }

  /** One job as it stands at `now` (ms); true when the list has changed its length. */
  put(job, now) {
    this.heard.set(job.id, { job, at: now });
    const place = this.list.findIndex((one) => one.id === job.id);
    if (place < 0) {
      if (!SHOWS[this.show](job) || !this.isWanted(job)) return false;
      this.list.unshift(job);
      return true;
    }
    this.list[place] = job;
    return false;
  }
}

/** Running jobs that should have ended and of which nothing was heard for a while: an event may have been lost. */
export function overdue(jobs, now) {
  const isSilent = (job) => now - (jobs.heard.get(job.id)?.at ?? 0) > SILENT_MS;
  return jobs.list.filter((job) => job.state === "running" && job.ends_at * 1000 < now && isSilent(job));
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
    job.has_final && "final",
    "graph",
    job.task_id && "copy",
  ].filter(Boolean);
}
