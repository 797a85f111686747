// Numbers as texts and as elements: value, interval, n, the paper's value.

import { h } from "./elements.js";

export const grouped = (number) => String(number).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
export const minus = (text) => text.replace("-", "−");
export const plural = (number, word) => `${grouped(number)} ${number === 1 ? word : `${word}s`}`;
export const intervalText = ([low, high]) => `[${low}, ${high}]`;
export const rankText = ({ first, last }) => (first === last ? String(first) : `${first}–${last}`);

export const value = (text) => h("span", { class: "v" }, text);
export const interval = (ci95) => h("span", { class: "ci" }, intervalText(ci95));
export const size = (text) => h("span", { class: "n" }, `n = ${text}`);
export const nothing = (why = "") => h("span", { class: "none" }, "–", h("span", { class: "sub" }, why));
export const accuracy = (cell) => [
  value(cell.accuracy),
  interval(cell.ci95),
  size(grouped(cell.n)),
  cell.paper && h("span", { class: "paper" }, `paper ${cell.paper} (${minus(cell.difference)})`),
];
export const estimate = ({ value: middle, ci95 }, n) => [value(middle), interval(ci95), size(n)];

// The colours of a field that shows a share.
export function shade({ percent }) {
  const step = Math.round(percent / 10);
  return `background:var(--h${step});color:var(--t${step})`;
}
