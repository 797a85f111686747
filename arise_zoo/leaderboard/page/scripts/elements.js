// Small makers of elements, which know nothing of what the page shows.

export const byId = (id) => document.getElementById(id);

export function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child != null && child !== false));
  return element;
}
export const h = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
export const svg = (tag, attributes = {}, ...children) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

export const row = (name, texts, attributes = {}) =>
  h(
    "tr",
    attributes,
    h("th", { scope: "row" }, name),
    texts.map((text) => h("td", {}, text)),
  );
export const heads = (texts) => texts.map((text) => h("th", { scope: "col" }, text));
