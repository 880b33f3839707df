/** What the pack uses of ComfyUI's page, all of it: another front end, or another interface of it, concerns this file alone. */
import { api } from "../../../scripts/api.js";
import { app } from "../../../scripts/app.js";

const NOTICE_MS = 12000;

export const register = (extension) => app.registerExtension(extension);
export const fetchApi = (path, options) => api.fetchApi(path, options);
export const address = (path) => api.apiURL(path);
export const addressOfFile = (place) => api.apiURL(`/view?${new URLSearchParams(place)}`);
export const pageId = () => api.clientId;
export const on = (event, heard) => api.addEventListener(event, heard);
export const Badge = globalThis.LGraphBadge;
/** The browser's; missing where it has none. */
export const Notice = globalThis.Notification;

/** The whole workflow; older front ends name only the graph that is shown. */
export const rootGraph = () => app.rootGraph ?? app.graph;
export const setting = (id) => app.extensionManager?.setting?.get(id) ?? app.ui?.settings?.getSettingValue?.(id);
export const openSettings = () => app.extensionManager.command.execute("Comfy.ShowSettingsDialog");
export const addSidebarTab = (tab) => app.extensionManager.registerSidebarTab(tab);
export const openWorkflow = (workflow, name) => app.loadGraphData(workflow, true, true, name);

/** `kind` is info, success, warning or error. From 1.57 on a toast has a function of each kind. */
export function toast(kind, title, description) {
  const { toast: made } = app.extensionManager;
  const severity = kind === "warning" ? "warn" : kind;
  if (made[kind]) made[kind](title, { description, duration: NOTICE_MS });
  else made.add({ severity, summary: title, detail: description, life: NOTICE_MS });
}

/** What ComfyUI declares of a node's class; nothing for nodes that are the page's own. */
export const declared = (node) => node.constructor?.nodeData;

/** Room for a dialog of ours. */
export const addToPage = (element) => app.bodyBottom.append(element);

/** A new node in the middle of what is seen, `shift` pixels aside, selected. */
export function addNode(type, shift) {
  const node = globalThis.LiteGraph.createNode(type);
  const [left, top, width, height] = app.canvas.visible_area;
  node.pos = [left + width / 2 - 150 + shift, top + height / 2 - 150 + shift];
  app.canvas.graph.add(node);
  app.canvas.selectItems?.([node]);
  return node;
}

/** Selects a node of the graph that is shown, and brings it into view. */
export function showNode(node) {
  if (node.graph !== app.canvas.graph) return;
  app.canvas.selectItems?.([node]);
  app.canvas.centerOnNode?.(node);
}

/** What `work` does to a graph, as one step that a person can undo. */
export function changing(graph, work) {
  graph?.beforeChange?.();
  const done = work();
  graph?.afterChange?.();
  graph?.setDirtyCanvas?.(true, true);
  return done;
}

/** Whether a person has the node, open, before her eyes, so that its badges must have been drawn. */
export function isInView(node) {
  const { canvas } = app;
  if (document.hidden || node.graph !== canvas?.graph || node.flags?.collapsed) return false;
  if (globalThis.LiteGraph.vueNodesMode) return Boolean(document.querySelector(`[data-node-id="${node.id}"]`)?.checkVisibility());
  return !canvas.low_quality && Boolean(canvas.visible_nodes?.includes(node));
}

/** A line of text on the node, where the progress of a run stands; it goes into no file and no prompt. */
export function tellOnNode(node, text) {
  const isOuter = node.graph === rootGraph();
  if (isOuter) api.dispatchCustomEvent?.("progress_text", { nodeId: String(node.id), text });
}
