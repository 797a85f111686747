// The structure on a canvas: balls and the edges of the cell in the order of their depth, turned by pointer and keys.

const BINS = 4096;
const FOG = 6; // steps from the front to the back
const FOGGY = 0.5; // share of the background at the back
const SPRITE = 96; // pixels
const PIECES = 12; // of an edge
const EDGES = [1, 2, 4].flatMap((axis) => [0, 1, 2, 3, 4, 5, 6, 7].filter((c) => !(c & axis)).map((c) => [c, c | axis]));

const colourOf = (css) => [1, 3, 5].map((at) => parseInt(css.slice(at, at + 2), 16));
const mixed = (a, b, share) => a.map((value, i) => Math.round(value + (b[i] - value) * share));
const rgb = (parts) => `rgb(${parts.join(" ")})`;

function product(a, b) {
  return Array.from({ length: 9 }, (_, at) => {
    const row = 3 * Math.floor(at / 3);
    return a[row] * b[at % 3] + a[row + 1] * b[3 + (at % 3)] + a[row + 2] * b[6 + (at % 3)];
  });
}

function turn(about, angle) {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return about === "x" ? [1, 0, 0, 0, c, -s, 0, s, c] : [c, 0, s, 0, 1, 0, -s, 0, c];
}

// Rows: to the right, upwards, towards the reader; z is upwards at first.
const FIRST = product(turn("x", 0.3), product(turn("y", -0.45), [1, 0, 0, 0, 0, 1, 0, -1, 0]));

export class Viewer {
  #canvas;
  #scene = null;
  #rotation = FIRST;
  #zoom = 1;
  #centre = [0, 0, 0];
  #reach = 1;
  #sprites = new Map();
  #asked = false;

  constructor(canvas) {
    this.#canvas = canvas;
    this.#listen();
    new ResizeObserver(() => this.#redraw()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.#sprites.clear();
      this.#redraw();
    });
  }

  // `positions`: three numbers an atom; `radii` and `kinds`: one; `palette`: the colour of each kind; `cell`: its three
  // vectors, which may be zero.
  show(scene) {
    this.#scene = scene;
    this.#redraw();
  }

  // Looks at the whole of what is shown.
  fit() {
    const { positions, radii, cell } = this.#scene;
    const corners = cell.flat().some(Boolean) ? cornersOf(cell).flat() : [];
    const [low, high] = [[Infinity, Infinity, Infinity], [-Infinity, -Infinity, -Infinity]];
    for (const values of [positions, corners])
      for (let i = 0; i < values.length; i++) {
        low[i % 3] = Math.min(low[i % 3], values[i]);
        high[i % 3] = Math.max(high[i % 3], values[i]);
      }
    this.#centre = low.map((value, axis) => (value + high[axis]) / 2);
    let far = 0;
    for (const values of [positions, corners])
      for (let i = 0; i < values.length; i += 3)
        far = Math.max(far, Math.hypot(...this.#centre.map((value, axis) => values[i + axis] - value)));
    this.#reach = far + radii.reduce((a, b) => Math.max(a, b), 0);
    this.#rotation = FIRST;
    this.#zoom = 1;
    this.#redraw();
  }

  turn(right, up) {
    this.#rotation = product(turn("x", up), product(turn("y", right), this.#rotation));
    this.#redraw();
  }

  zoom(factor) {
    this.#zoom = Math.min(20, Math.max(0.3, this.#zoom * factor));
    this.#redraw();
  }

  #redraw() {
    if (this.#asked || !this.#scene) return;
    this.#asked = true;
    requestAnimationFrame(() => {
      this.#asked = false;
      this.#draw();
    });
  }

  #draw() {
    const canvas = this.#canvas;
    const dots = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(canvas.clientWidth * dots), Math.round(canvas.clientHeight * dots)];
    if (!width || !height) return;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const pen = canvas.getContext("2d");
    pen.clearRect(0, 0, width, height);
    const { positions, radii, kinds, palette, cell } = this.#scene;
    const pieces = cell.flat().some(Boolean) ? piecesOf(cell) : [];
    const scale = (0.49 * Math.min(width, height) * this.#zoom) / this.#reach;
    const n = radii.length;
    const places = new Float32Array(2 * (n + 2 * pieces.length));
    const bins = new Uint16Array(n + pieces.length);
    const heads = new Int32Array(BINS + 1);
    const project = (at, x, y, z) => {
      const r = this.#rotation;
      const [a, b, c] = [x - this.#centre[0], y - this.#centre[1], z - this.#centre[2]];
      places[2 * at] = width / 2 + scale * (r[0] * a + r[1] * b + r[2] * c);
      places[2 * at + 1] = height / 2 - scale * (r[3] * a + r[4] * b + r[5] * c);
      return r[6] * a + r[7] * b + r[8] * c;
    };
    const sort = (item, depth) => {
      const share = Math.min(1, Math.max(0, 0.5 + depth / (2 * this.#reach)));
      bins[item] = Math.round(share * (BINS - 1));
      heads[bins[item] + 1]++;
    };
    for (let i = 0; i < n; i++) sort(i, project(i, positions[3 * i], positions[3 * i + 1], positions[3 * i + 2]));
    const most = radii.reduce((a, b) => Math.max(a, b), 0);
    pieces.forEach(([from, to], k) => {
      const depth = (project(n + 2 * k, ...from) + project(n + 2 * k + 1, ...to)) / 2;
      sort(n + k, depth - most); // the ball at a corner hides what is within it
    });
    for (let bin = 0; bin < BINS; bin++) heads[bin + 1] += heads[bin];
    const order = new Int32Array(bins.length);
    for (let i = 0; i < bins.length; i++) order[heads[bins[i]]++] = i;
    const style = getComputedStyle(canvas);
    const background = colourOf(style.getPropertyValue("--panel").trim());
    pen.strokeStyle = style.getPropertyValue("--strong-line");
    pen.lineWidth = 1.2 * dots;
    pen.lineCap = "round";
    for (const item of order) {
      if (item >= n) {
        const at = 2 * (n + 2 * (item - n));
        pen.beginPath();
        pen.moveTo(places[at], places[at + 1]);
        pen.lineTo(places[at + 2], places[at + 3]);
        pen.stroke();
        continue;
      }
      const size = 2 * radii[item] * scale;
      const [left, top] = [places[2 * item] - size / 2, places[2 * item + 1] - size / 2];
      if (left > width || top > height || left + size < 0 || top + size < 0) continue;
      const step = Math.round((1 - bins[item] / (BINS - 1)) * (FOG - 1));
      pen.drawImage(this.#sprite(palette[kinds[item]], step, background), left, top, size, size);
    }
  }

  #sprite(css, step, background) {
    const key = `${css} ${step}`;
    if (!this.#sprites.has(key)) this.#sprites.set(key, ball(colourOf(css), (FOGGY * step) / (FOG - 1), background));
    return this.#sprites.get(key);
  }

  #listen() {
    const canvas = this.#canvas;
    const held = new Map();
    const spread = () => {
      const [a, b] = [...held.values()];
      return Math.hypot(a.x - b.x, a.y - b.y) || 1;
    };
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      held.set(event.pointerId, { x: event.clientX, y: event.clientY });
    });
    canvas.addEventListener("pointermove", (event) => {
      const before = held.get(event.pointerId);
      if (!before) return;
      const apart = held.size === 2 ? spread() : 0;
      held.set(event.pointerId, { x: event.clientX, y: event.clientY });
      if (apart) this.zoom(spread() / apart);
      else this.turn((event.clientX - before.x) / 120, (event.clientY - before.y) / 120);
    });
    for (const name of ["pointerup", "pointercancel"])
      canvas.addEventListener(name, (event) => held.delete(event.pointerId));
    const zoomBy = (event) => {
      if (document.activeElement !== canvas && !event.ctrlKey) return; // the page scrolls
      event.preventDefault();
      this.zoom(Math.exp(-event.deltaY / 500));
    };
    canvas.addEventListener("wheel", zoomBy, { passive: false });
    canvas.addEventListener("dblclick", () => this.fit());
    canvas.addEventListener("keydown", (event) => {
      const step = 0.15;
      const ways = {
        ArrowLeft: () => this.turn(-step, 0),
        ArrowRight: () => this.turn(step, 0),
        ArrowUp: () => this.turn(0, -step),
        ArrowDown: () => this.turn(0, step),
        "+": () => this.zoom(1.2),
        "-": () => this.zoom(1 / 1.2),
        0: () => this.fit(),
      };
      if (!ways[event.key] || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      ways[event.key]();
    });
  }
}

function cornersOf(cell) {
  return Array.from({ length: 8 }, (_, corner) =>
    [0, 1, 2].map((axis) => cell.reduce((sum, vector, i) => sum + ((corner >> i) & 1) * vector[axis], 0)),
  );
}

function piecesOf(cell) {
  const corners = cornersOf(cell);
  return EDGES.flatMap(([from, to]) => {
    const point = (share) => corners[from].map((value, axis) => value + (corners[to][axis] - value) * share);
    return Array.from({ length: PIECES }, (_, i) => [point(i / PIECES), point((i + 1) / PIECES)]);
  });
}

function ball(colour, fog, background) {
  const sprite = document.createElement("canvas");
  sprite.width = sprite.height = SPRITE;
  const pen = sprite.getContext("2d");
  const middle = SPRITE / 2;
  const light = pen.createRadialGradient(0.72 * middle, 0.62 * middle, 0, middle, middle, middle);
  const tones = [[0, mixed(colour, [255, 255, 255], 0.65)], [0.45, colour], [1, mixed(colour, [0, 0, 0], 0.5)]];
  for (const [at, tone] of tones) light.addColorStop(at, rgb(mixed(tone, background, fog)));
  pen.fillStyle = light;
  pen.beginPath();
  pen.arc(middle, middle, middle - 1, 0, 2 * Math.PI);
  pen.fill();
  return sprite;
}
