/* Edits what the page shows: every change is a question to the server, and what it answers is shown. */
(function () {
  "use strict";

  const byId = (id) => document.getElementById(id);
  const say = (words) => { byId("status").textContent = words; };
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  const here = window.location.pathname;
  const PAUSE = 150; // ms without an edit before the report is asked for
  const KEPT = 40; // steps that a browser's own history surely keeps
  const MEMORY = `levit-explore ${here}`; // where the steps are kept when the page is loaded again
  const cells = new Map(); // the controls of each field, by its path
  let answer = JSON.parse(byId("more").textContent);
  let steps = []; // what undo and redo lead to: {value, pinned, query}
  let at = 0;
  let asking = Promise.resolve(); // questions are asked one after the other
  let drawing = null; // what stops the report that is on its way

  function el(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.filter((child) => child !== null));
    return element;
  }

  /* ---- questions ---- */

  // Asks when its turn comes, and hands the answer on; of what is refused, the lines that say why.
  function question(place, settings, taken) {
    asking = asking.then(async () => {
      const response = await fetch(here + place(), settings());
      const found = await response.json();
      if (response.ok) taken(found);
      else warn(found.lines);
    }).catch(() => warn(["The server does not answer: it has ended, or the spec is too large to be sent."]));
  }

  // Asks for what an action does to what the page has by then.
  function ask(place, action, taken) {
    question(() => place, () => {
      const { value, pinned, convention, version } = answer;
      return { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ value, pinned, convention, version, action }) };
    }, taken);
  }

  const act = (action, words) => ask("edit", action, (found) => take(found, words, action.do === "flip"));

  // An answer becomes a step of the history where it has another spec; what is pinned and counted goes with any step.
  function take(found, words, flipped) {
    const moved = !same(found.value, answer.value);
    answer = found;
    if (moved) push(flipped);
    else if (!found.problem) replace();
    show();
    say(found.problem ? found.problem.lines.join(" ") : [words, `${found.totals.said}.`].filter(Boolean).join(" "));
  }

  function warn(lines) {
    byId("notice").hidden = lines.length === 0;
    byId("notice").textContent = lines.join("\n");
  }

  /* ---- the history: the browser's own, and its older part as this page remembers it ---- */

  const address = (query) => `${here}${query ? `?${query}` : ""}`;
  const step = (flipped) => ({ value: answer.value, pinned: answer.pinned, flipped: Boolean(flipped) });

  function push(flipped) {
    steps = [...steps.slice(0, at + 1), step(flipped)];
    at = steps.length - 1;
    window.history.pushState({ at, ...steps[at] }, "", address(answer.query));
    remember();
  }

  function replace() {
    steps[at] = step(steps[at] && steps[at].flipped);
    window.history.replaceState({ at, ...steps[at] }, "", address(answer.query));
    remember();
  }

  function remember() {
    try {
      window.sessionStorage.setItem(MEMORY, JSON.stringify(steps));
    } catch {
      window.sessionStorage.removeItem(MEMORY); // too many: the browser's own history is left
    }
  }

  function move(to) {
    if (!steps[to]) return;
    const oldest = Math.max(0, steps.length - KEPT);
    if (Math.min(at, to) >= oldest) window.history.go(to - at);
    else arrive(to, steps[to]);
  }

  // What was, held against the base as it is now. B stays, and is exchanged again by a step that exchanged it.
  function arrive(to, was) {
    const flipped = steps.slice(Math.min(at, to) + 1, Math.max(at, to) + 1).some((one) => one.flipped);
    at = to;
    answer = { ...answer, value: was.value, pinned: flipped && answer.pinned ? was.pinned : answer.pinned };
    ask("edit", null, (found) => {
      answer = found;
      replace();
      show();
      say(`${found.totals.said}.`);
    });
  }

  function returned(event) {
    if (event.state) arrive(event.state.at, event.state);
    else if (address(answer.query) !== here + window.location.search) window.location.reload();
  }

  /* ---- the form ---- */

  const key = (path) => path.join(".");

  function made(one, about) {
    const id = `field-${key(one.path)}`;
    const send = () => { if (input.value !== input.dataset.text || input.hasAttribute("aria-invalid")) act({ do: "set", path: one.path, text: input.value }); };
    const by = (steps) => act({ do: "step", path: one.path, steps });
    const small = (words, sign, does, extra) => el("button", { type: "button", tabindex: "-1", "aria-label": `${words} ${one.name}`, onclick: does, ...extra }, sign);
    const input = one.options.length
      ? el("select", { id, "aria-label": one.name, onchange: send }, ...one.options.map((word) => el("option", { value: word }, word)))
      : el("input", { id, "aria-label": one.name, spellcheck: "false", onchange: send, onkeydown: typed });
    function typed(event) {
      const steps = { ArrowUp: 1, ArrowDown: -1 }[event.key];
      if (event.key === "Escape") { input.value = input.dataset.text; refuse(field, null); }
      if (event.key === "Enter" && input.value === input.dataset.text) event.preventDefault();
      if (steps && input.value === input.dataset.text) by(steps);
      if (steps) event.preventDefault();
    }
    const refused = el("p", { id: `${id}-refused`, class: "refused", hidden: true });
    const buttons = one.options.length || one.path.length === 1 && ["name", "source"].includes(one.path[0]) ? []
      : [small("less", "\u2212", () => by(-1)), small("more", "+", () => by(1))];
    const again = small("reset", "\u21BA", () => { input.focus(); act({ do: "reset", path: one.path }); }, { class: "again", tabindex: "0" });
    const box = el("div", null, el("div", { class: "cell" }, ...buttons.slice(0, 1), input, ...buttons.slice(1), again), refused);
    const field = { box, input, refused, about };
    cells.set(key(one.path), field);
    return box;
  }

  function refuse(field, problem) {
    field.refused.hidden = !problem;
    field.refused.textContent = problem ? problem.lines.join("\n") : "";
    for (const [name, value] of [["aria-invalid", "true"], ["aria-describedby", field.refused.id]]) {
      if (problem) field.input.setAttribute(name, value);
      else field.input.removeAttribute(name);
    }
  }

  // Controls that stand keep the focus and what is being typed; others are made when there are other fields.
  function form() {
    const all = [...answer.stages, ...answer.network].flatMap((row) => row.cells.filter(Boolean));
    const names = all.map((one) => `${key(one.path)} ${one.options}`).join("\n");
    if (byId("fields").dataset.names !== names) {
      cells.clear();
      byId("stages").replaceChildren(stages(answer.stages));
      byId("network").replaceChildren(...answer.network.map((row) => el("div", null, el("label", { for: `field-${key(row.cells[0].path)}` }, row.name), made(row.cells[0], row.about))));
      byId("fields").dataset.names = names;
    }
    for (const one of all) fill(cells.get(key(one.path)), one);
  }

  function fill(field, one) {
    const { problem } = answer;
    const wrong = problem && key(problem.path) === key(one.path) ? problem : null;
    const typing = field.input === document.activeElement && field.input.value !== field.input.dataset.text;
    field.input.dataset.text = one.text;
    if (wrong && wrong.text) field.input.value = wrong.text;
    else if (!typing || !problem) field.input.value = one.text;
    refuse(field, wrong);
    field.input.classList.toggle("derived", one.derived);
    field.input.classList.toggle("changed", one.changed);
    field.input.title = [field.about, one.changed && "changed", one.derived && "not written: derived, or the default"].filter(Boolean).join("; ");
  }

  function stages(rows) {
    const count = rows[0].cells.length;
    const head = Array.from({ length: count }, (_, index) => el("th", { scope: "col" }, `stage ${index}`, stageButtons(index, count)));
    const body = rows.map((row) => el("tr", null, el("th", { scope: "row", title: row.about }, row.name), ...row.cells.map((one) => el("td", null, one && made(one, row.about)))));
    return el("table", null, el("caption", { class: "hidden" }, "Fields of stages"), el("thead", null, el("tr", null, el("td"), ...head)), el("tbody", null, ...body));
  }

  function stageButtons(index, count) {
    const button = (word, does, words) => el("button", { type: "button", class: "action", "aria-label": words, onclick: () => act({ do: does, index }, `${words}.`) }, word);
    return el("div", { class: "stage-buttons" }, button("add", "add_stage", `Add a stage after stage ${index}`), button("copy", "duplicate_stage", `Duplicate stage ${index}`),
      count > 1 ? button("remove", "remove_stage", `Remove stage ${index}`) : null);
  }

  /* ---- what is shown of an answer ---- */

  function totals({ columns, rows }) {
    byId("totals").replaceChildren(el("table", null, el("caption", null, "Totals"),
      el("thead", null, el("tr", null, el("th", { scope: "col" }, "measure"), ...columns.map((name) => el("th", { scope: "col", class: "number" }, name)))),
      el("tbody", null, ...rows.map((row) => el("tr", null, el("th", { scope: "row" }, row.name), ...row.cells.map((words) => el("td", { class: "number" }, words)))))));
  }

  function findings(found) {
    byId("findings").replaceChildren(...(found.length ? [el("h3", null, "Findings"), el("ul", null, ...found.map((one) => el("li", null, el("strong", null, one.what), `: ${one.why}. `,
      one.fix.length ? el("button", { type: "button", class: "action", onclick: () => act({ do: "apply", edits: one.fix }, `Applied: ${one.fix_words}.`) }, `Apply: ${one.fix_words}`) : one.fix_words)))] : []));
  }

  function show() {
    form();
    totals(answer.totals);
    findings(answer.findings);
    const { problem } = answer;
    const lines = [...answer.lines, ...(problem && !cells.has(key(problem.path)) ? problem.lines : [])];
    if (lines.join("\n") !== byId("notice").textContent) warn(lines);
    byId("undo").disabled = at === 0;
    byId("redo").disabled = at >= steps.length - 1;
    byId("reset").disabled = !answer.unsaved;
    byId("flip").hidden = byId("unpin").hidden = answer.pinned === null;
    byId("save").hidden = answer.file === null;
    byId("save").disabled = !answer.unsaved;
    byId("save").textContent = answer.unsaved ? "Save" : "Saved";
    byId("download").href = `yaml?${answer.query}`;
    byId("download").download = answer.download;
    byId("command").textContent = answer.command;
    document.querySelector("h1").textContent = answer.title;
    document.title = `${answer.unsaved ? "* " : ""}${answer.title} - levit-explore`;
    draw();
  }

  /* ---- the report below ---- */

  let drawn = null; // what the report shows, or soon will
  let waiting = 0; // the timer of a report that is about to be asked for

  function draw() {
    const wanted = answer.query + answer.version;
    if (drawn === wanted) return;
    drawn = wanted;
    if (drawing) drawing.abort();
    drawing = new AbortController();
    byId("content").classList.add("busy");
    window.clearTimeout(waiting);
    waiting = window.setTimeout(fetchReport, PAUSE, answer.query, drawing.signal);
  }

  async function fetchReport(query, signal) {
    try {
      const response = await fetch(`${here}report?${query}`, { signal });
      const found = await response.json();
      if (response.ok) redraw(found);
      else warn(found.lines);
      byId("content").classList.remove("busy");
    } catch (error) {
      if (error.name !== "AbortError") warn(["The server does not answer; the report shows what was before."]);
    }
  }

  // The report is drawn anew; what was chosen in it stays chosen, and where it was scrolled to stays in sight.
  function redraw(found) {
    const controls = () => [...document.querySelectorAll("#content > :not(#editor) select, #content > :not(#editor) input")];
    const folds = () => [...document.querySelectorAll("#content > :not(#editor) details")];
    const chosen = controls().map((one) => one.value);
    const open = folds().map((one) => one.open);
    const [x, y] = [window.scrollX, window.scrollY];
    document.dispatchEvent(new CustomEvent("levit-report", { detail: found }));
    controls().forEach((one, place) => {
      if (chosen[place] === undefined || one.value === chosen[place]) return;
      const before = one.value;
      one.value = chosen[place];
      if (one.value === chosen[place]) one.dispatchEvent(new Event(one.tagName === "SELECT" ? "change" : "input"));
      else one.value = before;
    });
    folds().forEach((one, place) => { one.open = Boolean(open[place]); });
    window.scrollTo(x, y);
  }

  /* ---- the source, which may be saved here, in another tab or in an editor ---- */

  let events = null;

  function listen() {
    if (events) events.close();
    events = null;
    if (document.visibilityState === "hidden") return; // a browser keeps few connections to one server
    events = new EventSource(`${here}events`);
    events.addEventListener("version", (event) => { if (event.data !== answer.version) follow(); });
  }

  // The edits of the page's address, carried out on the source as it is now.
  function follow() {
    const words = answer.unsaved ? "The source was saved; your edits stand on it." : "The source was saved and is shown.";
    question(() => `state?${answer.query}`, () => ({}), (found) => take(found, words));
  }

  function save() {
    ask("save", null, (found) => {
      if (found.problem && found.version !== answer.version) {
        follow();
        return;
      }
      answer = found;
      replace();
      show();
      say(found.problem ? found.problem.lines.join(" ") : `Saved to ${found.file}.`);
    });
  }

  /* ---- the page ---- */

  // Links within the page lead there without a step in the history, which holds edits alone.
  function jump(event) {
    const link = event.target.closest("a[href^='#']");
    const target = link && byId(link.getAttribute("href").slice(1));
    if (!target) return;
    event.preventDefault();
    target.scrollIntoView();
    target.setAttribute("tabindex", "-1");
    target.focus({ preventScroll: true });
  }

  function start() {
    const saved = window.history.state;
    try {
      steps = JSON.parse(window.sessionStorage.getItem(MEMORY)) || [];
    } catch {
      steps = [];
    }
    at = saved && steps[saved.at] ? saved.at : 0;
    if (!saved) steps = [];
    replace();
    drawn = answer.drawn ? answer.query + answer.version : null;
    for (const [id, does] of [["reset", "reset_all"], ["pin", "pin"], ["flip", "flip"], ["unpin", "unpin"]]) {
      byId(id).addEventListener("click", () => act({ do: does }));
    }
    byId("undo").addEventListener("click", () => move(at - 1));
    byId("redo").addEventListener("click", () => move(at + 1));
    byId("save").addEventListener("click", save);
    byId("fields").addEventListener("submit", (event) => event.preventDefault());
    byId("convention").addEventListener("change", (event) => act({ do: "convention", name: event.target.selectedOptions[0].textContent }));
    document.addEventListener("click", jump);
    document.addEventListener("visibilitychange", listen);
    window.addEventListener("popstate", returned);
    show();
    listen();
  }

  start();
})();
