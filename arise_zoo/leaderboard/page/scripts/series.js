// How the line of each method looks.

import { data } from "./data.js";
import { svg } from "./elements.js";

const DASHES = ["", "7 4", "2 3"];
const MARKS = [
  "M-3.4 0a3.4 3.4 0 1 0 6.8 0a3.4 3.4 0 1 0 -6.8 0",
  "M-3 -3h6v6h-6z",
  "M0 -4.2L3.9 2.8H-3.9z",
  "M0 4.2L3.9 -2.8H-3.9z",
];

const look = (i) => ({ colour: `var(--s${i % 7})`, dash: DASHES[Math.floor(i / 7) % 3], mark: MARKS[i % 4] });
export const series = Object.fromEntries(data.by_score.map((name, i) => [name, look(i)]));

export function swatch(name) {
  const { colour, dash, mark } = series[name];
  return svg(
    "svg",
    { viewBox: "0 0 30 12", "aria-hidden": "true" },
    svg("line", { x1: 1, x2: 29, y1: 6, y2: 6, stroke: colour, "stroke-width": 2, "stroke-dasharray": dash }),
    svg("path", { d: mark, transform: "translate(15 6)", fill: colour }),
  );
}
