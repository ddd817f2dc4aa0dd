/* Shows, switches and draws what the page carries as data. Every number was computed before; none is computed here. */
(function () {
  "use strict";

  let report = JSON.parse(document.getElementById("data").textContent);
  const SVG = "http://www.w3.org/2000/svg";
  const NAMES = { stem: "stem", attention: "attention", mlp: "MLP", head: "head", other: "other" };
  const LETTERS = { stem: "S", attention: "A", mlp: "M", head: "H", other: "o" };
  const LETTER = 6.6; // px a letter takes in a picture, about
  const redraws = []; // called when the convention changes
  let convention = report.convention;
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
  const change = (value) => value === null ? "new" : `${value < 0 ? "" : "+"}${(100 * value).toFixed(1)} %`;
  const ratio = (value) => value === null ? "-" : value.toFixed(3);

  function brief(value, unit) {
    const number = Number(value);
    const [size, prefix] = [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"]].find(([one]) => number >= one) || [1, ""];
    return `${size === 1 ? number : Number((number / size).toPrecision(4))} ${prefix}${unit}`.trim();
  }

  /* ---- pieces that sections are made of ---- */

  function section(place, title, level, ...children) {
    const heading = el(`h${level}`, { id: `${place}-title` }, title);
    // Named sections are landmarks; below the level of networks their names would not be unique.
    return el("section", { id: place, "aria-labelledby": level === 2 ? heading.id : null }, heading, ...children);
  }

  function table(caption, columns, rows) {
    const head = columns.map((column) => el("th", { scope: "col", class: column.numeric ? "number" : null }, column.title));
    const body = rows.map((cells) => el("tr", null, ...cells.map((cell, at) => at === 0
      ? el("th", { scope: "row" }, cell) : el("td", { class: columns[at].numeric ? "number" : null }, cell))));
    return scroll(caption, el("table", null, el("caption", null, caption),
      el("thead", null, el("tr", null, ...head)), el("tbody", null, ...body)));
  }

  // A box that can be scrolled must be reachable by keyboard.
  const scroll = (label, ...children) => el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": label }, ...children);
  const text = (title) => ({ title, numeric: false });
  const number = (title) => ({ title, numeric: true });

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
    const redraw = () => {
      words.textContent = typeof caption === "function" ? caption() : caption;
      canvas.replaceChildren(draw(canvas.clientWidth || 640));
      data.replaceChildren(tabled());
    };
    redraws.push(redraw);
    let width = 0;
    new ResizeObserver(() => {
      if (canvas.clientWidth && canvas.clientWidth !== width) {
        width = canvas.clientWidth;
        if (!canvas.contains(document.activeElement)) canvas.replaceChildren(draw(width));
      }
    }).observe(canvas);
    redraw();
    const element = el("figure", null, words, canvas, el("details", null, el("summary", null, "The same as a table"), data));
    return { element, canvas, redraw };
  }

  function picture(width, height, title, description, role) {
    const [name, words] = [unique("title"), unique("desc")];
    return shape("svg", { viewBox: `0 0 ${width} ${height}`, role, "aria-labelledby": name, "aria-describedby": words, class: "picture" },
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

  // groups: [{name, bars: [{role, value, words}], chosen}]; every bar says its value in words.
  function bars(width, title, description, groups) {
    const names = Math.min(width * 0.36, 12 + LETTER * 1.1 * Math.max(...groups.map((group) => group.name.length)));
    const room = Math.max(...groups.flatMap((group) => group.bars.map((bar) => bar.words.length))) * LETTER + 14;
    const most = Math.max(...groups.flatMap((group) => group.bars.map((bar) => Number(bar.value)))) || 1;
    const [line, gap] = [20, 10];
    const height = groups.reduce((sum, group) => sum + group.bars.length * line + gap, 0);
    const svg = picture(width, height, title, description, "img");
    let y = 0;
    for (const group of groups) {
      const middle = y + group.bars.length * line / 2;
      svg.append(label(0, middle + 4, cut(group.name, names - 6), { class: group.chosen ? "name chosen" : "name" }));
      for (const bar of group.bars) {
        const length = Math.max(1, (width - names - room) * Number(bar.value) / most);
        svg.append(...block(names, y + 2, length, line - 4, bar.role, group.chosen));
        svg.append(label(names + length + 6, y + line / 2 + 4, bar.words, { class: group.chosen ? "value chosen" : "value" }));
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
    for (let at = step; at < width + height; at += step) {
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

  /* One of many elements can be reached by tab; arrow keys lead from it to the others. */

  function rove(elements, to) {
    elements.forEach((one) => one.setAttribute("tabindex", one === to ? "0" : "-1"));
    to.focus();
  }

  function roved(event, elements, at) {
    const to = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: elements.length - 1 }[event.key];
    if (to === undefined) return false;
    if (elements[to]) rove(elements, elements[to]);
    return true;
  }

  function paint(element, link, target) {
    element.classList.toggle("marked", Boolean(link.marked && touch(link.marked, target)));
    element.classList.toggle("selected", Boolean(link.selected && touch(link.selected, target)));
  }

  /* ---- the picture of areas ---- */

  // What is drawn side by side at a place: the parts, the blocks of a part, or the ops of a block.
  function pieces(spec, place) {
    if (place.length === 0) return spec.area.map((part) => ({ ...part, target: { path: part.path, role: single(part) }, opens: true }));
    const part = spec.area.find((one) => one.path === place[0]);
    if (place.length === 1 && part.blocks.length > 1) {
      return spec.rows.block.filter((row) => part.blocks.includes(row.path)).map((row) => piece(row, part.path, true));
    }
    const path = place[place.length - 1];
    return spec.rows.op.filter((row) => leads(path, row.path)).map((row) => piece(row, path, false));
  }

  const single = (part) => part.halves.length === 1 ? part.halves[0].role : null;
  const ones = report.conventions.map(() => 1);

  function piece(row, around, opens) {
    const name = row.path === around ? row.path.split(".").pop() : row.path.slice(around.length + 1).replace(/^blocks\./, "");
    return { name, path: row.path, flops: row.flops, share: row.share, opens, target: { path: row.path, role: row.role },
      halves: [{ role: row.role, flops: row.flops, share: row.share, of_part: ones }] };
  }

  function spoken(one) {
    const halves = one.halves.length > 1 ? one.halves.map((half) => `${NAMES[half.role]} ${percent(half.share[convention])}`).join(", ") : NAMES[one.halves[0].role];
    return `${one.name}: ${count(one.flops[convention])} FLOPs, ${percent(one.share[convention])} of the network; ${halves}`;
  }

  // Draws pieces side by side, each as wide as its FLOPs and split by role, and calls `made` for each group drawn.
  function areas(svg, items, width, height, made) {
    const whole = items.reduce((sum, one) => sum + Number(one.flops[convention]), 0) || 1;
    let x = 0;
    for (const one of items) {
      const wide = width * Number(one.flops[convention]) / whole;
      if (wide > 0) {
        const group = shape("g", null, shape("title", null, spoken(one)));
        group.append(label(x + 1, 13, fitting([one.name, shorter(one.name)], wide - 4), { class: "name" }));
        let y = 20;
        for (const half of one.halves) {
          const tall = (height - 20) * half.of_part[convention];
          group.append(...halfBlock(half, x + 1, y, wide - 2, tall - 2));
          y += tall;
        }
        group.append(shape("rect", { x: x + 1, y: 20, width: Math.max(wide - 2, 1), height: height - 22, class: "frame" }));
        svg.append(group);
        made(group, one);
      }
      x += wide;
    }
  }

  const shorter = (name) => name.replace("downsample ", "d").replace("stage ", "s").replace(/(\d+)\.(a|m)\w*$/, "$1$2");

  function halfBlock(half, x, y, width, height) {
    const drawn = block(x, y, Math.max(width, 0.5), height, half.role, false);
    drawn[0].dataset.role = half.role;
    const words = fitting([NAMES[half.role], LETTERS[half.role]], width - 14);
    if (words && height > 18) drawn.push(label(x + 5, y + 16, words, { class: "inside" }));
    const share = fitting([percent(half.share[convention])], width - 12);
    if (share && height > 36) drawn.push(label(x + 5, y + 32, share, { class: "inside light" }));
    return drawn;
  }

  function areaSection(spec, place, level, link) {
    let trail = [];
    const crumbs = el("nav", { class: "crumbs", "aria-label": `Where the picture of ${spec.name} is` });
    const groups = [];

    function draw(width) {
      const items = pieces(spec, trail);
      const svg = picture(width, 300, `FLOPs of ${trail[trail.length - 1] || spec.name}`,
        "Parts side by side, each as wide as its FLOPs, attention above and MLP below as high as their shares: areas are FLOPs.", "group");
      groups.length = 0;
      areas(svg, items, width, 300, (group, one) => {
        fill(group, { role: "button", tabindex: groups.length ? "-1" : "0", "aria-label": spoken(one) + (one.opens ? "; opens" : ""),
          "data-path": one.path, class: "piece",
          onclick: () => activate(one), onkeydown: (event) => keyed(event, one),
          onmouseover: (event) => link.mark({ path: one.path, role: event.target.dataset.role || one.target.role }),
          onmouseleave: () => link.mark(null), onfocus: () => link.mark(one.target), onblur: () => link.mark(null) }, []);
        groups.push({ group, one });
      });
      painted();
      return svg;
    }

    function painted() {
      for (const { group, one } of groups) {
        const parts = group.querySelectorAll("[data-role]");
        parts.forEach((part) => paint(part, link, { path: one.path, role: part.dataset.role }));
        group.classList.toggle("selected", Boolean(link.selected && touch(link.selected, one.target)));
      }
    }

    function activate(one) {
      if (one.opens) go([...trail, one.path], null);
      else link.select(one.target);
    }

    function go(to, from) {
      trail = to;
      shown.redraw();
      crumb();
      const at = groups.find(({ one }) => one.path === from) || groups[0];
      if (at) rove(groups.map(({ group }) => group), at.group);
      say(`${trail[trail.length - 1] || spec.name}: ${groups.length} parts`);
    }

    function keyed(event, one) {
      const at = groups.findIndex((other) => other.one === one);
      if (event.key === "Enter" || event.key === " ") activate(one);
      else if (event.key === "Escape" && trail.length) go(trail.slice(0, -1), trail[trail.length - 1]);
      else if (!roved(event, groups.map(({ group }) => group), at)) return;
      event.preventDefault();
    }

    function crumb() {
      const names = [spec.name, ...trail.map((path) => (spec.area.find((one) => one.path === path) || { name: path }).name)];
      crumbs.hidden = trail.length === 0;
      crumbs.replaceChildren(el("ol", null, ...names.map((name, at) => el("li", null, at < trail.length
        ? el("button", { type: "button", onclick: () => go(trail.slice(0, at), trail[at]) }, name)
        : el("span", { "aria-current": "true" }, name)))));
    }

    const shown = figure(() => `Area is FLOPs as ${report.conventions[convention].name} counts. Choose a part to open it; Escape leads back.`, draw, () =>
      table(`What the picture shows of ${trail[trail.length - 1] || spec.name}`,
        [text("part"), number("FLOPs"), number("share"), number("attention"), number("MLP")],
        pieces(spec, trail).map((one) => [one.name, count(one.flops[convention]), percent(one.share[convention]), ...["attention", "mlp"].map((role) => {
          const half = one.halves.find((each) => each.role === role);
          return half ? count(half.flops[convention]) : "-";
        })])));
    link.watch(painted);
    crumb();
    shown.element.insertBefore(legend(), shown.canvas);
    shown.element.insertBefore(crumbs, shown.canvas);
    return section(`${place}-area`, "Where the FLOPs go", level, shown.element);
  }

  function legend() {
    return el("ul", { class: "legend" }, ...Object.keys(NAMES).slice(0, 4).map((role) => {
      const key = shape("svg", { viewBox: "0 0 18 14", width: 18, height: 14, "aria-hidden": "true" }, ...block(0.5, 0.5, 17, 13, role, false));
      return el("li", null, key, ` ${NAMES[role]}${role === "mlp" ? " (hatched)" : ""}`);
    }));
  }

  /* ---- the table of all rows ---- */

  const COLUMNS = [
    { key: "path", title: "path" }, { key: "role", title: "role" }, { key: "out", title: "output" },
    { key: "params", title: "params", numeric: true }, { key: "flops", title: "FLOPs", numeric: true }, { key: "share", title: "share", numeric: true },
  ];
  const CSV = ["path", "role", "stage", "downsample", "out", "params", "flops", "share"];

  function cell(row, key) {
    if (key === "out") return row.out.join("x");
    return key === "flops" || key === "share" ? row[key][convention] : row[key];
  }

  function rowsSection(spec, place, level, link) {
    const levels = Object.keys(spec.rows);
    const body = el("tbody");
    const state = { level: "block", key: null, down: false, filter: "" };
    const heads = COLUMNS.map((column) => el("th", { scope: "col", class: column.numeric ? "number" : null },
      el("button", { type: "button", onclick: () => sort(column) }, column.title)));
    const found = el("p", { class: "found", role: "status" });
    const filter = el("input", { type: "search", id: unique("filter"), placeholder: "attn, stages.1, mlp", oninput: () => { state.filter = filter.value; render(); } });
    const fallback = el("textarea", { class: "csv", readonly: true, hidden: true, rows: "6", "aria-label": "The rows as CSV" });
    let drawn = [];

    function sort(column) {
      // Numbers first from the largest, words from a; then the other way; then as they run.
      const first = Boolean(column.numeric);
      if (state.key !== column.key) Object.assign(state, { key: column.key, down: first });
      else if (state.down === first) state.down = !first;
      else state.key = null;
      render();
    }

    function visible() {
      const words = state.filter.trim().toLowerCase();
      const rows = spec.rows[state.level].filter((row) => !words || `${row.path} ${NAMES[row.role]}`.toLowerCase().includes(words));
      if (!state.key) return rows;
      const { numeric } = COLUMNS.find((column) => column.key === state.key);
      const order = (a, b) => numeric ? Number(cell(a, state.key)) - Number(cell(b, state.key)) : String(cell(a, state.key)).localeCompare(String(cell(b, state.key)), "en", { numeric: true });
      return rows.sort((a, b) => state.down ? order(b, a) : order(a, b));
    }

    // Sums over the network have no place in it: what a role's row stands for is the role, everywhere.
    function targetOf(row) {
      if (state.level === "model") return { path: null, role: null };
      if (state.level === "role") return { path: null, role: row.role };
      return { path: row.path, role: row.role === "other" ? null : row.role };
    }

    function render() {
      const rows = visible();
      heads.forEach((head, at) => {
        const sorted = COLUMNS[at].key === state.key;
        head.setAttribute("aria-sort", sorted ? (state.down ? "descending" : "ascending") : "none");
      });
      const most = Math.max(...rows.map((row) => row.share[convention])) || 1;
      drawn = rows.map((row, at) => made(row, at, most));
      body.replaceChildren(...drawn.map((one) => one.line));
      found.textContent = `${rows.length} of ${spec.rows[state.level].length} rows`;
      painted();
    }

    function made(row, at, most) {
      const target = targetOf(row);
      const name = el("button", { type: "button", tabindex: at ? "-1" : "0", onkeydown: (event) => keyed(event, at), onclick: () => link.select(target),
        onfocus: () => link.mark(target), onblur: () => link.mark(null) }, row.path);
      const share = shape("svg", { viewBox: "0 0 60 8", class: "spark", "aria-hidden": "true" }, ...block(0, 0, 60 * row.share[convention] / most, 8, row.role, false));
      const line = el("tr", { "data-path": row.path, onmouseenter: () => link.mark(target), onmouseleave: () => link.mark(null) },
        el("th", { scope: "row" }, name), el("td", null, NAMES[row.role]), el("td", { class: "number" }, row.out.join("x")),
        el("td", { class: "number" }, count(row.params)), el("td", { class: "number" }, count(row.flops[convention])),
        el("td", { class: "number" }, share, " ", percent(row.share[convention])));
      return { line, name, target };
    }

    function keyed(event, at) {
      if (roved(event, drawn.map(({ name }) => name), at)) event.preventDefault();
    }

    function painted() {
      for (const one of drawn) {
        paint(one.line, link, one.target);
        one.name.setAttribute("aria-pressed", String(Boolean(link.selected && same(link.selected, one.target))));
      }
    }

    let last = null;
    link.watch(() => {
      painted();
      if (link.selected !== last && link.selected) reveal();
      last = link.selected;
    });

    // Scrolls the box, not the page, to the first row that was selected elsewhere.
    function reveal() {
      const first = drawn.find((one) => one.line.classList.contains("selected"));
      if (first && !first.line.contains(document.activeElement)) box.scrollTop = first.line.offsetTop - 60;
    }

    function csv() {
      const quoted = (value) => /[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
      const line = (values) => values.map((value) => value === null ? "" : quoted(String(value))).join(",");
      return `${[line(CSV), ...visible().map((row) => line(CSV.map((key) => cell(row, key))))].join("\n")}\n`;
    }

    async function copy() {
      const words = csv();
      try {
        await navigator.clipboard.writeText(words);
        fallback.hidden = true;
        say("Copied as CSV.");
        found.textContent = `${visible().length} rows copied as CSV`;
      } catch {
        fallback.value = words;
        fallback.hidden = false;
        fallback.select();
        found.textContent = "The browser does not let a page copy: the text below is selected, copy it yourself.";
      }
    }

    const box = scroll(`Rows of ${spec.name}`, el("table", { class: "rows" }, el("caption", null, `Rows of ${spec.name}; a row chosen by its path is marked in the pictures`),
      el("thead", null, el("tr", null, ...heads)), body));
    box.classList.add("tall");
    redraws.push(render);
    render();
    return section(`${place}-rows`, "All rows", level,
      el("div", { class: "controls" },
        choice("A row is", levels.map((one) => [one, one === "model" ? "the model" : `an ${one}`.replace(/^an ([bsr])/, "a $1")]), "block", (value) => { state.level = value; render(); }),
        el("p", { class: "choice" }, el("label", { for: filter.id }, "Filter"), " ", filter),
        el("button", { type: "button", class: "action", onclick: copy }, "Copy as CSV"), found),
      fallback, box);
  }

  /* ---- totals, conventions, balance, memory ---- */

  function tile(name, value, detail) {
    return el("div", { class: "tile" }, el("dt", null, name), el("dd", null, el("strong", null, value), el("span", null, detail)));
  }

  function totalsSection(spec, place, level) {
    const tiles = el("dl", { class: "tiles" });
    const words = el("p", { class: "note" });
    redraws.push(render);
    function render() {
      const whole = spec.balance.net[convention];
      tiles.replaceChildren(
        tile("FLOPs", brief(spec.totals[convention], ""), count(spec.totals[convention])),
        tile("parameters", brief(spec.memory.params, ""), count(spec.memory.params)),
        tile("attention / MLP", ratio(whole.whole.ratio), whole.balanced ? "in balance" : "out of balance"),
        tile("activations, peak", brief(spec.memory.peak, "B"), "float32, one image, forward"),
        tile("activations, all kept", brief(spec.memory.activations, "B"), "float32, one image, as training keeps them"));
      words.textContent = `${report.conventions[convention].summary}.`;
    }
    render();
    return section(`${place}-totals`, "Totals", level, tiles, words,
      ...[spec.source && `Source: ${spec.source}`, ...spec.notes, spec.weights_note].filter(Boolean).map((note) => el("p", { class: "note" }, note)),
      el("details", null, el("summary", null, "The spec, every default filled in"), scroll(`Spec of ${spec.name}`, el("pre", null, spec.yaml))));
  }

  function ledgerSection(spec, place, level) {
    let base = convention === 0 ? 2 : 0;
    const ledger = el("div");
    const names = report.conventions.map((one) => one.name);
    const chart = figure("One network, ten counters: the total that each reports. The counter that is shown is outlined.", (width) =>
      bars(width, `FLOPs of ${spec.name} by counter`, "A bar for each counting convention, as long as its total.",
        names.map((name, at) => ({ name: at === convention ? `${name} (shown)` : name, chosen: at === convention, bars: [{ role: "plain", value: spec.totals[at], words: count(spec.totals[at]) }] }))),
    () => table(`FLOPs of ${spec.name} by counter`, [text("counter"), number("FLOPs"), text("what it counts")],
      names.map((name, at) => [name, count(spec.totals[at]), report.conventions[at].summary])));
    function render() {
      const terms = spec.ledgers[base][convention];
      ledger.replaceChildren(table(`From ${names[base]} to ${names[convention]}`, [text("work"), number("count"), number("FLOPs for each"), number("FLOPs")], [
        [`total of ${names[base]}`, "", "", count(spec.totals[base])],
        ...terms.map((term) => [term.work, count(term.count), signed(term.weight), signed(term.flops)]),
        [`total of ${names[convention]}`, "", "", count(spec.totals[convention])]]));
    }
    redraws.push(render);
    render();
    return section(`${place}-ledger`, "Why counters differ", level, chart.element,
      choice("Explain the shown total from that of", names.map((name, at) => [String(at), name]), String(base), (value) => { base = Number(value); render(); }), ledger);
  }

  const RULES = {
    net: "rule net: the whole net is judged, shrinking attention included; each downsample stands apart",
    stage: "rule stage: each stage is judged, shrinking attention left out; its MLP belongs to its stage",
  };

  function balanceSection(spec, place, level) {
    let rule = "net";
    const verdict = el("p", { class: "verdict" });
    const parts = () => spec.balance[rule][convention].parts;
    const chart = figure("FLOPs of attention and MLP, part by part.", (width) =>
      bars(width, `Attention and MLP of ${spec.name}`, "Two bars for each part: FLOPs of attention above, of MLP below, hatched.",
        parts().map((part) => ({ name: part.part, bars: ["attention", "mlp"].map((role) => ({ role, value: part[role], words: `${LETTERS[role]} ${count(part[role])}` })) }))),
    () => table(`Balance of ${spec.name}`, [text("part"), number("attention"), number("of it mixing"), number("MLP"), number("attention / MLP"), text("verdict")],
      [...parts(), spec.balance[rule][convention].whole].map((part) => [part.part, count(part.attention), count(part.mixing), count(part.mlp), ratio(part.ratio), part.within ? "within the bounds" : "outside"])));
    function render() {
      const { balanced, whole } = spec.balance[rule][convention];
      verdict.textContent = `${balanced ? "In balance" : "Out of balance"} by ${RULES[rule]}. Attention / MLP is ${ratio(whole.ratio)}; from ${report.bounds[0]} to ${report.bounds[1]} is in balance.`;
    }
    redraws.push(render);
    render();
    return section(`${place}-balance`, "Balance", level, choice("Rule", [["net", "net"], ["stage", "stage"]], rule, (value) => { rule = value; render(); chart.redraw(); }), verdict, chart.element);
  }

  function memorySection(spec, place, level) {
    const { memory } = spec;
    const chart = (key, title, unit) => figure(title, (width) => bars(width, `${title} (${spec.name})`, "A bar for each part.",
      memory.parts.map((part) => ({ name: part.name, bars: [{ role: "plain", value: part[key], words: count(part[key]) }] }))),
    () => table(`${title} (${spec.name})`, [text("part"), number(unit)], [...memory.parts.map((part) => [part.name, count(part[key])]), ["whole net", count(memory[key])]])).element;
    return section(`${place}-memory`, "Parameters and activations", level,
      el("p", { class: "note" }, `${count(memory.params)} parameters take ${count(memory.params_bytes)} bytes as float32. For one image the outputs of all ops take ${count(memory.activations)} bytes together, and at most ${count(memory.peak)} bytes of them are needed at once in a forward pass.`),
      el("div", { class: "pair" }, chart("params", "Parameters by part", "parameters"), chart("activations", "Bytes of activations by part, all kept", "bytes")));
  }

  /* ---- the graph ---- */

  function graphSection(spec, place, level, link) {
    const box = scroll(`Graph of ${spec.name}`);
    box.classList.add("graph");
    let nodes = [];
    function show(name) {
      const { svg } = spec.graphs.find((one) => one.level === name);
      const drawing = document.importNode(new DOMParser().parseFromString(svg, "image/svg+xml").documentElement, true);
      drawing.setAttribute("role", "group");
      nodes = [...drawing.querySelectorAll(".node[data-path], .cluster[data-path]")].map((node) => ({ node, target: { path: node.dataset.path, role: null, repeats: true } }));
      nodes.forEach(({ node, target }, at) => fill(node, { role: "button", tabindex: at ? "-1" : "0", "aria-label": node.querySelector("title").textContent,
        onclick: () => link.select(target), onkeydown: (event) => keyed(event, at),
        onmouseenter: () => link.mark(target), onmouseleave: () => link.mark(null), onfocus: () => link.mark(target), onblur: () => link.mark(null) }, []));
      box.replaceChildren(drawing);
      painted();
    }
    function keyed(event, at) {
      if (event.key === "Enter" || event.key === " ") link.select(nodes[at].target);
      else if (!roved(event, nodes.map(({ node }) => node), at)) return;
      event.preventDefault();
    }
    const painted = () => nodes.forEach(({ node, target }) => paint(node, link, target));
    link.watch(painted);
    show(spec.graphs[0].level);
    return section(`${place}-graph`, "Graph", level,
      el("div", { class: "controls" }, choice("A box is", spec.graphs.map((one) => [one.level, `a ${one.level}`]), spec.graphs[0].level, show)),
      el("p", { class: "note" }, `FLOPs as ${report.conventions[report.convention].name} counts. Choosing a box marks its rows in the table above, which has every number of the graph.`), box);
  }

  /* ---- attention biases ---- */

  const CELL = 10; // units a key takes in a map

  function biasSection(spec, place, level) {
    const { maps, colors, low, unlearned } = spec.biases;
    let map = maps[0];
    let head = 0;
    let query = [0, 0];
    const grid = el("div", { class: "heads", tabindex: "0", role: "application", "aria-label": "Bias maps: arrow keys move the query token", onkeydown: keyed });
    const words = el("p", { class: "note", role: "status" });
    const values = el("div");
    const heads = el("span");

    const offset = (y, x) => Math.abs(query[0] * map.stride - y) * map.keys[1] + Math.abs(query[1] * map.stride - x);

    function choose(path) {
      map = maps.find((one) => one.path === path);
      head = 0;
      query = map.queries.map((side) => Math.floor(side / 2));
      heads.replaceChildren(choice("Head", map.values.map((_, at) => [String(at), String(at)]), "0", (value) => { head = Number(value); render(); }));
      render();
    }

    function drawHead(at) {
      const [height, width] = map.keys;
      const svg = picture(width * CELL, height * CELL, `Head ${at} of ${map.path}`, `The bias of each key for query ${query.join(", ")}, as a colour; the table below has the values.`, "img");
      const paths = new Map(); // one path a colour: far fewer elements than one a key
      for (let y = 0; y < height; y += 1) {
        for (let x = 0; x < width; x += 1) {
          const shade = map.shades[at][offset(y, x)];
          paths.set(shade, `${paths.get(shade) || ""}M${x * CELL} ${y * CELL}h${CELL}v${CELL}h${-CELL}z`);
        }
      }
      paths.forEach((d, shade) => svg.append(shape("path", { d, fill: colors[shade] })));
      const [y, x] = query.map((one) => one * map.stride * CELL);
      svg.append(shape("rect", { x: x + 1, y: y + 1, width: CELL - 2, height: CELL - 2, class: "query-outside" }), shape("rect", { x: x + 1, y: y + 1, width: CELL - 2, height: CELL - 2, class: "query" }));
      svg.addEventListener("click", (event) => pick(event, svg, at));
      return el("figure", { class: at === head ? "head chosen" : "head" }, svg, el("figcaption", null, `head ${at}${at === head ? " (chosen)" : ""}`));
    }

    function pick(event, svg, at) {
      const box = svg.getBoundingClientRect();
      const key = [(event.clientY - box.top) / box.height * map.keys[0], (event.clientX - box.left) / box.width * map.keys[1]];
      query = key.map((one, axis) => Math.min(map.queries[axis] - 1, Math.max(0, Math.round((Math.floor(one)) / map.stride))));
      head = at;
      heads.querySelector("select").value = String(at);
      render();
    }

    function keyed(event) {
      const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
      if (!step) return;
      query = query.map((one, axis) => Math.min(map.queries[axis] - 1, Math.max(0, one + step[axis])));
      event.preventDefault();
      render();
    }

    function render() {
      const [height, width] = map.keys;
      grid.replaceChildren(...map.values.map((_, at) => drawHead(at)));
      const seen = Array.from({ length: height }, (_, y) => Array.from({ length: width }, (__, x) => map.values[head][offset(y, x)]));
      const flat = seen.flat();
      words.textContent = `Query ${query[0]}, ${query[1]} of ${map.queries.join(" x ")}; head ${head}: biases of ${map.keys.join(" x ")} keys from ${Math.min(...flat)} to ${Math.max(...flat)}.`;
      values.replaceChildren(table(`Bias of each key for query ${query.join(", ")} in head ${head} of ${map.path}`, [text("row"), ...seen[0].map((_, x) => number(String(x)))],
        seen.map((row, y) => [String(y), ...row.map(String)])));
    }

    choose(map.path);
    return section(`${place}-biases`, "Attention biases", level,
      el("p", { class: "note" }, `What each head adds to q.k, for one query and every key. One scale for all heads, ${low} to 0: each head's maximum is subtracted for the colour, which softmax does not see. Click a map or use the arrow keys to move the query, the outlined square.`),
      unlearned.length ? el("p", { class: "note" }, `Nothing learned, and so not shown: ${unlearned.join(", ")}.`) : null,
      scale(colors, low),
      el("div", { class: "controls" }, choice("Attention", maps.map((one) => [one.path, one.path]), map.path, choose), heads),
      grid, words, el("details", null, el("summary", null, "The values of the chosen head"), values));
  }

  function scale(colors, low) {
    const svg = picture(260, 32, "Scale of colours", `From ${low}, dark, to 0, light.`, "img");
    colors.forEach((color, at) => svg.append(shape("rect", { x: at * 260 / colors.length, y: 0, width: 260 / colors.length + 0.5, height: 12, fill: color })));
    svg.append(label(0, 28, String(low), { class: "value" }), label(260, 28, "0", { class: "value", "text-anchor": "end" }));
    svg.classList.add("scale");
    return svg;
  }

  /* ---- several networks ---- */

  function comparisonSection() {
    const { comparison, specs } = report;
    const names = specs.map((spec) => spec.name);
    const live = (draw) => { const box = el("div"); const render = () => box.replaceChildren(draw()); redraws.push(render); render(); return box; };
    const of = (values) => values.length === 1 ? values[0] : values[convention];
    const cells = (changes) => changes.map(({ value, gained, relative }, at) => at === 0 || value === null ? count(value)
      : el("span", { class: "change" }, count(value), el("small", null, gained === 0 ? "the same" : `${signed(gained)} (${change(relative)})`)));
    const columns = (first) => [text(first), ...names.map(number)];
    const measures = () => table("Totals, with differences to the first", columns("measure"),
      comparison.measures.map((one) => [one.unit === "bytes" ? `${one.name}, bytes` : one.name, ...cells(of(one.values))]));
    const stages = () => table("FLOPs by stage, with differences to the first", columns("stage"), comparison.stages.map((one) => [one.path, ...cells(one.values[convention])]));
    const balances = () => table("Balance of the whole net", [text("spec"), number("attention"), number("MLP"), number("attention / MLP"), text("verdict")], specs.map((spec) => {
      const { whole, balanced } = spec.balance.net[convention];
      return [spec.name, count(whole.attention), count(whole.mlp), ratio(whole.ratio), balanced ? "in balance" : "out of balance"];
    }));
    return section("comparison", "Side by side", 2, live(measures),
      sub("What differs in the specs", comparison.fields.length ? table("Fields that differ", [text("field"), ...names.map(text)], comparison.fields.map((one) => [one.field, ...one.values]))
        : el("p", null, "No field differs.")),
      sub("Where the FLOPs go", sideBySide(specs).element, live(stages)),
      sub("Balance", balanceFigure(specs).element, live(balances)),
      comparison.scatter ? sub("Cost against accuracy", scatter("flops", "FLOPs").element, scatter("params", "parameters").element) : null);
  }

  const sub = (title, ...children) => el("div", { class: "sub" }, el("h3", null, title), ...children);

  function sideBySide(specs) {
    return figure("Areas are FLOPs on one scale: a network of half the FLOPs is drawn half as wide.", (width) => {
      const most = Math.max(...specs.map((spec) => Number(spec.totals[convention])));
      const [tall, gap] = [130, 34];
      const svg = picture(width, specs.length * (tall + gap), "FLOPs of all networks", "One row a network: parts as wide as their FLOPs, attention above and MLP below.", "img");
      specs.forEach((spec, at) => {
        const group = shape("g", { transform: `translate(0 ${at * (tall + gap) + 16})` });
        svg.append(label(0, at * (tall + gap) + 12, `${cut(spec.name, width - 130)}: ${count(spec.totals[convention])}`, { class: "name chosen" }), group);
        areas(group, pieces(spec, []), width * Number(spec.totals[convention]) / most, tall, () => {});
      });
      return svg;
    }, () => table("Parts of all networks", [text("part"), text("spec"), number("FLOPs"), number("share")],
      specs.flatMap((spec) => spec.area.map((part) => [part.name, spec.name, count(part.flops[convention]), percent(part.share[convention])]))));
  }

  function balanceFigure(specs) {
    return figure("FLOPs of attention and MLP of the whole net.", (width) => bars(width, "Attention and MLP", "Two bars for each network: attention above, MLP below, hatched.",
      specs.map((spec) => ({ name: spec.name, bars: ["attention", "mlp"].map((role) => ({ role, value: spec.balance.net[convention].whole[role], words: `${LETTERS[role]} ${count(spec.balance.net[convention].whole[role])}` })) }))),
    () => table("Balance by part", [text("part"), text("spec"), number("attention"), number("MLP"), number("attention / MLP")],
      specs.flatMap((spec) => spec.balance.net[convention].parts.map((part) => [part.part, spec.name, count(part.attention), count(part.mlp), ratio(part.ratio)]))));
  }

  function scatter(key, unit) {
    const { points, top1, ...axes } = report.comparison.scatter;
    const value = (point) => key === "flops" ? point.flops[convention] : point.params;
    const words = () => key === "flops" ? `FLOPs as ${report.conventions[convention].name} counts` : unit;
    return figure(() => `Published ImageNet top-1 accuracy against ${words()}.`, (width) => {
      const ticks = key === "flops" ? axes.flops[convention] : axes.params;
      const [left, right, top, bottom, height] = [44, width - 16, 12, 250, 296];
      const svg = picture(width, height, `Top-1 against ${words()}`, "A point for each network with a published accuracy; further left is cheaper, further up more accurate.", "img");
      const [first, last] = [ticks[0], ticks[ticks.length - 1]];
      const [low, high] = [top1[0], top1[top1.length - 1]];
      const x = (one) => left + (right - left) * (Number(one) - first) / (last - first);
      const y = (one) => bottom - (bottom - top) * (one - low) / (high - low);
      const every = width < 480 ? 2 : 1;
      ticks.forEach((tick, at) => at % every === 0 && svg.append(shape("path", { d: `M${x(tick)} ${top}V${bottom}`, class: "rule" }),
        label(x(tick), bottom + 18, brief(tick, ""), { class: "value", "text-anchor": at === 0 ? "start" : at === ticks.length - 1 ? "end" : "middle" })));
      top1.forEach((tick) => svg.append(shape("path", { d: `M${left} ${y(tick)}H${right}`, class: "rule" }), label(left - 8, y(tick) + 4, String(tick), { class: "value", "text-anchor": "end" })));
      svg.append(label((left + right) / 2, height - 6, words(), { class: "value", "text-anchor": "middle" }),
        label(0, 0, "top-1, per cent", { class: "value", transform: `translate(11 ${(top + bottom) / 2}) rotate(-90)`, "text-anchor": "middle" }));
      const placed = [];
      for (const point of [...points].sort((a, b) => b.top1 - a.top1)) {
        const [at, up, name] = [x(value(point)), y(point.top1), cut(point.name, (right - left) / 2)];
        const wide = name.length * LETTER;
        const near = at > right - wide - 12;
        const from = near ? at - 9 - wide : at + 9;
        let line = up + 4; // moves down until no other name is in the way
        while (placed.some((one) => Math.abs(one.line - line) < 13 && one.from < from + wide && from < one.from + one.wide)) line += 1;
        placed.push({ line, from, wide });
        if (line > up + 8) svg.append(shape("path", { d: `M${at} ${up}L${near ? at - 7 : at + 7} ${line - 4}`, class: "leader" }));
        svg.append(shape("circle", { cx: at, cy: up, r: 5, class: "point" }), label(near ? at - 9 : at + 9, line, name, { class: "name", "text-anchor": near ? "end" : "start" }));
      }
      return svg;
    }, () => table(`Top-1 against ${words()}`, [text("spec"), number(unit), number("top-1, per cent"), text("published in")], points.map((point) => [point.name, count(value(point)), String(point.top1), point.source])));
  }

  /* ---- the page ---- */

  function specSections(spec, index, level) {
    const [place, link] = [`spec${index}`, linked()];
    return [
      totalsSection(spec, place, level), areaSection(spec, place, level, link), rowsSection(spec, place, level, link), ledgerSection(spec, place, level),
      balanceSection(spec, place, level), memorySection(spec, place, level), spec.graphs.length ? graphSection(spec, place, level, link) : null, spec.biases ? biasSection(spec, place, level) : null,
    ].filter(Boolean);
  }

  function contents(sections) {
    return el("nav", { class: "contents", "aria-label": "Contents" }, el("ul", null, ...sections.map((one) => el("li", null, el("a", { href: `#${one.id}` }, one.firstChild.textContent)))));
  }

  function switchTo(at) {
    convention = at;
    redraws.forEach((redraw) => redraw());
    say(`FLOPs as ${report.conventions[at].name} counts: ${report.specs.map((spec) => `${spec.name} ${count(spec.totals[at])}`).join("; ")}`);
  }

  // Paper has no folds: everything opens to be printed, and closes again what was closed.
  function openForPaper() {
    let closed = [];
    window.addEventListener("beforeprint", () => {
      closed = [...document.querySelectorAll("details:not([open])")];
      closed.forEach((one) => { one.open = true; });
    });
    window.addEventListener("afterprint", () => closed.forEach((one) => { one.open = false; }));
  }

  function start() {
    const several = report.specs.length > 1;
    const sections = several
      ? [comparisonSection(), ...report.specs.map((spec, at) => section(`spec${at}`, spec.name, 2, ...specSections(spec, at, 3)))]
      : specSections(report.specs[0], 0, 2);
    const select = document.getElementById("convention");
    select.replaceChildren(...report.conventions.map((one, at) => el("option", { value: String(at), selected: at === convention }, one.name)));
    shown.forEach((one) => one.remove());
    shown = [contents(sections), ...sections];
    document.getElementById("content").append(...shown);
    redraws.forEach((redraw) => redraw()); // now that it is known how wide everything is
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
  openForPaper();
})();
