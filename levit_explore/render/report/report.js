/* Shows, switches and draws what the page carries as data; every number that it shows was computed before. */
(function () {
  "use strict";

  let report = JSON.parse(document.getElementById("data").textContent);
  const SVG = "http://www.w3.org/2000/svg";
  const NAMES = { stem: "stem", attention: "attention", mlp: "MLP", head: "head", other: "other" };
  const LETTERS = { stem: "S", attention: "A", mlp: "M", head: "H", other: "o" };
  const PREFIXES = ["", "k", "M", "G", "T", "P", "E", "Z", "Y"];
  const LETTER = 6.6; // px a letter takes in a picture, about
  const PAPER = 700; // px a sheet of A4 or letter is wide between its margins, about
  const SHORT = 16; // rows of a table that paper keeps together
  const redraws = []; // called when the convention changes, and for paper
  let convention = report.convention;
  let paper = false; // whether what is drawn is drawn to be printed
  let ids = 0;
  let shown = []; // what the content holds

  /* ---- elements ---- */

  function fill(element, attributes, children) {
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.filter((child) => child !== null));
    return element;
  }

  const el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
  const shape = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);
  const unique = (word) => `${word}-${(ids += 1)}`;
  const say = (words) => { document.getElementById("status").textContent = words; };

  /* ---- numbers as people read them ---- */

  // Counts too large for a browser's numbers come as text, so they are grouped as text.
  const count = (value) => value === null ? "-" : String(value).replace(/\B(?=(\d{3})+$)/g, ",");
  const signed = (value) => (String(value).startsWith("-") ? "" : "+") + count(value);
  const percent = (value) => `${(100 * value).toFixed(2)} %`;
  const ratio = (value) => value === null ? "-" : value.toFixed(3);
  const lengths = (sides) => sides.join("x");

  // A count in short, for where an exact one has no room.
  function brief(value, unit) {
    const power = Math.min(PREFIXES.length - 1, Math.floor((String(value).length - 1) / 3));
    return `${Number((Number(value) / 1000 ** power).toPrecision(4))} ${PREFIXES[power]}${unit}`.trim();
  }

  // The sign is that of the exact difference, for a small share of it rounds to nothing.
  function gain(gained, relative) {
    if (gained === 0) return "the same";
    if (relative === null) return `${signed(gained)} (new)`;
    const part = Math.abs(relative) < 0.001 ? "< 0.1" : `${relative < 0 ? "" : "+"}${(100 * relative).toFixed(1)}`;
    return `${signed(gained)} (${part} %)`;
  }

  /* ---- pieces that sections are made of ---- */

  function section(place, title, level, ...children) {
    const heading = el(`h${level}`, { id: `${place}-title` }, title);
    // Named sections are landmarks; below the level of networks their names would not be unique.
    return el("section", { id: place, "aria-labelledby": level === 2 ? heading.id : null }, heading, ...children);
  }

  // A table. Paper does not scroll: there it comes in pieces of `most` columns, which all begin with the first.
  function table(caption, columns, rows, most = columns.length) {
    const all = columns.map((_, at) => at);
    const pieces = [];
    for (let from = 1; from === 1 || from < columns.length; from += paper ? most : columns.length) {
      pieces.push([0, ...all.slice(from, paper ? from + most : columns.length)]);
    }
    const box = scroll(caption, ...pieces.map((piece) =>
      grid(caption, piece.map((at) => columns[at]), rows.map((cells) => piece.map((at) => cells[at])))));
    box.classList.toggle("short", rows.length <= SHORT);
    return box;
  }

  function grid(caption, columns, rows) {
    const kind = (column) => ({ class: column.numeric ? "number" : null });
    const head = columns.map((column) => el("th", { scope: "col", ...kind(column) }, column.title));
    const body = rows.map(([first, ...cells]) => el("tr", null, el("th", { scope: "row" }, first),
      ...cells.map((cell, at) => el("td", kind(columns[at + 1]), cell))));
    return el("table", null, el("caption", null, caption),
      el("thead", null, el("tr", null, ...head)), el("tbody", null, ...body));
  }

  // A box that can be scrolled must be reachable by keyboard.
  function scroll(label, ...children) {
    return el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": label }, ...children);
  }

  const text = (title) => ({ title, numeric: false });
  const number = (title) => ({ title, numeric: true });
  const note = (words) => el("p", { class: "note" }, words);
  const folded = (summary, ...children) => el("details", null, el("summary", null, summary), ...children);

  function choice(label, options, chosen, changed) {
    const select = el("select", { id: unique("choice"), onchange: () => changed(select.value) });
    for (const [value, words] of options) select.append(el("option", { value, selected: value === chosen }, words));
    return el("p", { class: "choice" }, el("label", { for: select.id }, label), " ", select);
  }

  // A figure: its caption, a picture drawn as wide as there is room, and the same as a table.
  function figure(caption, draw, tabled) {
    const canvas = el("div", { class: "canvas" });
    const data = el("div");
    const words = el("figcaption", null);
    let width = 0;
    function paintCanvas() {
      width = paper ? PAPER : canvas.clientWidth || 640;
      keepFocus(canvas, () => canvas.replaceChildren(draw(width)));
    }
    function redraw() {
      words.textContent = typeof caption === "function" ? caption() : caption;
      paintCanvas();
      data.replaceChildren(tabled());
    }
    redraws.push(redraw);
    new ResizeObserver(() => {
      if (!paper && canvas.clientWidth && canvas.clientWidth !== width) paintCanvas();
    }).observe(canvas);
    redraw();
    return { element: el("figure", null, words, canvas, folded("The same as a table", data)), canvas, redraw };
  }

  // What has the focus in an element has it again, in its new form, after a change.
  function keepFocus(element, change) {
    const stops = () => [...element.querySelectorAll("[tabindex]")];
    const at = stops().indexOf(document.activeElement);
    change();
    const now = stops();
    if (at >= 0 && now.length) rove(now, now[Math.min(at, now.length - 1)]);
  }

  function picture(width, height, title, description, role) {
    const [name, words] = [unique("title"), unique("desc")];
    return shape("svg", { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "xMinYMin", role, class: "picture",
      "aria-labelledby": name, "aria-describedby": words },
    shape("title", { id: name }, title), shape("desc", { id: words }, description));
  }

  const label = (x, y, words, attributes) => shape("text", { x, y, ...attributes }, words);
  const fitting = (words, width) => words.find((word) => word.length * LETTER <= width) || "";

  // Words cut to a width; whatever is cut stands whole in the table beside the picture.
  function cut(words, width) {
    const most = Math.max(4, Math.floor(width / LETTER));
    return words.length > most ? `${words.slice(0, most - 1)}\u2026` : words;
  }

  /* ---- bars ---- */

  const bar = (role, value, before = "") =>
    ({ role, value, exact: before + count(value), brief: before + brief(value, "") });

  const longest = (words) => LETTER * Math.max(0, ...words.map((one) => one.length));

  // groups: [{name, bars, chosen}]; every bar says its value in words, in short where exact ones leave it no room.
  function bars(width, title, description, groups) {
    const all = groups.flatMap((group) => group.bars);
    const names = Math.min(width * 0.36, 12 + 1.1 * longest(groups.map((group) => group.name)));
    const words = longest(all.map((one) => one.exact)) + 14 < width * 0.45 ? "exact" : "brief";
    const room = width - names - longest(all.map((one) => one[words])) - 14;
    const scale = room / (Math.max(0, ...all.map((one) => Number(one.value))) || 1);
    const [line, gap] = [20, 10];
    const svg = picture(width, all.length * line + groups.length * gap, title, description, "img");
    let y = 0;
    for (const group of groups) {
      const [weight, middle] = [group.chosen ? " chosen" : "", y + group.bars.length * line / 2 + 4];
      svg.append(label(0, middle, cut(group.name, names - 6), { class: `name${weight}` }));
      for (const one of group.bars) {
        const length = scale * Number(one.value);
        svg.append(...block(names, y + 2, length, line - 4, one.role, group.chosen),
          label(names + length + 6, y + line / 2 + 4, one[words], { class: `value${weight}` }));
        y += line;
      }
      y += gap;
    }
    return svg;
  }

  // A rectangle in a role's colour; MLP is hatched too, so that colour is not the only sign.
  function block(x, y, width, height, role, chosen) {
    const place = { x, y, width: Math.max(width, 0), height: Math.max(height, 0) };
    const rect = shape("rect", { ...place, class: `fill ${role}${chosen ? " chosen" : ""}` });
    return role === "mlp" ? [rect, hatch(place)] : [rect];
  }

  function hatch({ x, y, width, height }) {
    const step = 7;
    let path = "";
    for (let at = Math.min(step, (width + height) / 2); at < width + height; at += step) {
      const [x1, y1] = at < height ? [x, y + at] : [x + at - height, y + height];
      const [x2, y2] = at < width ? [x + at, y] : [x + width, y + at - width];
      path += `M${x1.toFixed(1)} ${y1.toFixed(1)}L${x2.toFixed(1)} ${y2.toFixed(1)}`;
    }
    return shape("path", { d: path, class: "hatch" });
  }

  /* ---- what is marked, in the table and in the pictures of one network alike ---- */

  function linked() {
    const watchers = [];
    const link = { marked: null, selected: null };
    const tell = () => watchers.forEach((watch) => watch(link));
    link.watch = (watch) => watchers.push(watch);
    link.mark = (target) => { link.marked = target; tell(); };
    link.select = (target) => {
      link.selected = link.selected && target && same(link.selected, target) ? null : target;
      tell();
    };
    return link;
  }

  const same = (a, b) => a.path === b.path && a.role === b.role;
  const leads = (path, inner) => inner === path || inner.startsWith(`${path}.`);

  // Whether two targets {path, role} have anything in common; null stands for all, and what a graph draws once for
  // every repetition of a block.
  function touch(a, b) {
    if (a.role && b.role && a.role !== b.role) return false;
    if (a.path === null || b.path === null) return true;
    const [one, other] = a.repeats || b.repeats ? [once(a.path), once(b.path)] : [a.path, b.path];
    return leads(one, other) || leads(other, one);
  }

  const once = (path) => path.replace(/\.blocks\.\d+/g, ".blocks.0");

  function paint(element, link, target) {
    element.classList.toggle("marked", Boolean(link.marked && touch(link.marked, target)));
    element.classList.toggle("selected", Boolean(link.selected && touch(link.selected, target)));
  }

  const press = (element, link, target) =>
    element.setAttribute("aria-pressed", String(Boolean(link.selected && same(link.selected, target))));

  /* One of many elements can be reached by tab; arrow keys lead from it to the others. */

  function rove(elements, to) {
    elements.forEach((one) => one.setAttribute("tabindex", one === to ? "0" : "-1"));
    to.focus();
  }

  function roved(event, elements, at) {
    const to = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1,
      Home: 0, End: elements.length - 1 }[event.key];
    if (to === undefined) return false;
    if (elements[to]) rove(elements, elements[to]);
    return true;
  }

  const enters = (event) => event.key === "Enter" || event.key === " ";

  /* ---- the picture of areas ---- */

  // What is drawn side by side at a place: the parts, the blocks of a part, or the ops of a block.
  function pieces(spec, trail) {
    if (trail.length === 0) {
      return spec.area.map((part) => ({ ...part, target: { path: part.path, role: single(part) }, opens: true }));
    }
    const part = spec.area.find((one) => one.path === trail[0]);
    if (trail.length === 1 && part.blocks.length > 1) {
      const blocks = spec.rows.block.filter((row) => part.blocks.includes(row.path));
      return blocks.map((row) => piece(row, part.path, true));
    }
    const path = trail[trail.length - 1];
    return spec.rows.op.filter((row) => leads(path, row.path)).map((row) => piece(row, path, false));
  }

  const single = (part) => part.halves.length === 1 ? part.halves[0].role : null;

  function piece({ path, role, flops, share }, around, opens) {
    const name = path === around ? path.split(".").pop() : path.slice(around.length + 1).replace(/^blocks\./, "");
    const halves = [{ role, flops, share, of_part: flops.map(() => 1) }];
    return { name, path, flops, share, opens, halves, target: { path, role } };
  }

  function spoken(one) {
    const halves = one.halves.length > 1
      ? one.halves.map((half) => `${NAMES[half.role]} ${percent(half.share[convention])}`).join(", ")
      : NAMES[one.halves[0].role];
    const flops = `${count(one.flops[convention])} FLOPs, ${percent(one.share[convention])} of the network`;
    return `${one.name}: ${flops}; ${halves}`;
  }

  const TOP = 20; // px above the parts, for their names
  const SLIM = 4; // px: what is narrower has no border of its own, which would cover it

  // Draws pieces side by side, each as wide as its FLOPs and split by role, and calls `made` for each group drawn.
  function areas(svg, items, width, height, made) {
    const whole = items.reduce((sum, one) => sum + Number(one.flops[convention]), 0) || 1;
    const deep = height - TOP - 2;
    let x = 0;
    for (const one of items) {
      const wide = width * Number(one.flops[convention]) / whole;
      if (wide > 0) {
        const group = shape("g", null, shape("title", null, spoken(one)));
        group.append(label(x + 1, TOP - 7, fitting([one.name, shorter(one.name)], wide - 4), { class: "name" }));
        let y = TOP;
        for (const half of one.halves) {
          const tall = deep * half.of_part[convention];
          group.append(...halfBlock(half, x, y, wide, tall));
          y += tall;
        }
        group.append(inset(x, TOP, wide, deep, { class: "frame" }));
        svg.append(group);
        made(group, one);
      }
      x += wide;
    }
    svg.append(shape("rect", { x: 0, y: TOP, width: x, height: deep, class: "border" }));
  }

  const shorter = (name) =>
    name.replace("downsample ", "d").replace("stage ", "s").replace(/(\d+)\.(a|m)\w*$/, "$1$2");

  function halfBlock(half, x, y, width, height) {
    const drawn = block(x, y, width, height, half.role, false);
    drawn[0].classList.toggle("slim", width < SLIM);
    drawn[0].dataset.role = half.role;
    const words = fitting([NAMES[half.role], LETTERS[half.role]], width - 14);
    if (words && height > 18) drawn.push(label(x + 6, y + 16, words, { class: "inside" }));
    const share = fitting([percent(half.share[convention])], width - 12);
    if (share && height > 36) drawn.push(label(x + 6, y + 32, share, { class: "inside light" }));
    return [...drawn, inset(x, y, width, height, { class: "outline", "data-role": half.role })];
  }

  // A rectangle just within another, so that no neighbour covers its line.
  function inset(x, y, width, height, attributes) {
    const by = Math.min(2, width / 4, height / 4);
    return shape("rect", { x: x + by, y: y + by, width: width - 2 * by, height: height - 2 * by, ...attributes });
  }

  function areaSection(spec, place, level, link) {
    const crumbs = el("nav", { class: "crumbs", "aria-label": `Where the picture of ${spec.name} is` });
    const view = { spec, link, crumbs, trail: [], groups: [], figure: null };
    view.figure = figure(
      () => `Area is FLOPs as ${report.conventions[convention].name} counts. `
        + "Choose a part to open it; Escape leads back.",
      (width) => drawArea(view, width), () => areaTable(view));
    link.watch(() => paintArea(view));
    crumb(view);
    view.figure.canvas.before(legend(), crumbs);
    return section(`${place}-area`, "Where the FLOPs go", level, view.figure.element);
  }

  const around = ({ trail, spec }) => trail[trail.length - 1] || spec.name;

  function drawArea(view, width) {
    const svg = picture(width, 300, `FLOPs of ${around(view)}`,
      "Parts side by side, each as wide as its FLOPs, attention above and MLP below as high as their shares: "
      + "areas are FLOPs.", "group");
    const { link, groups } = view;
    groups.length = 0;
    areas(svg, pieces(view.spec, view.trail), width, 300, (group, one) => {
      fill(group, { role: "button", tabindex: groups.length ? "-1" : "0", "data-path": one.path, class: "piece",
        "aria-label": spoken(one) + (one.opens ? "; opens" : ""),
        onclick: () => activate(view, one), onkeydown: (event) => areaKey(view, event, one),
        onmouseover: ({ target }) => link.mark({ path: one.path, role: target.dataset.role || one.target.role }),
        onmouseleave: () => link.mark(null), onfocus: () => link.mark(one.target), onblur: () => link.mark(null) }, []);
      groups.push({ group, one });
    });
    paintArea(view);
    return svg;
  }

  function paintArea({ link, groups }) {
    for (const { group, one } of groups) {
      const lines = group.querySelectorAll(".outline");
      lines.forEach((line) => paint(line, link, { path: one.path, role: line.dataset.role }));
      if (!one.opens) press(group, link, one.target);
    }
  }

  function activate(view, one) {
    if (one.opens) go(view, [...view.trail, one.path], null);
    else view.link.select(one.target);
  }

  function go(view, to, from) {
    view.trail = to;
    view.figure.redraw();
    crumb(view);
    const at = view.groups.find(({ one }) => one.path === from) || view.groups[0];
    if (at) rove(view.groups.map(({ group }) => group), at.group);
    say(`${around(view)}: ${view.groups.length} parts`);
  }

  function areaKey(view, event, one) {
    const { trail, groups } = view;
    const at = groups.findIndex((other) => other.one === one);
    if (enters(event)) activate(view, one);
    else if (event.key === "Escape" && trail.length) go(view, trail.slice(0, -1), trail[trail.length - 1]);
    else if (!roved(event, groups.map(({ group }) => group), at)) return;
    event.preventDefault();
  }

  function crumb(view) {
    const { spec, trail, crumbs } = view;
    const named = (path) => (spec.area.find((one) => one.path === path) || { name: path }).name;
    const back = (at) => () => go(view, trail.slice(0, at), trail[at]);
    crumbs.hidden = trail.length === 0;
    crumbs.replaceChildren(el("ol", null, ...[spec.name, ...trail.map(named)].map((name, at) => el("li", null,
      at < trail.length ? el("button", { type: "button", onclick: back(at) }, name)
        : el("span", { "aria-current": "true" }, name)))));
  }

  function areaTable(view) {
    const cost = (one, role) => {
      const half = one.halves.find((each) => each.role === role);
      return half ? count(half.flops[convention]) : "-";
    };
    return table(`What the picture shows of ${around(view)}`,
      [text("part"), number("FLOPs"), number("share"), number("attention"), number("MLP")],
      pieces(view.spec, view.trail).map((one) => [one.name, count(one.flops[convention]),
        percent(one.share[convention]), cost(one, "attention"), cost(one, "mlp")]));
  }

  function legend() {
    return el("ul", { class: "legend" }, ...Object.keys(NAMES).slice(0, 4).map((role) =>
      el("li", null, sign(...block(1, 1, 16, 12, role, false)),
        ` ${NAMES[role]}${role === "mlp" ? " (hatched)" : ""}`)));
  }

  const sign = (...shapes) =>
    shape("svg", { viewBox: "0 0 18 14", width: 18, height: 14, "aria-hidden": "true" }, ...shapes);

  /* ---- the table of all rows ---- */

  const COLUMNS = [
    { key: "path", title: "path" }, { key: "role", title: "role" }, { key: "out", title: "output" },
    { key: "params", title: "params", numeric: true }, { key: "flops", title: "FLOPs", numeric: true },
    { key: "share", title: "share", numeric: true },
  ];
  const CSV = ["path", "role", "stage", "downsample", "out", "params", "flops", "share"];
  const LEVELS = { op: "an op", block: "a block", stage: "a stage", role: "a role", model: "the model" };

  function cell(row, key) {
    if (key === "out") return lengths(row.out);
    return key === "flops" || key === "share" ? row[key][convention] : row[key];
  }

  // Words in their order, but with the numbers in them as numbers: 2 before 10.
  function natural(a, b) {
    const [one, other] = [a, b].map((words) => words.split(/(\d+)/).map((part, at) => at % 2 ? Number(part) : part));
    const at = one.findIndex((part, place) => part !== other[place]);
    if (at < 0 || at >= other.length) return one.length - other.length;
    return one[at] < other[at] ? -1 : 1;
  }

  function rowsSection(spec, place, level, link) {
    const view = { spec, link, level: "block", key: null, down: false, drawn: [], body: el("tbody"),
      found: el("p", { class: "found", role: "status" }),
      filter: el("input", { type: "search", id: unique("filter"), placeholder: "stages.1 mlp",
        oninput: () => renderRows(view) }),
      fallback: el("textarea", { class: "csv", readonly: true, hidden: true, rows: "6",
        "aria-label": "The rows as CSV" }) };
    view.heads = COLUMNS.map((column) => sortHead(view, column));
    const by = Object.keys(spec.rows).map((one) => [one, LEVELS[one]]);
    view.box = scroll(`Rows of ${spec.name}`, el("table", { class: "rows" },
      el("caption", null, `Rows of ${spec.name}; a row chosen by its path is marked in the pictures`),
      el("thead", null, el("tr", null, ...view.heads)), view.body));
    view.box.classList.add("tall");
    redraws.push(() => renderRows(view));
    renderRows(view);
    watchRows(view);
    return section(`${place}-rows`, "All rows", level,
      el("div", { class: "controls" },
        choice("A row is", by, view.level, (value) => { view.level = value; renderRows(view); }),
        el("p", { class: "choice" }, el("label", { for: view.filter.id }, "Filter"), " ", view.filter),
        el("button", { type: "button", class: "action", onclick: () => copyRows(view) }, "Copy as CSV"), view.found),
      view.fallback, view.box);
  }

  function sortHead(view, column) {
    return el("th", { scope: "col", class: column.numeric ? "number" : null },
      el("button", { type: "button", onclick: () => sortRows(view, column) }, column.title,
        el("span", { class: "arrow", "aria-hidden": "true" })));
  }

  function sortRows(view, column) {
    // Numbers first from the largest, words from a; then the other way; then as they run.
    const first = Boolean(column.numeric);
    if (view.key !== column.key) Object.assign(view, { key: column.key, down: first });
    else if (view.down === first) view.down = !first;
    else view.key = null;
    renderRows(view);
  }

  // The rows that have every word of the filter in their path or role.
  function visible({ spec, level, filter, key, down }) {
    const words = filter.value.toLowerCase().split(/[\s,]+/);
    const has = (row, word) => `${row.path} ${NAMES[row.role]}`.toLowerCase().includes(word);
    const rows = spec.rows[level].filter((row) => words.every((word) => has(row, word)));
    if (!key) return rows;
    const { numeric } = COLUMNS.find((column) => column.key === key);
    const order = (a, b) => numeric ? Number(cell(a, key)) - Number(cell(b, key))
      : natural(String(cell(a, key)), String(cell(b, key)));
    return rows.sort((a, b) => down ? order(b, a) : order(a, b));
  }

  // Sums over the network have no place in it: what a role's row stands for is the role, everywhere.
  function rowTarget(level, row) {
    if (level === "model") return { path: null, role: null };
    if (level === "role") return { path: null, role: row.role };
    return { path: row.path, role: row.role === "other" ? null : row.role };
  }

  function renderRows(view) {
    const rows = visible(view);
    view.heads.forEach((head, at) => {
      const sorted = COLUMNS[at].key === view.key;
      head.setAttribute("aria-sort", sorted ? (view.down ? "descending" : "ascending") : "none");
    });
    const most = Math.max(...rows.map((row) => row.share[convention])) || 1;
    view.drawn = rows.map((row, at) => lineOf(view, row, at, most));
    view.body.replaceChildren(...view.drawn.map((one) => one.line));
    view.box.classList.toggle("short", rows.length <= SHORT);
    view.found.textContent = `${rows.length} of ${view.spec.rows[view.level].length} rows`;
    paintRows(view);
  }

  function lineOf(view, row, at, most) {
    const { link } = view;
    const target = rowTarget(view.level, row);
    const name = el("button", { type: "button", tabindex: at ? "-1" : "0",
      onkeydown: (event) => { if (roved(event, view.drawn.map((one) => one.name), at)) event.preventDefault(); },
      onclick: () => link.select(target), onfocus: () => link.mark(target), onblur: () => link.mark(null) }, row.path);
    const share = shape("svg", { viewBox: "0 0 62 10", class: "spark", "aria-hidden": "true" },
      ...block(1, 1, 60 * row.share[convention] / most, 8, row.role, false));
    const line = el("tr", { "data-path": row.path,
      onmouseenter: () => link.mark(target), onmouseleave: () => link.mark(null) },
    el("th", { scope: "row" }, name), el("td", null, NAMES[row.role]), el("td", { class: "number" }, lengths(row.out)),
    el("td", { class: "number" }, count(row.params)), el("td", { class: "number" }, count(row.flops[convention])),
    el("td", { class: "number" }, share, " ", percent(row.share[convention])));
    return { line, name, target };
  }

  function paintRows({ link, drawn }) {
    for (const { line, name, target } of drawn) {
      paint(line, link, target);
      press(name, link, target);
    }
  }

  // Paints, and scrolls the box, not the page, to the first row that was selected elsewhere.
  function watchRows(view) {
    const { link } = view;
    let last = null;
    link.watch(() => {
      paintRows(view);
      const first = view.drawn.find(({ line }) => line.classList.contains("selected"));
      if (link.selected && link.selected !== last && first && !first.line.contains(document.activeElement)) {
        view.box.scrollTop = first.line.offsetTop - 60;
      }
      last = link.selected;
    });
  }

  function csv(rows) {
    const quoted = (value) => /[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
    const line = (values) => values.map((value) => value === null ? "" : quoted(String(value))).join(",");
    return `${[line(CSV), ...rows.map((row) => line(CSV.map((key) => cell(row, key))))].join("\n")}\n`;
  }

  async function copyRows(view) {
    const { fallback, found } = view;
    const rows = visible(view);
    try {
      await navigator.clipboard.writeText(csv(rows));
      fallback.hidden = true;
      say("Copied as CSV.");
      found.textContent = `${rows.length} rows copied as CSV`;
    } catch {
      fallback.value = csv(rows);
      fallback.hidden = false;
      fallback.select();
      found.textContent = "The browser does not let a page copy: the text below is selected, copy it yourself.";
    }
  }

  /* ---- totals, conventions, balance, memory ---- */

  // A section's part that follows the convention.
  function live(render) {
    redraws.push(render);
    render();
  }

  function tile(name, value, detail) {
    return el("div", { class: "tile" },
      el("dt", null, name), el("dd", null, el("strong", null, value), el("span", null, detail)));
  }

  function totalsSection(spec, place, level) {
    const tiles = el("dl", { class: "tiles" });
    const words = el("p", { class: "note" });
    const { totals, memory } = spec;
    live(() => {
      const { whole, balanced } = spec.balance.net[convention];
      tiles.replaceChildren(
        tile("FLOPs", brief(totals[convention], ""), count(totals[convention])),
        tile("parameters", brief(memory.params, ""), count(memory.params)),
        tile("attention / MLP", ratio(whole.ratio), balanced ? "in balance" : "out of balance"),
        tile("activations, peak", brief(memory.peak, "B"), "float32, one image, forward"),
        tile("activations, all kept", brief(memory.activations, "B"), "float32, one image, sum of all outputs"));
      words.textContent = `${report.conventions[convention].summary}.`;
    });
    const notes = [spec.source && `Source: ${spec.source}`, ...spec.notes, spec.weights_note].filter(Boolean);
    return section(`${place}-totals`, "Totals", level, tiles, words, ...notes.map(note),
      folded("The spec, every default filled in", scroll(`Spec of ${spec.name}`, el("pre", null, spec.yaml))));
  }

  function ledgerSection(spec, place, level) {
    const names = report.conventions.map((one) => one.name);
    const ledger = el("div");
    let base = 0;
    const chosen = choice("Explain the shown total from that of", names.map((name, at) => [String(at), name]), "0",
      (value) => { base = Number(value); render(); });
    function render() {
      if (base === convention) base = convention === 0 ? 2 : 0; // nothing leads from a total to itself
      const select = chosen.querySelector("select");
      select.value = String(base);
      [...select.options].forEach((option, at) => { option.disabled = at === convention; });
      ledger.replaceChildren(ledgerTable(spec, names, base));
    }
    live(render);
    return section(`${place}-ledger`, "Why counters differ", level, counters(spec, names).element, chosen, ledger);
  }

  function counters(spec, names) {
    const title = `FLOPs of ${spec.name} by counter`;
    return figure("One network, and the total that each counter reports. The counter that is shown is outlined.",
      (width) => bars(width, title, "A bar for each counting convention, as long as its total.",
        names.map((name, at) => ({ name: at === convention ? `${name} (shown)` : name, chosen: at === convention,
          bars: [bar("plain", spec.totals[at])] }))),
      () => table(title, [text("counter"), number("FLOPs"), text("what it counts")],
        names.map((name, at) => [name, count(spec.totals[at]), report.conventions[at].summary])));
  }

  function ledgerTable(spec, names, base) {
    return table(`From ${names[base]} to ${names[convention]}`,
      [text("work"), number("count"), number("FLOPs for each"), number("FLOPs")], [
        [`total of ${names[base]}`, "", "", count(spec.totals[base])],
        ...spec.ledgers[base][convention].map((term) =>
          [term.work, count(term.count), signed(term.weight), signed(term.flops)]),
        [`total of ${names[convention]}`, "", "", count(spec.totals[convention])]]);
  }

  const RULES = {
    net: "rule net: the whole net is judged, shrinking attention included; each downsample stands apart",
    stage: "rule stage: each stage is judged, shrinking attention left out; its MLP belongs to its stage",
  };

  const sides = (part) => [bar("attention", part.attention, "A "), bar("mlp", part.mlp, "M ")];

  function balanceSection(spec, place, level) {
    let rule = "net";
    const verdict = el("p", { class: "verdict" });
    const found = () => spec.balance[rule][convention];
    const chart = figure("FLOPs of attention and MLP, part by part.",
      (width) => bars(width, `Attention and MLP of ${spec.name}`,
        "Two bars for each part: FLOPs of attention above, of MLP below, hatched.",
        found().parts.map((part) => ({ name: part.part, bars: sides(part) }))),
      () => balanceTable(spec.name, [...found().parts, found().whole]));
    function render() {
      const { balanced, whole } = found();
      verdict.textContent = `${balanced ? "In balance" : "Out of balance"} by ${RULES[rule]}. `
        + `Attention / MLP is ${ratio(whole.ratio)}; `
        + `from ${report.bounds[0]} to ${report.bounds[1]} is in balance.`;
    }
    live(render);
    const chosen = choice("Rule", [["net", "net"], ["stage", "stage"]], rule,
      (value) => { rule = value; render(); chart.redraw(); });
    return section(`${place}-balance`, "Balance", level, chosen, verdict, chart.element);
  }

  function balanceTable(name, parts) {
    return table(`Balance of ${name}`,
      [text("part"), number("attention"), number("of it mixing"), number("MLP"), number("attention / MLP"),
        text("verdict")],
      parts.map((part) => [part.part, count(part.attention), count(part.mixing), count(part.mlp), ratio(part.ratio),
        part.within ? "within the bounds" : "outside"]));
  }

  function memorySection(spec, place, level) {
    const { memory } = spec;
    const chart = (key, title, unit) => figure(title,
      (width) => bars(width, `${title} (${spec.name})`, "A bar for each part.",
        memory.parts.map((part) => ({ name: part.name, bars: [bar("plain", part[key])] }))),
      () => table(`${title} (${spec.name})`, [text("part"), number(unit)],
        [...memory.parts.map((part) => [part.name, count(part[key])]), ["whole net", count(memory[key])]])).element;
    return section(`${place}-memory`, "Parameters and activations", level,
      note(`${count(memory.params)} parameters take ${count(memory.params_bytes)} bytes as float32. `
        + `For one image the outputs of all ops take ${count(memory.activations)} bytes together, `
        + `and at most ${count(memory.peak)} bytes of them are needed at once in a forward pass.`),
      el("div", { class: "pair" }, chart("params", "Parameters by part", "parameters"),
        chart("activations", "Bytes of activations by part, all kept", "bytes")));
  }

  /* ---- the graph ---- */

  function graphSection(spec, place, level, link) {
    const view = { spec, link, nodes: [], box: scroll(`Graph of ${spec.name}`), tables: el("div") };
    view.box.classList.add("graph");
    link.watch(() => paintGraph(view));
    const levels = spec.graphs.map((one) => [one.level, `a ${one.level}`]);
    showGraph(view, levels[0][0]);
    return section(`${place}-graph`, "Graph", level,
      el("div", { class: "controls" }, choice("A box is", levels, levels[0][0], (name) => showGraph(view, name))),
      note(`FLOPs as ${report.conventions[report.convention].name} counts. `
        + "Choosing a box marks its rows in the table above."),
      view.box, folded("The same as tables", view.tables));
  }

  // Boxes and clusters can be chosen. A cluster of several roles is marked by none of them, for what it holds is.
  function showGraph(view, name) {
    const graph = view.spec.graphs.find((one) => one.level === name);
    const parsed = new DOMParser().parseFromString(graph.svg, "image/svg+xml");
    const drawing = document.importNode(parsed.documentElement, true);
    drawing.setAttribute("role", "group");
    view.nodes = [...drawing.querySelectorAll("[data-path]")].map((node) => {
      const { path, role } = node.dataset;
      const several = role === "several";
      const target = { path, role: several ? null : role, repeats: true };
      return { node, target, shown: several && node.classList.contains("cluster") ? { ...target, role } : target };
    });
    view.nodes.forEach(({ node, target }, at) => fill(node, { role: "button", tabindex: at ? "-1" : "0",
      "aria-label": node.querySelector("title").textContent,
      onclick: () => view.link.select(target), onkeydown: (event) => graphKey(view, event, at),
      onmouseenter: () => view.link.mark(target), onmouseleave: () => view.link.mark(null),
      onfocus: () => view.link.mark(target), onblur: () => view.link.mark(null) }, []));
    view.box.replaceChildren(drawing);
    view.tables.replaceChildren(...graphTables(view.spec.name, graph));
    paintGraph(view);
  }

  function graphKey({ link, nodes }, event, at) {
    if (enters(event)) link.select(nodes[at].target);
    else if (!roved(event, nodes.map(({ node }) => node), at)) return;
    event.preventDefault();
  }

  function paintGraph({ link, nodes }) {
    for (const { node, target, shown: seen } of nodes) {
      paint(node, link, seen);
      press(node, link, target);
    }
  }

  function graphTables(name, graph) {
    return [
      table(`Boxes of the graph of ${name} by ${graph.level}`,
        [text("path"), text("kind"), number("output"), number("FLOPs each"), number("times"), number("share")],
        graph.boxes.map((box) =>
          [box.path, box.kind, lengths(box.out), count(box.flops), count(box.times), percent(box.share)])),
      table(`Edges of the graph of ${name} by ${graph.level}`,
        [text("from"), text("to"), number("shape"), text("way")],
        graph.edges.map((edge) =>
          [edge.source, edge.target, lengths(edge.shape), edge.skip ? "past a branch" : ""])),
    ];
  }

  /* ---- attention biases ---- */

  const CELL = 10; // units a key takes in a map
  const FEW = 14; // columns of values that fit a sheet of paper

  function biasSection(spec, place, level) {
    const { maps, colors, low, unlearned } = spec.biases;
    const view = { colors, map: maps[0], head: 0, query: [0, 0], heads: el("span"), values: el("div"),
      words: el("p", { class: "note", role: "status" }),
      grid: el("div", { class: "heads", tabindex: "0", role: "application",
        "aria-label": "Bias maps: arrow keys move the query token", onkeydown: (event) => queryKey(view, event) }) };
    chooseMap(view, maps[0]);
    redraws.push(() => renderBiases(view));
    const chosen = choice("Attention", maps.map((one) => [one.path, one.path]), maps[0].path,
      (path) => chooseMap(view, maps.find((one) => one.path === path)));
    return section(`${place}-biases`, "Attention biases", level,
      note("What each head adds to q.k, for one query and every key. "
        + `One scale for all heads, ${low} to 0: each head's maximum is subtracted for the colour, `
        + "which softmax does not see. Click a map or use the arrow keys to move the query, the outlined square."),
      unlearned.length ? note(`Nothing learned, and so not shown: ${unlearned.join(", ")}.`) : null,
      scale(colors, low), el("div", { class: "controls" }, chosen, view.heads),
      view.grid, view.words, folded("The values of the chosen head", view.values));
  }

  function chooseMap(view, map) {
    const heads = map.values.map((_, at) => [String(at), String(at)]);
    Object.assign(view, { map, head: 0, query: map.queries.map((side) => Math.floor(side / 2)) });
    view.heads.replaceChildren(choice("Head", heads, "0",
      (value) => { view.head = Number(value); renderBiases(view); }));
    renderBiases(view);
  }

  // The column of a key's offset from the query in the tables of a map.
  const offset = ({ query, map }, y, x) =>
    Math.abs(query[0] * map.stride - y) * map.keys[1] + Math.abs(query[1] * map.stride - x);

  function drawHead(view, at) {
    const { map, colors, query } = view;
    const [height, width] = map.keys.map((side) => side * CELL);
    const svg = picture(width, height, `Head ${at} of ${map.path}`,
      `The bias of each key for query ${query.join(", ")}, as a colour; the table below has the values.`, "img");
    colorPaths(view, at).forEach((d, shade) => svg.append(shape("path", { d, fill: colors[shade] })));
    const [y, x] = query.map((one) => one * map.stride * CELL + 1);
    const square = { x, y, width: CELL - 2, height: CELL - 2 };
    svg.append(shape("rect", { x: 0, y: 0, width, height, class: "border" }),
      shape("rect", { ...square, class: "query-outside" }), shape("rect", { ...square, class: "query" }));
    svg.addEventListener("click", (event) => pickQuery(view, event, svg, at));
    const chosen = at === view.head;
    return el("figure", { class: chosen ? "head chosen" : "head" }, svg,
      el("figcaption", null, `head ${at}${chosen ? " (chosen)" : ""}`));
  }

  // One path a colour: far fewer elements than one a key.
  function colorPaths(view, at) {
    const paths = new Map();
    const [height, width] = view.map.keys;
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        const shade = view.map.shades[at][offset(view, y, x)];
        paths.set(shade, `${paths.get(shade) || ""}M${x * CELL} ${y * CELL}h${CELL}v${CELL}h${-CELL}z`);
      }
    }
    return paths;
  }

  const within = (place, side) => Math.min(side - 1, Math.max(0, place));

  function pickQuery(view, event, svg, at) {
    const { map } = view;
    const box = svg.getBoundingClientRect();
    const key = [(event.clientY - box.top) / box.height * map.keys[0],
      (event.clientX - box.left) / box.width * map.keys[1]];
    view.query = key.map((one, axis) => within(Math.round(Math.floor(one) / map.stride), map.queries[axis]));
    view.head = at;
    view.heads.querySelector("select").value = String(at);
    renderBiases(view);
  }

  function queryKey(view, event) {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!step) return;
    view.query = view.query.map((one, axis) => within(one + step[axis], view.map.queries[axis]));
    event.preventDefault();
    renderBiases(view);
  }

  function renderBiases(view) {
    const { map, head, query } = view;
    const [rows, columns] = map.keys.map((side) => Array.from({ length: side }, (_, at) => at));
    const [low, high] = map.ranges[head];
    view.grid.replaceChildren(...map.values.map((_, at) => drawHead(view, at)));
    view.words.textContent = `Query ${query.join(", ")} of ${map.queries.join(" x ")}; head ${head}: `
      + `biases from ${low} to ${high} over all offsets.`;
    view.values.replaceChildren(table(`Bias of each key for query ${query.join(", ")} in head ${head} of ${map.path}`,
      [text("row"), ...columns.map((x) => number(String(x)))],
      rows.map((y) => [String(y), ...columns.map((x) => String(map.values[head][offset(view, y, x)]))]), FEW));
    view.values.firstChild.classList.add("values");
  }

  function scale(colors, low) {
    const svg = picture(260, 32, "Scale of colours", `From ${low}, dark, to 0, light.`, "img");
    const wide = 260 / colors.length;
    colors.forEach((color, at) =>
      svg.append(shape("rect", { x: at * wide, y: 0, width: wide + 0.5, height: 12, fill: color })));
    svg.append(shape("rect", { x: 0, y: 0, width: 260, height: 12, class: "border" }),
      label(0, 28, String(low), { class: "value" }), label(260, 28, "0", { class: "value", "text-anchor": "end" }));
    svg.classList.add("scale");
    return svg;
  }

  /* ---- several networks ---- */

  const ABREAST = 5; // networks whose columns fit a sheet of paper

  function comparisonSection() {
    const { comparison, specs } = report;
    const columns = (first, kind) => [text(first), ...specs.map((spec) => kind(spec.name))];
    const of = (values) => values.length === 1 ? values[0] : values[convention];
    const measures = () => table("Totals, with differences to the first", columns("measure", number),
      comparison.measures.map((one) =>
        [one.unit === "bytes" ? `${one.name}, bytes` : one.name, ...changes(of(one.values))]), ABREAST);
    const stages = () => table("FLOPs by stage, with differences to the first", columns("stage", number),
      comparison.stages.map((one) => [one.path, ...changes(one.values[convention])]), ABREAST);
    const differing = () => comparison.fields.length === 0 ? el("p", null, "No field differs.")
      : table("Fields that differ", columns("field", text),
        comparison.fields.map((one) => [one.field, ...one.values]), ABREAST);
    return section("comparison", "Side by side", 2, boxed(measures),
      sub("What differs in the specs", boxed(differing)),
      sub("Where the FLOPs go", sideBySide(specs).element, boxed(stages)),
      sub("Balance", balanceFigure(specs).element, boxed(() => balances(specs))),
      comparison.scatter === null ? null : sub("Cost against accuracy",
        scatter("flops", "FLOPs"), scatter("params", "parameters")));
  }

  const sub = (title, ...children) => el("div", { class: "sub" }, el("h3", null, title), ...children);

  function boxed(draw) {
    const box = el("div");
    live(() => box.replaceChildren(draw()));
    return box;
  }

  function changes(values) {
    return values.map(({ value, gained, relative }, at) => at === 0 || value === null ? count(value)
      : el("span", { class: "change" }, count(value), el("small", null, gain(gained, relative))));
  }

  function balances(specs) {
    return table("Balance of the whole net",
      [text("spec"), number("attention"), number("MLP"), number("attention / MLP"), text("verdict")],
      specs.map((spec) => {
        const { whole, balanced } = spec.balance.net[convention];
        return [spec.name, count(whole.attention), count(whole.mlp), ratio(whole.ratio),
          balanced ? "in balance" : "out of balance"];
      }));
  }

  function sideBySide(specs) {
    return figure("Areas are FLOPs on one scale: a network of half the FLOPs is drawn half as wide.",
      (width) => {
        const most = Math.max(...specs.map((spec) => Number(spec.totals[convention]))) || 1;
        const [tall, gap] = [130, 34];
        const svg = picture(width, specs.length * (tall + gap), "FLOPs of all networks",
          "One row a network: parts as wide as their FLOPs, attention above and MLP below.", "img");
        specs.forEach((spec, at) => {
          const y = at * (tall + gap);
          const group = shape("g", { transform: `translate(0 ${y + 16})`, class: "network" });
          const words = `${cut(spec.name, width - 150)}: ${count(spec.totals[convention])}`;
          svg.append(label(0, y + 12, words, { class: "name chosen" }), group);
          areas(group, pieces(spec, []), width * Number(spec.totals[convention]) / most, tall, () => {});
        });
        return svg;
      },
      () => table("Parts of all networks", [text("part"), text("spec"), number("FLOPs"), number("share")],
        specs.flatMap((spec) => spec.area.map((part) =>
          [part.name, spec.name, count(part.flops[convention]), percent(part.share[convention])]))));
  }

  function balanceFigure(specs) {
    const net = (spec) => spec.balance.net[convention];
    return figure("FLOPs of attention and MLP of the whole net.",
      (width) => bars(width, "Attention and MLP", "Two bars for each network: attention above, MLP below, hatched.",
        specs.map((spec) => ({ name: spec.name, bars: sides(net(spec).whole) }))),
      () => table("Balance by part",
        [text("part"), text("spec"), number("attention"), number("MLP"), number("attention / MLP")],
        specs.flatMap((spec) => net(spec).parts.map((part) =>
          [part.part, spec.name, count(part.attention), count(part.mlp), ratio(part.ratio)]))));
  }

  /* ---- cost against accuracy ---- */

  // Marks of the sources of accuracies; after the last they come again, hollow.
  const MARKS = ["M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z", "M-4.5 -4.5h9v9h-9z", "M0 -6L5.5 4.5H-5.5z",
    "M0 -6.5L6.5 0L0 6.5L-6.5 0z"];

  function mark(set, x, y, ...children) {
    const hollow = Math.floor(set / MARKS.length) % 2 ? " hollow" : "";
    return shape("path", { d: MARKS[set % MARKS.length], transform: `translate(${x} ${y})`, class: `point${hollow}` },
      ...children);
  }

  function scatter(key, unit) {
    const { points, sources } = report.comparison.scatter;
    const value = (point) => count(key === "flops" ? point.flops[convention] : point.params);
    const words = () => key === "flops" ? `FLOPs as ${report.conventions[convention].name} counts` : unit;
    const chart = figure(() => `Published ImageNet top-1 accuracy against ${words()}.`,
      (width) => drawScatter(key, width, words(), value),
      () => table(`Top-1 against ${words()}`,
        [text("spec"), number(unit), number("top-1, per cent"), text("published in")],
        points.map((point) => [point.name, value(point), String(point.top1), point.source])));
    if (sources.length > 1) {
      chart.canvas.before(el("ul", { class: "legend" }, ...sources.map((source, set) =>
        el("li", null, sign(mark(set, 9, 7)), ` ${source}`))));
    }
    return chart.element;
  }

  function drawScatter(key, width, words, value) {
    const { points, top1, ...axes } = report.comparison.scatter;
    const costs = key === "flops" ? axes.flops[convention] : axes.params;
    const room = { left: 44, right: width - 16, top: 12, bottom: 250 };
    const svg = picture(width, 296, `Top-1 against ${words}`,
      "A point for each network with a published accuracy; further left is cheaper, further up more accurate.", "img");
    const x = (at) => room.left + (room.right - room.left) * at;
    const y = (at) => room.bottom - (room.bottom - room.top) * at;
    svg.append(...costTicks(costs.ticks, x, room), ...top1.ticks.flatMap(({ label: tick, at }) => [
      shape("path", { d: `M${room.left} ${y(at)}H${room.right}`, class: "rule" }),
      label(room.left - 8, y(at) + 4, tick, { class: "value", "text-anchor": "end" })]));
    svg.append(label((room.left + room.right) / 2, 290, words, { class: "value", "text-anchor": "middle" }),
      label(0, 0, "top-1, per cent", { class: "value", "text-anchor": "middle",
        transform: `translate(11 ${(room.top + room.bottom) / 2}) rotate(-90)` }));
    const placed = [];
    points.map((point, at) => ({ point, at })).sort((a, b) => b.point.top1 - a.point.top1).forEach(({ point, at }) => {
      const tip = `${point.name}: ${value(point)}, top-1 ${point.top1} per cent, ${point.source}`;
      svg.append(...pointAt({ ...point, tip }, x(costs.places[at]), y(top1.places[at]), room, placed));
    });
    return svg;
  }

  // The ticks of the cost, with as many labels as there is room for.
  function costTicks(ticks, x, room) {
    const wide = longest(ticks.map((tick) => tick.label)) + 8;
    const every = Math.ceil(wide * (ticks.length - 1) / (room.right - room.left));
    const anchor = (at) => at === 0 ? "start" : at === ticks.length - 1 ? "end" : "middle";
    return ticks.flatMap((tick, at) => [
      shape("path", { d: `M${x(tick.at)} ${room.top}V${room.bottom}`, class: "rule" }),
      ...(at % every ? [] : [label(x(tick.at), room.bottom + 18, tick.label,
        { class: "value", "text-anchor": anchor(at) })])]);
  }

  // A point and its name, which moves down until no other name is in the way; a line leads to it then.
  function pointAt(point, x, y, room, placed) {
    const name = cut(point.name, (room.right - room.left) / 2);
    const wide = name.length * LETTER;
    const near = x > room.right - wide - 12;
    const from = near ? x - 10 - wide : x + 10;
    const taken = (line) => placed.some((one) =>
      Math.abs(one.line - line) < 13 && one.from < from + wide && from < one.from + one.wide);
    let line = y + 4;
    while (taken(line)) line += 1;
    placed.push({ line, from, wide });
    const leader = shape("path", { d: `M${x} ${y}L${near ? x - 8 : x + 8} ${line - 4}`, class: "leader" });
    return [...(line > y + 8 ? [leader] : []), mark(point.set, x, y, shape("title", null, point.tip)),
      label(near ? x - 10 : x + 10, line, name, { class: "name", "text-anchor": near ? "end" : "start" })];
  }

  /* ---- the page ---- */

  function specSections(spec, index, level) {
    const [place, link] = [`spec${index}`, linked()];
    return [
      totalsSection(spec, place, level), areaSection(spec, place, level, link), rowsSection(spec, place, level, link),
      ledgerSection(spec, place, level), balanceSection(spec, place, level), memorySection(spec, place, level),
      spec.graphs.length ? graphSection(spec, place, level, link) : null,
      spec.biases ? biasSection(spec, place, level) : null,
    ].filter(Boolean);
  }

  function contents(sections) {
    const links = sections.map((one) => el("li", null, el("a", { href: `#${one.id}` }, one.firstChild.textContent)));
    return el("nav", { class: "contents", "aria-label": "Contents" }, el("ul", null, ...links));
  }

  const redraw = () => redraws.forEach((one) => one());

  function switchTo(at) {
    convention = at;
    redraw();
    const totals = report.specs.map((spec) => `${spec.name} ${count(spec.totals[at])}`);
    say(`FLOPs as ${report.conventions[at].name} counts: ${totals.join("; ")}`);
  }

  // Paper has no folds and a width of its own: everything opens and is drawn anew to be printed, and goes back after.
  function mindPaper() {
    let closed = [];
    window.addEventListener("beforeprint", () => {
      paper = true;
      closed = [...document.querySelectorAll("details:not([open])")];
      closed.forEach((one) => { one.open = true; });
      redraw();
    });
    window.addEventListener("afterprint", () => {
      paper = false;
      closed.forEach((one) => { one.open = false; });
      redraw();
    });
  }

  function start() {
    const several = report.specs.length > 1;
    const sections = several
      ? [comparisonSection(), ...report.specs.map((spec, at) =>
        section(`spec${at}`, spec.name, 2, ...specSections(spec, at, 3)))]
      : specSections(report.specs[0], 0, 2);
    document.getElementById("convention").replaceChildren(...report.conventions.map((one, at) =>
      el("option", { value: String(at), selected: at === convention }, one.name)));
    shown.forEach((one) => one.remove());
    shown = [contents(sections), ...sections];
    document.getElementById("content").append(...shown);
    redraw(); // now that it is known how wide everything is
  }

  // A page that edits what is shown gives another document in place of the one before.
  document.addEventListener("levit-report", (event) => {
    report = event.detail;
    convention = report.convention;
    redraws.length = 0;
    start();
  });
  document.getElementById("convention").addEventListener("change", (event) => switchTo(Number(event.target.value)));
  start();
  mindPaper();
})();
