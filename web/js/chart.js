/** A small chart of what was spent per day, one colour per model. */
import { usd } from "./amounts.js";
import { drawing, element } from "./elements.js";

const COLOURS = ["#4f8ef7", "#f2a33c", "#4fb286", "#c76bd6", "#e2655b", "#58b8c9", "#b0a160", "#8e8ea0"];
const WIDTH = 300;
const HEIGHT = 64;
const GAP = 2;

/** One column per day from `first` to `last` (both `2026-11-21`), each a stack of its models. */
export function columns(rows, first, last) {
  const days = daysBetween(first, last);
  const models = [...new Set(rows.map((row) => row.model))].sort();
  const stacks = days.map((day) => ({
    day,
    parts: models.map((model) => ({
      model,
      usd: rows.filter((row) => row.day === day && row.model === model).reduce((sum, row) => sum + row.usd, 0),
    })),
  }));
  const highest = Math.max(0, ...stacks.map(({ parts }) => parts.reduce((sum, part) => sum + part.usd, 0)));
  return { models, stacks, highest };
}

export function daysBetween(first, last) {
  const days = [];
  // Noon, so that no change of the clocks skips a day.
  for (let day = new Date(`${first}T12:00:00Z`); day <= new Date(`${last}T12:00:00Z`); day.setUTCDate(day.getUTCDate() + 1))
    days.push(day.toISOString().slice(0, 10));
  return days;
}

export function colourOf(models, model) {
  return COLOURS[models.indexOf(model) % COLOURS.length];
}

export function chart({ models, stacks, highest }, label) {
  const step = WIDTH / stacks.length;
  const bars = stacks.flatMap(({ day, parts }, place) => {
    let top = HEIGHT;
    return parts.filter((part) => part.usd > 0).map((part) => {
      const height = (part.usd / highest) * HEIGHT;
      top -= height;
      const shape = { x: place * step, y: top, width: Math.max(1, step - GAP), height, fill: colourOf(models, part.model) };
      return drawing("rect", shape, drawing("title", {}, `${day}, ${part.model}: ${usd(part.usd)}`));
    });
  });
  const legend = models.map((model) =>
    element("li", {}, element("span", { style: `background:${colourOf(models, model)}` }), model));
  const shape = { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img", "aria-label": label };
  return element("figure", { class: "apimart-chart" },
    drawing("svg", shape, ...bars), element("ul", {}, ...legend));
}
