/** Names of models as the provider last told them: marks in a node's list, and a menu for the node that takes any. */

const ANY = "APIMartVideo";

export class Names {
  constructor(say) {
    this.say = say;
    this.told = { new: {}, gone: {}, listed: [] };
  }

  /** Marks new and vanished names in the list of models. A label only: the value is the name, whatever stands beside it. */
  mark(node, type) {
    const widget = node.widgets?.find((one) => one.name === "model");
    const values = widget?.options?.values;
    if (!Array.isArray(values) || !values.some((value) => this.remark(type, value))) return;
    widget.options.getOptionLabel = (value) => this.label(type, value);
  }

  label(type, value) {
    const remark = this.remark(type, value);
    return remark ? `${value} (${remark})` : String(value ?? "");
  }

  remark(type, value) {
    if (this.told.new[type]?.includes(value)) return this.say("badge.unchecked");
    const day = Object.hasOwn(this.told.gone, value ?? "") && this.told.gone[value];
    return day ? this.say("model.gone", { day }) : "";
  }

  /** The provider's list as a menu of the node that takes any model, one submenu for each first word. */
  menu(node, type) {
    const widget = type === ANY && node.widgets?.find((one) => one.name === "model");
    if (!widget || !this.told.listed.length) return [];
    const choose = (name) => {
      widget.value = name;
      widget.callback?.(name);
    };
    const makers = new Map();
    for (const name of this.told.listed) {
      const maker = name.split(/[^A-Za-z]/)[0].toLowerCase() || name;
      makers.set(maker, [...(makers.get(maker) ?? []), { content: name, callback: () => choose(name) }]);
    }
    const options = [...makers].map(([maker, names]) => submenu(maker, names));
    return [submenu(this.say("model.choose"), options)];
  }
}

function submenu(content, options) {
  return { content, has_submenu: true, submenu: { options } };
}
