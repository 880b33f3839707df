/** Copying text on every page: browsers keep their clipboard from pages that came by plain http. */
import { element } from "./elements.js";

/** Copies `text`; `place` is an element of ours for the older way. Rejects where the browser lets nobody copy. */
export async function copy(text, place) {
  try {
    if (navigator.clipboard) return await navigator.clipboard.writeText(text);
  } catch {
    // A frame without the permission; the older way needs none.
  }
  if (!copySelected(text, place)) throw new Error(text);
}

function copySelected(text, place) {
  const field = element("textarea", { class: "apimart-copied", readonly: true, "aria-hidden": "true" }, text);
  const focused = document.activeElement;
  place.append(field);
  field.focus();
  field.select();
  try {
    return document.execCommand("copy");
  } finally {
    field.remove();
    focused?.focus?.();
  }
}
