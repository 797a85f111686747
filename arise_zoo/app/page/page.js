// Sends the file, and shows each frame of the answer as it comes.

import { Viewer } from "./viewer.js";

// Five of the colours of matplotlib's viridis (CC0), from certain to uncertain.
const SCALE = ["#440154", "#3b528b", "#21918c", "#5ec962", "#fde725"];
const SHADES = 32;
const LEAST = 0.1; // bit, up to which the scale goes at least

const element = (id) => document.getElementById(id);
const viewer = new Viewer(element("structure"));
const percent = (share) => `${(100 * share).toFixed(2)} %`;

let about = { limits: { megabytes: Infinity } };
let frames = [];
let expected = 0;
let current = 0;
let file = null;
let asking = null; // AbortController of the answer that is awaited
let playing = 0;

function h(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null));
  return made;
}

function unpacked(text, Kind) {
  return new Kind(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
}

async function ask(given) {
  asking?.abort();
  const mine = (asking = new AbortController());
  file = given;
  frames = [];
  expected = 0;
  stop();
  say(`${given.name}: waiting for an answer …`);
  complain("");
  element("result").hidden = true;
  const { megabytes } = about.limits;
  if (given.size > 1e6 * megabytes) {
    say("");
    complain(`the file is larger than the ${megabytes} MB that are allowed here.`);
    return;
  }
  const query = new URLSearchParams({ name: given.name, species: element("species").value });
  try {
    const response = await fetch(`ask?${query}`, { method: "POST", body: given, signal: mine.signal });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const lines = (rest + part.value).split("\n");
      rest = lines.pop();
      for (const line of lines) hear(JSON.parse(line));
    }
    const some = expected > 1 || frames.length > 1 ? `, ${frames.length} frames` : "";
    say(frames.length ? `${given.name}${some}` : "");
  } catch (error) {
    if (mine.signal.aborted) return;
    say("");
    complain("the server does not answer; is it still running?");
  }
}

function hear(message) {
  if (message.problem) complain(message.problem);
  else if (message.frames) expect(message);
  else add(message);
}

function expect({ frames: all, answered }) {
  expected = answered;
  element("frames").hidden = answered < 2;
  element("strip").replaceChildren();
  element("frame").max = 0;
  if (all > answered) complain(`${all} frames are more than are answered here; ${answered} of them are shown.`);
}

function add(frame) {
  frame.positions = unpacked(frame.positions, Float32Array);
  frame.of_species = unpacked(frame.of_species, Uint8Array);
  frame.radii = Float32Array.from(frame.of_species, (kind) => frame.species[kind].radius);
  if (frame.atoms) {
    frame.atoms.of_labels = unpacked(frame.atoms.of_labels, Uint8Array);
    frame.atoms.uncertainty = unpacked(frame.atoms.uncertainty, Float32Array);
  }
  frames.push(frame);
  element("strip").append(h("span", { class: frame.said.certainty ?? "" }));
  element("frame").max = frames.length - 1;
  if (expected > 1) say(`${file.name}: ${frames.length} of ${expected} frames`);
  if (frames.length > 1) return;
  element("choice").hidden = !frame.atoms;
  element("by").value = frame.atoms ? "class" : "species";
  element("result").hidden = false;
  show(0);
  viewer.fit();
}

function show(number) {
  current = number;
  const frame = frames[number];
  element("frame").value = number;
  element("which").textContent = `frame ${frame.frame}`;
  const way = { class: byClass, uncertainty: byUncertainty, species: bySpecies };
  const { palette, kinds, legend } = way[frame.atoms ? element("by").value : "species"](frame);
  viewer.show({ positions: frame.positions, radii: frame.radii, cell: frame.cell, palette, kinds });
  element("legend").replaceChildren(...legend);
  element("said").replaceChildren(...answer(frame));
}

const key = (colour, text) => {
  const dot = h("i");
  dot.style.background = colour;
  return h("li", {}, dot, text);
};

function bySpecies({ species, of_species: kinds }) {
  return { palette: species.map((one) => one.colour), kinds, legend: species.map((one) => key(one.colour, one.name)) };
}

function byClass({ atoms: { labels, of_labels: kinds } }) {
  const legend = labels.map((label) => key(label.colour, `${label.name} ${(100 * label.share).toFixed(1)} %`));
  return { palette: labels.map((label) => label.colour), kinds, legend };
}

function byUncertainty({ atoms: { uncertainty } }) {
  const most = frames.reduce((a, b) => (b.atoms ? b.atoms.uncertainty.reduce((c, d) => Math.max(c, d), a) : a), LEAST);
  const bar = h("span", { class: "scale" });
  bar.style.background = `linear-gradient(to right, ${SCALE.join(", ")})`;
  return {
    palette: Array.from({ length: SHADES }, (_, i) => shade(i / (SHADES - 1))),
    kinds: Uint8Array.from(uncertainty, (value) => Math.round((value / most) * (SHADES - 1))),
    legend: [h("li", {}, "mutual information 0", bar, `${most.toPrecision(2)} bit`)],
  };
}

function shade(share) {
  const at = Math.min(SCALE.length - 2, Math.floor(share * (SCALE.length - 1)));
  const part = (css, place) => parseInt(css.slice(place, place + 2), 16);
  const mix = (place) => {
    const [low, high] = [part(SCALE[at], place), part(SCALE[at + 1], place)];
    return Math.round(low + (high - low) * (share * (SCALE.length - 1) - at));
  };
  return `#${[1, 3, 5].map((place) => mix(place).toString(16).padStart(2, "0")).join("")}`;
}

function answer({ n_atoms: n, said, near }) {
  const atoms = h("p", { class: "muted" }, `${n} atom${n === 1 ? "" : "s"}`);
  const notes = said.notes.map((note) => h("p", { class: "muted" }, `note: ${note}`));
  if (said.problem) return [h("p", { id: "verdict" }, "no answer"), h("p", {}, said.problem), atoms, ...notes];
  const share = (what) => `${what} ${said[what]} (${(100 * said[`${what}_probability`]).toFixed(1)} %)`;
  atoms.append(`; mutual information ${said.mutual_information.toPrecision(2)} bit`);
  if (!said.is_plain) atoms.append(`; ${share("geometry")}, ${share("decoration")}`);
  return [
    h("p", { id: "verdict", class: said.certainty ?? "" }, said.verdict ?? said.ranked[0].name),
    atoms,
    ...notes,
    h("h2", {}, "Most similar classes"),
    h("table", { id: "ranked" }, h("tbody", {}, ...said.ranked.map(ranked))),
    ...(near ? nearest(near) : []),
  ];
}

function ranked({ name, about: more, probability }) {
  const bar = h("i");
  bar.style.width = `${100 * probability}%`;
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, h("b", {}, name), more ? h("small", {}, more) : null),
    h("td", { class: "number share" }, bar, h("span", {}, percent(probability))),
  );
}

function nearest({ meaning, probability, hits }) {
  const head = ["entry", "formula", "distance"].map((name) =>
    h("th", { scope: "col", class: name === "distance" ? "number" : "" }, name),
  );
  const rows = hits.map((hit) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, h("b", {}, hit.prototype), h("small", {}, hit.id === hit.prototype ? "" : hit.id)),
      h("td", {}, hit.formula, h("small", {}, hit.space_group ? `no. ${hit.space_group}` : "")),
      h("td", { class: "number" }, hit.distance.toFixed(3), h("small", {}, hit.meaning)),
    ),
  );
  const known = meaning === "none" ? "none is near" : meaning;
  return [
    h("h2", {}, "Nearest prototypes"),
    h("p", { class: "muted" }, `${known}: ${hits[0].prototype} with a probability of ${percent(probability)}`),
    h("table", { id: "near" }, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...rows)),
  ];
}

function say(text) {
  element("status").textContent = text;
}

function complain(text) {
  element("problem").textContent = text;
  element("problem").hidden = !text;
}

function stop() {
  clearInterval(playing);
  playing = 0;
  element("play").textContent = "Play";
  element("play").setAttribute("aria-pressed", "false");
}

element("play").addEventListener("click", () => {
  if (playing) return stop();
  element("play").textContent = "Stop";
  element("play").setAttribute("aria-pressed", "true");
  playing = setInterval(() => show((current + 1) % frames.length), 400);
});
element("frame").addEventListener("input", (event) => {
  stop();
  show(Number(event.target.value));
});
element("by").addEventListener("change", () => show(current));
element("species").addEventListener("change", () => file && ask(file));
element("file").addEventListener("change", (event) => {
  if (event.target.files.length) ask(event.target.files[0]);
  event.target.value = "";
});
for (const name of ["dragover", "dragleave", "drop"])
  document.addEventListener(name, (event) => {
    event.preventDefault();
    document.body.classList.toggle("over", name === "dragover");
    if (name === "drop" && event.dataTransfer.files.length) ask(event.dataTransfer.files[0]);
  });

about = await (await fetch("about")).json();
const { limits, model, atoms_model: atomsModel, examples } = about;
element("limits").textContent =
  `CIF, XYZ, POSCAR, LAMMPS, PDB and more; up to ${limits.megabytes} MB, ${limits.atoms.toLocaleString("en")} atoms`;
element("about").textContent =
  `Answered by ${model}${atomsModel ? `, atoms by ${atomsModel}` : ""}, within ${limits.seconds} s; ` +
  `of long trajectories ${limits.frames} frames.`;
element("examples").append(
  ...Object.entries(examples).map(([name, what]) => {
    const button = h("button", { type: "button", "data-example": name }, what);
    button.addEventListener("click", async () => ask(new File([await (await fetch(`examples/${name}`)).blob()], name)));
    return button;
  }),
);
document.body.dataset.ready = "";
