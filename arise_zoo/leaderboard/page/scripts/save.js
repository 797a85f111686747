// Tables as CSV and pictures as SVG, made from what is shown.

import { h, heads } from "./elements.js";

// The texts in a cell, whether or not it is in sight.
function textsOf(cell) {
  const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) found.push(walker.currentNode.data.trim());
  return found.filter((text) => text && !"▲▼".includes(text));
}
const plain = (text) => text.replace(/−/g, "-").replace(/(\d),(?=\d{3}(\D|$))/g, "$1").replace(/^–$/, "");
const quoted = (text) => (/[",\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);

// The parts of a cell that become columns of their own, between its value and what else is in it.
const cellParts = { low: /^\[(.+), .+\]$/, high: /^\[.+, (.+)\]$/, n: /^n = (.+)$/, paper: /^paper (\S+)/ };

function partsOf(cell) {
  const found = {};
  const rest = textsOf(cell).filter((text) => {
    const there = Object.entries(cellParts).filter(([name, form]) => form.test(text) && !(name in found));
    for (const [name, form] of there) found[name] = plain(text.match(form)[1]);
    return !there.length;
  });
  const [value = "", ...note] = rest.map(plain);
  return { "": value, ...found, note: note.join(" ") };
}

export function csvOf(table) {
  const titles = [...table.querySelectorAll("thead th")].map((head) => textsOf(head).join(" "));
  const rows = [...table.querySelectorAll("tbody tr")]
    .filter((row) => row.cells.length === titles.length && row.className !== "group")
    .map((row) => [...row.cells].map(partsOf));
  const columns = titles.flatMap((title, i) =>
    ["", ...Object.keys(cellParts), "note"]
      .filter((part) => rows.some((row) => row[i][part]))
      .map((part) => ({ i, part, head: `${title} ${part}`.trim() })),
  );
  const body = rows.map((row) => columns.map(({ i, part }) => row[i][part] ?? ""));
  const texts = [columns.map(({ head }) => head), ...body];
  return texts.map((row) => `${row.map(quoted).join(",")}\r\n`).join("");
}

const drawn = [
  "display", "fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "opacity",
  "visibility", "font-family", "font-size", "font-weight", "text-anchor",
];

// A copy that looks the same outside the page, whose style sheet it does not have.
export function svgOf(drawing) {
  const copy = drawing.cloneNode(true);
  const inPage = [drawing, ...drawing.querySelectorAll("*")];
  [copy, ...copy.querySelectorAll("*")].forEach((element, i) => {
    const style = getComputedStyle(inPage[i]);
    for (const name of ["class", "tabindex", ...drawn]) element.removeAttribute(name);
    element.setAttribute("style", drawn.map((name) => `${name}:${style.getPropertyValue(name)}`).join(";"));
  });
  const { width, height } = drawing.viewBox.baseVal;
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  copy.style.background = getComputedStyle(drawing.parentElement).backgroundColor;
  return new XMLSerializer().serializeToString(copy);
}

function download(text, type, name) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

const slug = (text) => text.toLowerCase().match(/[a-z0-9]+/g).join("-");

// A button below a table or picture, which saves what comes before it.
export const saveButton = (kind, name) =>
  h("button", { type: "button", class: "save", "data-save": kind, "data-name": slug(name) }, kind.toUpperCase());

// A table that can be scrolled by itself, by keyboard too, and saved.
export function scrollingTable(label, columns, rows, attributes = {}, caption = null) {
  const table = h("table", {}, caption, h("thead", {}, h("tr", {}, heads(columns))), h("tbody", {}, rows));
  const region = { class: "scroll", tabindex: 0, role: "region", "aria-label": label, ...attributes };
  return [h("div", region, table), saveButton("csv", label)];
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-save]");
  if (!button) return;
  const { save: kind, name } = button.dataset;
  const before = button.previousElementSibling;
  const wanted = kind === "csv" ? "table" : "svg";
  const found = before.matches(wanted) ? before : before.querySelector(wanted);
  if (kind === "csv") download(csvOf(found), "text/csv;charset=utf-8", `${name}.csv`);
  else download(svgOf(found), "image/svg+xml", `${name}.svg`);
});
