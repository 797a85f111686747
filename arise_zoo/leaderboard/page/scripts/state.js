// The choices of the reader, kept in the page's address. Each section registers a function with `onChange`; `refresh`
// calls them all.

import { conditionName, conditionNamed, data } from "./data.js";
import { byId } from "./elements.js";

const defaults = {
  condition: data.hardest,
  "scored-on": "supported",
  group: "condition",
  sort: "rank", // the key of a column, with a minus before it if the largest comes first
  find: "",
  level: "",
  defects: "",
  complete: "",
  columns: "",
  lattice: data.lattices?.names[0] ?? "each",
  "near-method": "",
  methods: "", // those whose curves are drawn, by default the best
  open: "", // tables and methods that are unfolded
};
const address = new URLSearchParams(location.search);
export const state = Object.fromEntries(
  Object.entries(defaults).map(([key, value]) => [key, address.get(key) ?? value]),
);
if (!conditionNamed[state.condition]) state.condition = defaults.condition;
const sections = [];
export const onChange = (section) => sections.push(section);
export const refresh = () => sections.forEach((section) => section());

// Only what differs from the defaults is in the address.
export function put(key, value) {
  state[key] = value;
  if (value === defaults[key]) address.delete(key);
  else address.set(key, value);
  const search = String(address);
  history.replaceState(null, "", (search ? `?${search}` : location.pathname) + location.hash);
}

export const isChanged = (key) => state[key] !== defaults[key];

// A control shows the choice of its name, and changes it.
export function bind(id, redraw) {
  const control = byId(id);
  if (control.type === "checkbox") control.checked = state[id] === "yes";
  else control.value = state[id];
  if (control.type !== "checkbox" && control.value !== state[id]) {
    state[id] = defaults[id]; // an address may ask for what is not there
    control.value = state[id];
  }
  control.addEventListener(control.type === "search" ? "input" : "change", () => {
    put(id, control.type === "checkbox" ? (control.checked ? "yes" : "") : control.value);
    redraw();
  });
}

export const underCondition = () => `under the condition “${conditionName(state.condition)}”`;

// A method's cell; methods of all 108 classes have one row for both ways of scoring.
export function cellOf(method, condition) {
  const { supported, all } = method.cells;
  if (state["scored-on"] === "supported") return supported[condition];
  return all[condition] ?? (method.supported === data.classes.length ? supported[condition] : undefined);
}
