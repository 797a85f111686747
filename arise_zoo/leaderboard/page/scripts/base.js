// What all parts of the page need: the data, the state, and small makers of elements.
// Each part registers a function with `onChange`; `refresh` calls them all.
"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
const state = { condition: "pristine", scoredOn: "supported", group: "all" };
const parts = [];
const onChange = (part) => parts.push(part);
const refresh = () => parts.forEach((part) => part());

const byId = (id) => document.getElementById(id);
const methodNamed = Object.fromEntries(data.methods.map((method) => [method.method, method]));
const conditionNamed = Object.fromEntries(data.conditions.map((condition) => [condition.id, condition]));
const className = Object.fromEntries(data.classes.map((one) => [one.id, one.name]));
const kindName = {
  pristine: "No defects",
  displacement: "Displaced atoms",
  missing: "Missing atoms",
  both: "Missing and displaced",
  depth: "Beyond the paper",
};
const conditionName = (id) => conditionNamed[id]?.name ?? id;
const grouped = (number) => String(number).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
const minus = (text) => text.replace("-", "−");
const plural = (number, word, more = `${word}s`) => `${grouped(number)} ${number === 1 ? word : more}`;

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child != null && child !== false));
  return element;
}
const h = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
const svg = (tag, attributes = {}, ...children) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

// The parts of a number as elements: value, interval, n, the paper's value.
const value = (text) => h("span", { class: "v" }, text);
const interval = ([low, high]) => h("span", { class: "ci" }, `[${low}, ${high}]`);
const size = (text) => h("span", { class: "n" }, `n = ${text}`);
const nothing = (why) => h("span", { class: "none" }, "–", h("span", { class: "sub" }, why ?? ""));
function accuracy(cell) {
  const [ours, low, high, n, , paper] = cell;
  const beside = paper && h("span", { class: "paper" }, `paper ${paper[0]} (${minus(paper[1])})`);
  return [value(ours), interval([low, high]), size(grouped(n)), beside];
}

// A method's cell; methods of all 108 classes have one row for both ways of scoring.
function cellOf(method, condition) {
  const { supported, all } = method.cells;
  if (state.scoredOn === "supported") return supported[condition];
  return all[condition] ?? (method.supported === data.classes.length ? supported[condition] : undefined);
}

function share(place) {
  const [percent, right, n, ends] = data.shares[place];
  return { percent, right, n, ends, step: Math.round(Number(percent) / 10) };
}

// Options of a select, grouped by kind of condition.
function conditionOptions() {
  return Object.keys(kindName).map((kind) => {
    const members = data.conditions.filter((condition) => condition.kind === kind);
    const options = members.map((condition) => h("option", { value: condition.id }, condition.name));
    return options.length && h("optgroup", { label: kindName[kind] }, options);
  });
}

const underCondition = () => `under the condition “${conditionName(state.condition)}”`;
