/** Settings > APIMart. What is set lives in ComfyUI's process; these rows only show and send it. */
import { usd } from "./amounts.js";
import { element } from "./elements.js";
import { FOLLOW, NAMES } from "./language.js";

const BROWSER_STORES = ["litterbox", "tmpfiles"];
/** What can be unreadable and has no row of its own. */
const EMPTY = { ask_above_usd: "ask.none", keep_usd: "keep.none" };
const WITHOUT_ROW = ["settings.json", "base_url", "opencv"];

/** What a number field holds: null when it is empty, undefined for what is no number, which must not pass as empty. */
export function numberIn({ value, validity }) {
  if (value === "") return validity.badInput ? undefined : null;
  return Number.isFinite(Number(value)) ? Number(value) : undefined;
}

/** ComfyUI's settings of this extension; the first ones of a group come first. Texts are read whenever they are shown. */
export function settings({ server, say, onStatus, onAway }) {
  const panel = new Panel(server, say, onStatus);
  const spoken = (group, name, key, sortOrder, rest) => Object.assign({
    id: `apimart.${name}`,
    get category() { return ["APIMart", say(`group.${group}`), name]; },
    get name() { return say(`${key}.name`); },
    get tooltip() { return say(`${key}.tip`); },
    sortOrder,
  }, rest);
  const row = (group, name, kind, key, sortOrder) =>
    spoken(group, name, key, sortOrder, { type: () => panel.shown(name, () => panel[kind](name)), defaultValue: "" });
  const languages = () =>
    [{ text: say("language.follow"), value: FOLLOW }, ...Object.entries(NAMES).map(([value, text]) => ({ text, value }))];
  return [
    row("account", "key", "key", "key", 100),
    row("account", "sandbox", "flag", "sandbox", 90),
    row("limits", "limit_usd_per_job", "amount", "limit.job", 80),
    row("limits", "limit_usd_per_day", "amount", "limit.day", 79),
    row("limits", "limit_usd_per_project", "amount", "limit.project", 78),
    row("limits", "limit_purchases_per_run", "count", "limit.run", 77),
    row("limits", "ask_above_usd", "amount", "ask", 76),
    row("limits", "keep_usd", "amount", "keep", 75),
    row("limits", "project", "text", "project", 74),
    row("media", "media_store", "store", "store", 70),
    row("media", "public_hosts_agreed", "flag", "agreed", 69),
    row("media", "media_delete", "flag", "delete", 68),
    row("media", "probe_video_url", "flag", "probe", 67),
    row("waiting", "wait_seconds", "count", "wait", 60),
    row("waiting", "jobs_at_once", "count", "once", 59),
    spoken("display", "language", "language", 50, { type: "combo", options: languages, defaultValue: FOLLOW }),
    spoken("display", "opening", "opening", 49, { type: "boolean", defaultValue: true }),
    spoken("display", "away", "away", 48, { type: "boolean", defaultValue: false, onChange: onAway }),
  ];
}

class Panel {
  constructor(server, say, onStatus) {
    Object.assign(this, { server, say, onStatus });
    this.rows = new Map();
    this.words = new Map();
    this.status = null;
  }

  /** A row that draws itself whenever the status comes in. */
  shown(name, make) {
    const place = element("div", { class: "apimart-setting" });
    this.rows.set(name, () => place.replaceChildren(...[make(name)].flat().filter(Boolean)));
    this.words.delete(name);
    if (this.status) this.rows.get(name)();
    this.refreshing ??= this.refresh(place).finally(() => (this.refreshing = null));
    return place;
  }

  async refresh(place) {
    try {
      this.take(await this.server.get("status"));
    } catch (error) {
      place.replaceChildren(element("small", {}, this.say("panel.unreachable", { reason: error.message })));
    }
  }

  take(status) {
    this.status = status;
    this.onStatus(status);
    for (const draw of this.rows.values()) draw();
  }

  key(name) {
    if (!this.status.is_owner) return this.said(name);
    const { source } = this.status.key;
    const keep = (value, done) => this.attempt(name, async () => {
      this.take(await this.server.post("key", { key: value }));
      return this.say(done);
    });
    const field = element("input", {
      type: "password", autocomplete: "off", spellcheck: "false", maxlength: 600,
      placeholder: this.say("key.placeholder"), "aria-label": this.say("key.name"), "data-apimart": "key",
    });
    const { problems } = this.status;
    const setAside = () => this.attempt(name, async () => {
      this.take(await this.server.post("settings/set-aside"));
      return this.say("panel.aside.done");
    });
    return [
      ...WITHOUT_ROW.map((one) => problems[one] && element("small", { role: "alert", class: "is-wrong" }, problems[one])),
      problems["settings.json"] && this.button("panel.aside", setAside),
      element("div", { class: "apimart-line" }, field,
        this.button("key.save", () => field.value.trim() && keep(field.value.trim(), "key.saved")),
        source === "file" && this.button("key.remove", () => keep("", "key.removed")),
        this.button("key.test", () => this.attempt(name, () => this.balance()))),
      this.said(name, this.say(`key.from.${source}`)),
    ];
  }

  async balance() {
    const found = await this.server.post("balance");
    if (found.sandbox) return this.say("key.balance.sandbox", { usd: found.unlimited ? "\u221e" : usd(found.usd) });
    return found.unlimited ? this.say("key.unlimited") : this.say("key.balance", { usd: usd(found.usd) });
  }

  flag(name) {
    const box = element("input", {
      type: "checkbox", role: "switch", class: "apimart-switch", checked: this.status[name],
      disabled: this.isFixed(name), "data-apimart": name,
      onchange: () => this.change(name, box.checked),
    });
    return [box, this.said(name)];
  }

  amount(name) {
    return this.number(name, "any");
  }

  count(name) {
    return this.number(name, "1");
  }

  number(name, step) {
    const field = element("input", {
      type: "number", min: 0, step, value: this.status[name] ?? "", placeholder: this.say(EMPTY[name] ?? "limit.none"),
      disabled: this.isFixed(name), "data-apimart": name,
      onchange: () => this.changeNumber(name, numberIn(field)),
    });
    return [field, this.said(name)];
  }

  text(name) {
    const field = element("input", {
      type: "text", maxlength: 80, value: this.status[name], placeholder: this.say(`${name}.none`),
      disabled: this.isFixed(name), "data-apimart": name, onchange: () => this.change(name, field.value.replace(/\s+/g, " ").trim() || null),
    });
    return [field, this.said(name)];
  }

  store(name) {
    const kind = this.status.media_store;
    const isFixed = this.isFixed(name);
    const chosen = BROWSER_STORES.includes(kind) ? kind : "";
    const options = ["", ...BROWSER_STORES].map((value) =>
      element("option", { value, selected: value === chosen }, this.say(value ? `store.${value}` : "store.none")));
    const list = element("select", { "data-apimart": name, onchange: () => this.change(name, list.value || null) }, ...options);
    const isSet = isFixed && this.status.is_owner;
    list.disabled = isFixed;
    const shown = isSet ? element("span", {}, this.say("store.environment", { kind })) : list;
    const test = async () => this.say("store.works", { bytes: (await this.server.post("media-store")).bytes });
    return [
      element("div", { class: "apimart-line" }, shown, this.status.is_owner && this.button("store.test", () => this.attempt(name, test))),
      this.said(name, isFixed ? "" : this.say("store.how")),
    ];
  }

  change(name, value) {
    return this.attempt(name, async () => {
      this.take(await this.server.post("settings", { [name]: value }));
      return this.say("panel.saved");
    });
  }

  changeNumber(name, value) {
    if (value !== undefined) return this.change(name, value);
    this.words.set(name, { text: this.say("panel.number"), isWrong: true });
    this.rows.get(name)();
  }

  /** Do something and say in the row how it went. */
  async attempt(name, work) {
    try {
      this.words.set(name, { text: await work(), isWrong: false });
    } catch (error) {
      this.words.set(name, { text: error.message, isWrong: true });
    }
    this.rows.get(name)();
  }

  /** The row's last words, else what is wrong with the setting, else what its source is, else `usually`. */
  said(name, usually = "") {
    const problem = this.status.problems[name];
    const words = this.words.get(name) ?? (problem && { text: problem, isWrong: true });
    const fixed = this.say(this.status.is_owner ? "panel.environment" : "panel.owner");
    const text = words?.text ?? (this.isFixed(name) ? fixed : usually);
    return element("small", { role: "status", class: words?.isWrong ? "is-wrong" : null }, text);
  }

  isFixed(name) {
    return !this.status.is_owner || this.status.from_environment.includes(name);
  }

  button(key, onclick) {
    return element("button", { class: "apimart-button", type: "button", onclick }, this.say(key));
  }
}
