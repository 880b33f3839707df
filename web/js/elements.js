/** Elements of the page. Text always goes in as text, never as HTML. */

const SVG = "http://www.w3.org/2000/svg";

/** `element("button", { class: "x", onclick: f }, "text", child)`; false and null attributes are left out. */
export function element(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

export function drawing(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

/** A PrimeIcons button, as ComfyUI's own sidebars have them. */
export function iconButton(icon, label, onclick) {
  return element("button", { class: "apimart-icon", type: "button", title: label, "aria-label": label, onclick },
    element("i", { class: `pi ${icon}` }));
}

function filled(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (typeof value === "function") made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.flat().filter((one) => one !== null && one !== undefined && one !== false));
  return made;
}
