/** Finding jobs: words, a project, and what is found as a file. */
import { element, iconButton } from "./elements.js";

const PAUSE_MS = 300;
const MOST_CHARACTERS = 200;
const FILE = "apimart_jobs.csv";

/** The field, the list of projects, and the export, above the jobs of the sidebar. */
export class Finder {
  /** `server` answers `projects` and gives `jobs.csv`, `say` is the language, `changed()` is told of another search. */
  constructor({ server, say, changed, fail }) {
    Object.assign(this, { server, say, changed, fail });
    this.words = "";
    this.project = "";
    this.projects = [];
  }

  /** What narrows the jobs, for the address of a route. */
  get query() {
    const asked = new URLSearchParams();
    if (this.words) asked.set("words", this.words);
    if (this.project) asked.set("project", this.project);
    return `${asked}`;
  }

  get isNarrowed() {
    return this.query !== "";
  }

  draw() {
    this.field = element("input", {
      type: "search", placeholder: this.say("find.words"), title: this.say("find.hint"), "aria-label": this.say("find.words"), maxlength: MOST_CHARACTERS,
      spellcheck: "false", oninput: () => this.type(), onkeydown: (event) => event.stopPropagation(),
    });
    this.field.value = this.words;
    this.list = element("select", { "aria-label": this.say("find.project"), onchange: () => this.choose(this.list.value) });
    this.drawProjects();
    const line = element("div", { class: "apimart-find" }, this.field, iconButton("pi-file-export", this.say("find.export"), () => this.export()));
    return element("div", { class: "apimart-finder" }, line, this.list);
  }

  async loadProjects() {
    const found = await this.server.get("projects").catch(() => null);
    if (!found) return;
    this.projects = found.projects;
    if (this.list) this.drawProjects();
  }

  /** The list is there only where there is something to choose. */
  drawProjects() {
    const names = this.project && !this.projects.includes(this.project) ? [this.project, ...this.projects] : this.projects;
    const option = (name, text) => element("option", { value: name, selected: name === this.project }, text);
    this.list.replaceChildren(option("", this.say("find.all")), ...names.map((name) => option(name, name)));
    this.list.hidden = names.length === 0;
  }

  /** Asked once nothing was typed for a moment. */
  type() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.search(this.field.value), PAUSE_MS);
  }

  search(typed) {
    const words = typed.trim().replace(/\s+/g, " ");
    if (words === this.words) return;
    this.words = words;
    this.changed();
  }

  choose(project) {
    this.project = project;
    this.changed();
  }

  async export() {
    try {
      const asked = this.project ? `?${new URLSearchParams({ project: this.project })}` : "";
      save(await this.server.file(`jobs.csv${asked}`), FILE);
    } catch (error) {
      this.fail(error);
    }
  }
}

/** Whether a job is one of those that are looked for, as the server judges it. */
export function isFound(job, { words, project }) {
  if (project && job.project !== project) return false;
  const text = [job.prompt, job.model, job.project, job.task_id ?? ""].join(" ").toLowerCase();
  const day = dayOf(job.created_at);
  return words.split(" ").every((word) => (/^\d{4}-\d\d(-\d\d)?$/.test(word) ? day.startsWith(word) : text.includes(word.toLowerCase())));
}

/** The local day, 2026-11-26. */
function dayOf(unixSeconds) {
  const then = new Date(unixSeconds * 1000);
  const two = (number) => String(number).padStart(2, "0");
  return `${then.getFullYear()}-${two(then.getMonth() + 1)}-${two(then.getDate())}`;
}

function save(blob, name) {
  const address = URL.createObjectURL(blob);
  element("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 0);
}
