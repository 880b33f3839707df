/** The view in which videos play side by side, with what differs between their requests. */
import { element, iconButton } from "./elements.js";
import { FRAMES_PER_SECOND, InStep } from "./playback.js";

const KEYS = { ArrowLeft: (all) => all.step(-1), ArrowRight: (all) => all.step(1), Home: (all) => all.seek(0), End: (all) => all.seek(Infinity) };

/** The parameters that are not the same in all requests: `[name, [value, ...]]` each, empty where one has none. */
export function differences(requests) {
  const names = new Set(requests.flatMap(({ parameters }) => Object.keys(parameters)));
  const rows = [...names].map((name) => [name, requests.map(({ parameters }) => written(parameters[name]))]);
  return rows.filter(([, values]) => values.some((value) => value !== values[0]));
}

function written(value) {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** The rate that the requests agree on, else a usual one. */
export function rateOf(requests) {
  const rates = new Set(requests.map(({ parameters }) => parameters.fps));
  const [rate] = rates;
  return rates.size === 1 && rate > 0 ? rate : FRAMES_PER_SECOND;
}

export class Comparison {
  /**
   * `requests` are what the jobs of `videos` (`{ job, place }`) asked for. `address(place)` is where a file is served,
   * `use(job, request)` sets the node and gives whether it is there, `openWorkflow(job)` opens where it is.
   */
  constructor({ videos, requests, say, address, use, openWorkflow }) {
    Object.assign(this, { videos, requests, say, use, openWorkflow });
    this.players = videos.map(({ place }, number) =>
      element("video", { src: address(place), preload: "auto", playsinline: true, onloadedmetadata: () => this.measure() }));
    this.players.forEach((player, number) => (player.muted = number > 0));
    this.all = new InStep(this.players, { fps: rateOf(requests), drawn: (frame, isPlaying) => this.show(frame, isPlaying) });
  }

  /** Opens it inside `place`, which gives it its style; it is gone once closed. */
  open(place) {
    this.dialog = element("dialog", { class: "apimart-compare", "aria-label": this.say("compare.title"),
      onclose: () => this.end(), onkeydown: (event) => this.press(event) },
      element("header", {}, element("h2", {}, this.say("compare.title")),
        iconButton("pi-times", this.say("compare.close"), () => this.dialog.close())),
      this.stage(), this.controls(), this.note(), this.table());
    place.append(this.dialog);
    this.dialog.showModal();
    this.playing.focus();
  }

  end() {
    this.all.pause();
    this.players.forEach((player) => player.removeAttribute("src"));
    this.dialog.remove();
  }

  stage() {
    const shown = this.videos.map(({ job }, number) =>
      element("figure", {}, this.players[number], element("figcaption", {}, element("span", {}, this.nameOf(number)),
        element("button", { class: "apimart-button", type: "button", onclick: () => this.take(job, this.requests[number]) }, this.say("compare.take")))));
    this.frame = element("div", { class: "apimart-stage" }, ...shown);
    return this.frame;
  }

  controls() {
    this.playing = iconButton("pi-play", this.say("compare.play"), () => this.all.toggle());
    this.scrub = element("input", { type: "range", min: 0, max: 0, value: 0, "aria-label": this.say("compare.frame"),
      oninput: () => { this.all.pause(); this.all.seek(Number(this.scrub.value)); } });
    this.count = element("output");
    return element("div", { class: "apimart-line" },
      iconButton("pi-step-backward", this.say("compare.back"), () => this.all.step(-1)), this.playing,
      iconButton("pi-step-forward", this.say("compare.on"), () => this.all.step(1)), this.scrub, this.count,
      this.tick("compare.loop", this.all.loops, (isOn) => (this.all.loops = isOn)),
      this.videos.length === 2 && this.wiping());
  }

  /** One video over the other, up to a line that is moved. */
  wiping() {
    const line = element("input", { type: "range", min: 0, max: 100, value: 50, "aria-label": this.say("compare.line"), hidden: true,
      oninput: () => this.frame.style.setProperty("--apimart-wipe", `${line.value}%`) });
    const tick = this.tick("compare.wipe", false, (isOn) => {
      this.frame.classList.toggle("is-wiped", isOn);
      line.hidden = !isOn;
    });
    return element("span", { class: "apimart-wipe" }, tick, line);
  }

  tick(key, isOn, changed) {
    const box = element("input", { type: "checkbox", checked: isOn, onchange: () => changed(box.checked) });
    return element("label", {}, box, this.say(key));
  }

  note() {
    this.said = element("p", { class: "apimart-note", role: "status" });
    return this.said;
  }

  table() {
    const rows = differences(this.requests);
    const isKnown = this.requests.every(({ parameters }) => Object.keys(parameters).length);
    if (!rows.length) return element("p", { class: "apimart-note" }, this.say(isKnown ? "compare.same" : "compare.unknown"));
    const head = element("tr", {}, element("th", {}, this.say("compare.differs")), ...this.videos.map((_, number) => element("th", {}, this.nameOf(number))));
    return element("table", {}, head, ...rows.map(([name, values]) =>
      element("tr", {}, element("th", {}, name), ...values.map((value) => element("td", {}, value)))));
  }

  nameOf(number) {
    const { job } = this.videos[number];
    return `${String.fromCharCode(65 + number)} · ${job.model || job.task_id} · ${this.say("job.take", { take: job.take })}`;
  }

  async take(job, request) {
    if (await this.use(job, request)) return this.dialog.close();
    const away = request.widgets ? "compare.away" : "compare.unkept";
    this.said.replaceChildren(this.say(away), " ", element("button", { class: "apimart-button", type: "button",
      onclick: () => { this.dialog.close(); this.openWorkflow(job); } }, this.say("compare.workflow")));
  }

  /** A length has become known. */
  measure() {
    this.scrub.max = this.all.frames - 1;
    this.show(this.all.frame, this.all.isPlaying);
  }

  show(frame, isPlaying) {
    this.scrub.value = frame;
    this.count.textContent = `${frame + 1} / ${this.all.frames}`;
    this.playing.firstChild.className = `pi ${isPlaying ? "pi-pause" : "pi-play"}`;
    this.playing.title = this.say(isPlaying ? "compare.pause" : "compare.play");
    this.playing.setAttribute("aria-label", this.playing.title);
  }

  /** ComfyUI's own keys stay out of it; a button under the focus has its space bar, a slider its arrows. */
  press(event) {
    event.stopPropagation();
    const { tagName, type } = event.target;
    if (tagName === "INPUT" && type === "range" && event.target !== this.scrub && event.key in KEYS) return;
    const act = event.key === " " ? tagName !== "BUTTON" && type !== "checkbox" && ((all) => all.toggle()) : KEYS[event.key];
    if (!act) return;
    event.preventDefault();
    act(this.all);
  }
}
