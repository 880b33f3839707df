/** The pack's front end: settings, the jobs tab, price badges, notices. The only file here that does anything by itself. */
import { ApprovalDialog } from "./approval_dialog.js";
import { Approvals } from "./approvals.js";
import { Away } from "./notifications.js";
import { Badges } from "./badges.js";
import { copy } from "./clipboard.js";
import * as comfyui from "./comfyui.js";
import { clipLengths, nodeAt, nodesOf, typeOf } from "./graph.js";
import { languageOf, taskLanguageOf, text } from "./language.js";
import { findNumbers } from "./number_lists.js";
import { Names } from "./models.js";
import { billText, holdsKey, spoken } from "./notices.js";
import { settings } from "./panel.js";
import { addControls } from "./saved_workflows.js";
import { routes } from "./server.js";
import { keepWritten } from "./revealed_widgets.js";
import { Sidebar } from "./sidebar.js";
import { speakGrown } from "./socket_names.js";
import { takeActions } from "./take_actions.js";
import { WorkflowPrice } from "./workflow_price.js";

const LOOK_MS = 500;
const RETRY_MS = 10_000;
const MEASURE_AGAIN_MS = 30_000;

const server = routes(comfyui.fetchApi);
const families = new Map();
const isSpoken = spoken(sessionStorage);

const language = () => languageOf(comfyui.setting("apimart.language"), comfyui.setting("Comfy.Locale"));
const taskLanguage = () => taskLanguageOf(comfyui.setting("apimart.language"), comfyui.setting("Comfy.Locale"));
const say = (key, values) => text(language(), key, values);

const names = new Names(say);

const badges = new Badges({
  ask: (asking) => server.post("estimate", asking),
  families,
  measure: clipLengths(comfyui.addressOfFile, measureAgain),
  say,
  Badge: comfyui.Badge,
  root: comfyui.rootGraph,
  isInView: comfyui.isInView,
  tellOnNode: comfyui.tellOnNode,
});

function measureAgain(work) {
  setTimeout(() => {
    work();
    badges.lookAgain();
  }, MEASURE_AGAIN_MS);
}

const workflowPrice = new WorkflowPrice({ root: comfyui.rootGraph, declared: comfyui.declared, badges, say });

const dialog = new ApprovalDialog({
  say,
  language,
  place: comfyui.addToPage,
  answer: (ids, isYes) => approvals.answer(ids, isYes),
});
const approvals = new Approvals({ server, say, view: dialog, tell: (kind, told) => comfyui.toast(kind, "APIMart", told) });

const away = new Away({ page: document, Notice: comfyui.Notice, isWanted: () => comfyui.setting("apimart.away"), say });

const sidebar = new Sidebar({
  server,
  act,
  say,
  language,
  address: (path) => comfyui.address(`/apimart/${path}`),
  openSettings: comfyui.openSettings,
  top: [workflowPrice.line, dialog.line],
});

async function act(name, job, detail) {
  try {
    await ACTIONS[name](job, detail);
  } catch (error) {
    comfyui.toast("error", say("job.failed"), error.message);
  }
}

const ACTIONS = {
  async collect(job) {
    await server.post(`jobs/${job.id}/collect`);
    comfyui.toast("info", "APIMart", say("job.collecting"));
  },
  async declare(job, declared) {
    sidebar.hear((await server.post(`jobs/${job.id}/declare`, declared)).job, true);
  },
  async copy(job) {
    await copy(job.task_id, sidebar.root);
    comfyui.toast("success", "APIMart", say("job.copied"));
  },
  open(job) {
    window.open(comfyui.addressOfFile(job.clips[0]), "_blank", "noopener");
  },
  canvas(job) {
    for (const [place, clip] of (job.clips.length ? job.clips : [null]).entries()) addToCanvas(job, clip, place);
    comfyui.toast("success", "APIMart", say("job.added"));
  },
  async graph(job) {
    const { workflow } = await server.get(`jobs/${job.id}/workflow`);
    await comfyui.openWorkflow(workflow, `APIMart ${job.id.slice(0, 8)}`);
  },
  ...takeActions({ server, comfyui, badges, say, place: () => sidebar.root, openWorkflow: (job) => act("graph", job) }),
};

/** A loader of the clip where it is here, else a node that collects it by its id. */
function addToCanvas(job, clip, place) {
  const node = comfyui.addNode(clip ? "LoadVideo" : "APIMartCollectJob", place * 40);
  const value = clip ? `${clip.subfolder}/${clip.filename} [output]` : job.task_id;
  const widget = node.widgets.find((one) => one.name === (clip ? "file" : "task_id"));
  if (clip && Array.isArray(widget.options?.values) && !widget.options.values.includes(value)) widget.options.values.push(value);
  widget.value = value;
  widget.callback?.(value);
}

let isReady = false;
let lastLanguage = null;
let lastTold = "";

async function refreshPrices() {
  if (isReady && (await badges.look(comfyui.rootGraph()))) workflowPrice.draw();
}

function hear({ job, node, workflow, ended, awaited, line }) {
  sidebar.hear(job, ended);
  if (ended && line && !awaited) comfyui.toast("error", say("job.failed"), line);
  const found = node && workflow === comfyui.rootGraph()?.id && nodeAt(comfyui.rootGraph(), node);
  if (found && job.billed_units) badges.learn(found, job.billed_units);
  if (!ended) return;
  away.ended(job);
  badges.forget();
  refreshPrices();
}

async function speakOfCost(graph) {
  if (!comfyui.setting("apimart.opening") || isSpoken(graph?.id)) return;
  await badges.refreshAll(graph);
  const said = billText(workflowPrice.sum(), say);
  if (said) comfyui.toast("info", say("notice.title"), said);
}

/** No event tells of every widget in both renderers (Nodes 2.0 keeps a choice from its list to itself), so we look. */
function look() {
  refreshPrices();
  tellLanguage().catch(() => setTimeout(() => (lastTold = ""), RETRY_MS));
  if (language() === lastLanguage) return;
  lastLanguage = language();
  badges.lookAgain();
  approvals.load();
  if (sidebar.root) sidebar.open(sidebar.root.parentElement);
}

/**
 * Task errors come in the person's language, also in one that the pack itself does not speak, so the server is told which
 * one it is: that of this page, for what is queued here, and the last one told, for the rest.
 */
async function tellLanguage() {
  const told = taskLanguage();
  const telling = `${comfyui.pageId()} ${told}`;
  if (telling === lastTold) return;
  lastTold = telling;
  if (comfyui.pageId()) await server.post("language", { page: comfyui.pageId(), language: told });
  const status = await server.get("status");
  if (status.from_environment.includes("language")) return;
  const canSave = !status.problems["settings.json"] && status.is_owner;
  if (canSave && status.language !== told) await server.post("settings", { language: told });
}

/** What our nodes are; where ComfyUI does not say it yet, it is asked again, and the nodes that are there catch up. */
async function learnFamilies() {
  try {
    for (const family of (await server.get("families")).families) families.set(family.id, family);
    if (isReady) nodesOf(comfyui.rootGraph()).forEach(prepare);
  } catch {
    setTimeout(learnFamilies, RETRY_MS);
  }
}

/** Which names are new and which are gone, as last told; without an answer the lists stand as they are. */
async function learnNames() {
  server.post("models/ask").catch(() => {}); // for the next time: it is asked for at most daily
  const told = await server.get("models").catch(() => null);
  if (told) names.told = told;
  for (const node of nodesOf(comfyui.rootGraph())) names.mark(node, typeOf(node));
}

function prepare(node) {
  if (!families.has(typeOf(node)) || badges.has(node)) return;
  badges.add(node);
  speakGrown(node);
  keepWritten(node);
  findNumbers(node);
  names.mark(node, typeOf(node));
}

async function addStyle() {
  const answer = await fetch(new URL("./apimart.css", import.meta.url));
  const sheet = new CSSStyleSheet();
  await sheet.replace(await answer.text());
  document.adoptedStyleSheets.push(sheet);
}

comfyui.register({
  name: "apimart.face",
  settings: settings({
    server,
    say,
    onStatus: () => {
      badges.forget();
    },
    onAway: (isOn, wasOn) => isOn && wasOn === false && away.permit(),
  }),

  async setup() {
    isReady = true;
    look();
    learnNames();
    await addStyle();
    comfyui.addSidebarTab({
      id: "apimart.jobs",
      icon: "pi pi-video",
      title: "APIMart",
      tooltip: say("tab.tooltip"),
      type: "custom",
      render: (place) => void sidebar.open(place),
      destroy: () => sidebar.close(),
    });
    comfyui.on("apimart.job", ({ detail }) => hear(detail));
    comfyui.on("apimart.approval", ({ detail }) => approvals.hear(detail.approval));
    comfyui.on("reconnected", () => {
      lastTold = "";
      approvals.load();
      if (sidebar.root) sidebar.reload();
    });
    setInterval(() => {
      away.look();
      if (!document.hidden) look();
    }, LOOK_MS);
  },

  addCustomNodeDefs: learnFamilies,

  nodeCreated: prepare,

  getNodeMenuItems: (node) => names.menu(node, typeOf(node)),

  /** ComfyUI has just given every list its options anew. */
  refreshComboInNodes() {
    learnNames();
    nodesOf(comfyui.rootGraph())
      .filter((node) => families.has(typeOf(node)))
      .forEach(findNumbers);
  },

  beforeConfigureGraph(graph) {
    addControls(graph, families);
    if (holdsKey(graph)) comfyui.toast("warning", say("notice.key.title"), say("notice.key"));
  },

  async afterConfigureGraph() {
    await refreshPrices();
    await speakOfCost(comfyui.rootGraph());
  },
});
