/* Edits what the page shows: every change is a question to the server, and what it answers is shown. */
(function () {
  "use strict";

  const byId = (id) => document.getElementById(id);
  const say = (words) => { byId("status").textContent = words; };
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  const here = window.location.pathname;
  const PAUSE = 150; // ms without an edit before the report is asked for
  const LATER = 2000; // ms until what the browser's history would not take is tried again
  const KEPT = 200; // steps that are remembered where a browser cannot remember all of them
  const MEMORY = `levit-explore ${here}`; // where the steps are kept when the page is loaded again
  const SILENT = "The server does not answer; it may have ended.";
  const cells = new Map(); // the controls of each field, by its path
  const notices = { asked: [], report: [] }; // why the last question, and the last report, got no answer
  let answer = JSON.parse(byId("more").textContent);
  let words = window.location.search.slice(1); // of the address that stands for what is shown
  let steps = []; // what undo and redo lead to: {id, value, flipped}
  let at = -1;
  let turn = Promise.resolve(); // questions and moves are taken one after the other
  let retry = 0; // the timer of an address that is still to be written
  let popped = null; // the id of the entry that Back or Forward led to, until it is its turn

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

  function queue(does) {
    turn = turn.then(does).catch(() => warn("asked", [SILENT]));
  }

  // The answer to a question; null where it is refused, and a notice says why.
  async function question(place, settings, kind = "asked") {
    const response = await fetch(here + place, settings);
    const told = (response.headers.get("Content-Type") || "").startsWith("application/json");
    const found = told ? await response.json() : { lines: [`The server refuses this (${response.status}).`] };
    notices[kind] = response.ok ? [] : found.lines;
    notice();
    return response.ok ? found : null;
  }

  // What a page posts: a state, and what to do to it.
  function posted({ value, pinned, convention, version }, action, signal) {
    const body = JSON.stringify({ value, pinned, convention, version, action });
    return { method: "POST", headers: { "Content-Type": "application/json" }, body, signal };
  }

  function act(action, done) {
    queue(() => ask(action, done));
  }

  // Whether an action got an answer.
  async function ask(action, done) {
    const found = await question("edit", posted(answer, action));
    take(found, done, action);
    return Boolean(found);
  }

  // An answer becomes a step where it has another spec; what is pinned and counted goes with any step.
  function take(found, done, action) {
    settle(found, (before) => {
      if (!same(found.value, before.value)) add(fresh(), action && action.do === "flip");
    }, done, action);
  }

  // Shows an answer, if there is one, once the steps are moved.
  function settle(found, move, done, action, back) {
    if (!found) return;
    const before = answer;
    answer = found;
    move(before);
    show(action);
    if (!found.problem) record(back);
    say(found.problem ? found.problem.lines.join(" ") : [done, `${found.totals.said}.`].filter(Boolean).join(" "));
  }

  function warn(kind, lines) {
    notices[kind] = lines;
    notice();
  }

  function notice() {
    const { problem, lines } = answer;
    const own = problem && !cells.has(key(problem.path)) ? problem.lines : [];
    const all = [...new Set([...lines, ...own, ...notices.asked, ...notices.report])].join("\n");
    if (all !== byId("notice").textContent) byId("notice").textContent = all;
    byId("notice").hidden = !all;
  }

  /* ---- the steps: all that undo and redo know; every one that is shown is an entry of the browser's history ---- */

  const fresh = () => Math.random().toString(36).slice(2);
  const entry = () => window.history.state && window.history.state.id;

  function add(id, flipped) {
    steps = [...steps.slice(0, at + 1), { id, value: answer.value, flipped: Boolean(flipped) }];
    at = steps.length - 1;
  }

  // Remembers the steps and, unless another entry waits for its turn, makes the browser's entry that of the step.
  function record(back) {
    words = answer.query;
    if (popped === null) write(back);
    for (const kept of [steps, steps.slice(-KEPT), []]) {
      try {
        window.sessionStorage.setItem(MEMORY, JSON.stringify(kept));
        return;
      } catch { /* too many for this browser */ }
    }
  }

  // An entry of another step is left for a new one; one whose address is not sound keeps it when it is come back to.
  function write(back) {
    window.clearTimeout(retry);
    const { id, stays } = window.history.state || {};
    const own = id === steps[at].id && (back || !stays);
    const address = words === null || (own && stays) ? undefined : here + (words && `?${words}`);
    if (mark(!id || own ? "replaceState" : "pushState", Boolean(own && stays), address)) return;
    retry = window.setTimeout(() => queue(() => { if (popped === null) write(back); }), LATER);
  }

  // Whether the browser took it: some take so many in a while.
  function mark(way, stays, address) {
    try {
      window.history[way]({ id: steps[at].id, stays }, "", address);
      return true;
    } catch {
      return false;
    }
  }

  // B after the steps between: it stays, and a step that exchanged it exchanges it again with what is left.
  function pinnedAt(to) {
    let { value, pinned } = answer;
    for (let now = at; now !== to;) {
      const next = now + Math.sign(to - now);
      if (pinned && steps[Math.max(now, next)].flipped) pinned = value;
      now = next;
      value = steps[now].value;
    }
    return pinned;
  }

  // What a step held, against the source as it is now.
  async function reach(to, back) {
    if (!steps[to]) return;
    const was = { ...answer, value: steps[to].value, pinned: pinnedAt(to) };
    settle(await question("edit", posted(was, null)), () => { at = to; }, "", null, back);
  }

  // Back and Forward: the step of the entry, or where it is gone what its address stands for.
  function returned(event) {
    popped = event.state ? event.state.id : "";
    queue(async () => {
      if (popped === null) return; // another has led on from here
      const id = popped;
      popped = null;
      const to = steps.findIndex((one) => one.id === id);
      if (to >= 0) await reach(to, true);
      else await revisit(id || fresh());
    });
  }

  async function revisit(id) {
    words = window.location.search.slice(1);
    settle(await question(`state?${words}`), () => add(id));
  }

  /* ---- the form ---- */

  const key = (path) => path.join(".");
  const typed = ({ input, shown }) => input.value !== shown; // and not taken yet
  const held = ({ shown, text }) => shown !== text; // a text that was refused
  const setting = ({ path, input }) => ({ do: "set", path, text: input.value });
  const unsent = () => [...cells.values()].filter(typed).map(setting);

  // Asks for what is typed and got no answer, such as from a server that was away; whether all of it has one.
  async function finish(actions) {
    for (const action of actions) {
      const field = cells.get(key(action.path));
      if (field && typed(field) && field.input.value === action.text && !await ask(action)) return false;
    }
    return true;
  }

  function made(one, about) {
    const id = `field-${key(one.path)}`;
    const send = () => {
      const action = setting(field);
      if ((!typed(field) && !input.hasAttribute("aria-invalid")) || field.asked === action.text) return;
      field.asked = action.text;
      queue(() => ask(action).finally(() => { field.asked = null; }));
    };
    const by = (by) => act({ do: "step", path: one.path, steps: by });
    const small = (does, sign, onclick, extra) =>
      el("button", { type: "button", tabindex: "-1", "aria-label": `${does} ${one.name}`, onclick, ...extra }, sign);
    const explain = () => {
      for (const place of document.querySelectorAll("#fields .about")) place.textContent = "";
      input.closest("#stages, #network").previousElementSibling.textContent = input.title;
    };
    const shared = { id, "aria-label": one.name, onchange: send, onfocus: explain };
    const input = one.options.length
      ? el("select", shared, ...one.options.map((option) => el("option", { value: option }, option)))
      : el("input", { ...shared, spellcheck: "false", onkeydown: pressed, oninput: buttons });
    function pressed(event) {
      if (event.key === "Enter") send();
      const way = { ArrowUp: 1, ArrowDown: -1 }[event.key];
      if (way) event.preventDefault();
      if (way && input.value === field.text) by(way);
      if (event.key !== "Escape") return;
      input.value = field.shown = field.text;
      refuse(field, null);
      warn("asked", []);
      buttons();
    }
    const refused = el("p", { id: `${id}-refused`, class: "refused", hidden: true });
    const plain = one.options.length || ["name", "source"].includes(key(one.path));
    const reset = () => { input.focus(); act({ do: "reset", path: one.path }); };
    const again = small("reset", "\u21BA", reset, { class: "again", tabindex: "0" });
    const [less, more] = plain ? [] : [small("less", "\u2212", () => by(-1)), small("more", "+", () => by(1))];
    const box = el("div", null, el("div", { class: "cell" }, ...[less, input, more, again].filter(Boolean)), refused);
    const field = { path: one.path, input, refused, about, text: input.value, shown: input.value, asked: null };
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

  // Controls that stand keep what is being typed; others are made when there are other fields, and take it over.
  function form(action) {
    const all = [...answer.stages, ...answer.network].flatMap((row) => row.cells.filter(Boolean));
    const names = all.map((one) => `${key(one.path)} ${one.options}`).join("\n");
    const sent = action && action.do === "set" ? { [key(action.path)]: action.text } : {};
    const anew = (path) => path in sent || (action && (action.do === "reset_all" || key(action.path || []) === path));
    const left = new Map();
    if (byId("fields").dataset.names !== names) {
      for (const [path, field] of cells) if (!anew(path) || typed(field)) left.set(path, field);
      cells.clear();
      byId("stages").replaceChildren(stages(answer.stages));
      byId("network").replaceChildren(...answer.network.map(({ name, about, cells: [one] }) =>
        el("div", null, el("label", { for: `field-${key(one.path)}` }, name), made(one, about))));
      byId("fields").dataset.names = names;
    }
    for (const [path, field] of left) if (cells.has(path)) inherit(cells.get(path), field, sent[path]);
    for (const one of all) fill(cells.get(key(one.path)), one, sent[key(one.path)], anew(key(one.path)));
  }

  // A field that is made anew goes on as the one that was there.
  function inherit(field, { input, text, shown, refused }, sent) {
    if (!typed({ input, shown }) && !held({ shown, text })) return;
    if (input.value === sent) return;
    Object.assign(field, { text, shown });
    field.input.value = input.value;
    refuse(field, held(field) ? { lines: [refused.textContent] } : null);
  }

  // A value is shown unless the control holds another by now than it was given, and than was asked about; one that was
  // refused stays, with why, until its field is asked about anew.
  function fill(field, one, sent, anew) {
    const { input, about } = field;
    const problem = answer.problem && key(answer.problem.path) === key(one.path) ? answer.problem : null;
    const free = !typed(field) || input.value === sent;
    const stays = held(field) && !anew && !problem && field.shown !== one.text;
    field.text = one.text;
    if (!stays) {
      field.shown = (free && problem && problem.text) || one.text;
      if (free) input.value = field.shown;
      refuse(field, free ? problem : null);
    }
    input.classList.toggle("derived", one.derived);
    input.classList.toggle("changed", one.changed);
    const derived = one.derived && "not written: derived, or the default";
    input.title = [about, one.changed && "changed", derived].filter(Boolean).join("; ");
  }

  function stages(rows) {
    const count = rows[0].cells.length;
    const head = rows[0].cells.map((_, index) =>
      el("th", { scope: "col" }, `stage ${index}`, stageButtons(index, count)));
    const body = rows.map((row) => el("tr", null, el("th", { scope: "row", title: row.about }, row.name),
      ...row.cells.map((one) => el("td", null, one && made(one, row.about)))));
    return el("table", null, el("caption", { class: "hidden" }, "Fields of stages"),
      el("thead", null, el("tr", null, el("td"), ...head)), el("tbody", null, ...body));
  }

  function stageButtons(index, count) {
    const button = (word, does, label) => el("button", {
      type: "button", class: "action", "aria-label": label, onclick: () => act({ do: does, index }, `${label}.`),
    }, word);
    return el("div", { class: "stage-buttons" },
      button("add", "add_stage", `Add a stage after stage ${index}`),
      button("copy", "duplicate_stage", `Duplicate stage ${index}`),
      count > 1 ? button("remove", "remove_stage", `Remove stage ${index}`) : null);
  }

  /* ---- what is shown of an answer ---- */

  function totals({ columns, rows }) {
    const cell = (text) => el("td", { class: "number" }, text);
    const head = columns.map((name) => el("th", { scope: "col", class: "number" }, name));
    byId("totals").replaceChildren(el("table", null, el("caption", null, "Totals"),
      el("thead", null, el("tr", null, el("th", { scope: "col" }, "measure"), ...head)),
      el("tbody", null, ...rows.map((row) =>
        el("tr", null, el("th", { scope: "row" }, row.name), ...row.cells.map(cell))))));
  }

  function findings(found) {
    const item = ({ what, why, fix, fix_words: mend }) => {
      const onclick = () => act({ do: "apply", edits: fix }, `Applied: ${mend}.`);
      const apply = el("button", { type: "button", class: "action", onclick }, `Apply: ${mend}`);
      return el("li", null, el("strong", null, what), `: ${why}${fix.length ? ". " : `; ${mend}.`}`,
        fix.length ? apply : null);
    };
    const list = [el("h3", null, "Findings"), el("ul", null, ...found.map(item))];
    byId("findings").replaceChildren(...(found.length ? list : []));
  }

  // What can be done now; a value that is typed is taken first.
  function buttons() {
    const pending = [...cells.values()].some(typed);
    const unsaved = pending || answer.savable || [...cells.values()].some(held);
    byId("undo").disabled = at <= 0 && !pending;
    byId("redo").disabled = at >= steps.length - 1;
    byId("reset").disabled = !answer.unsaved;
    byId("flip").hidden = byId("unpin").hidden = answer.pinned === null;
    byId("save").hidden = answer.file === null;
    byId("save").disabled = !unsaved;
    byId("save").textContent = unsaved ? "Save" : "Saved";
  }

  function show(action) {
    const was = document.activeElement;
    const group = was.closest("#stages, #network, #findings, .controls");
    form(action);
    totals(answer.totals);
    findings(answer.findings);
    notice();
    buttons();
    byId("download").hidden = answer.query === null;
    byId("download").href = `yaml?${answer.query}`;
    byId("download").download = answer.download;
    byId("command").textContent = answer.command;
    document.querySelector("h1").textContent = answer.title;
    document.title = `${answer.unsaved ? "* " : ""}${answer.title} - levit-explore`;
    if (group && !usable(was)) nearest(was, group).focus();
    draw();
  }

  /* ---- the focus, where what had it is gone ---- */

  const usable = (one) => Boolean(one) && one.isConnected && !one.disabled && one.offsetParent !== null;

  function nearest(was, group) {
    const near = [...group.querySelectorAll("button, input, select")].filter(usable);
    const label = was.getAttribute("aria-label");
    const next = [was.dataset.next, group.dataset.next].map((id) => id && byId(id)).find(usable);
    return near.find((one) => label && one.getAttribute("aria-label") === label)
      || (was.dataset.next && next)
      || near.filter((one) => one.textContent && one.textContent === was.textContent).pop()
      || near[0] || next || group;
  }

  /* ---- the report below ---- */

  let drawn = null; // what the report shows, or soon will
  let drawing = null; // what stops the report that is on its way
  let waiting = 0; // the timer of a report that is about to be asked for

  const wanted = () => JSON.stringify([answer.value, answer.convention]);

  function draw() {
    if (drawn === wanted()) return;
    drawn = wanted();
    if (drawing) drawing.abort();
    drawing = new AbortController();
    byId("content").classList.add("busy");
    window.clearTimeout(waiting);
    waiting = window.setTimeout(report, PAUSE, drawing.signal);
  }

  async function report(signal) {
    try {
      const found = await question("report", posted(answer, null, signal), "report");
      if (found) redraw(found);
    } catch (error) {
      if (error.name === "AbortError") return;
      drawn = null; // so that it is asked for again
      warn("report", [`${SILENT} The report shows what was before.`]);
    }
    byId("content").classList.remove("busy");
  }

  // The report is drawn anew; what was chosen in it stays chosen, has the focus, and stays in sight.
  function redraw(found) {
    const all = (what) => [...document.querySelectorAll(`#content > :not(#editor) :is(${what})`)];
    const controls = () => all("select, input");
    const was = document.activeElement;
    const kinds = ["select, input", "summary", "button", "[tabindex]"];
    const kind = kinds.find((one) => was.matches(`#content > :not(#editor) :is(${one})`));
    const place = kind && all(kind).indexOf(was);
    const range = was.matches("input") ? [was.selectionStart, was.selectionEnd] : null;
    const chosen = controls().map((one) => one.value);
    const open = all("details").map((one) => one.open);
    const [x, y] = [window.scrollX, window.scrollY];
    document.dispatchEvent(new CustomEvent("levit-report", { detail: found }));
    controls().forEach((one, place) => {
      if (chosen[place] === undefined || one.value === chosen[place]) return;
      const before = one.value;
      one.value = chosen[place];
      if (one.value === chosen[place]) one.dispatchEvent(new Event(one.tagName === "SELECT" ? "change" : "input"));
      else one.value = before;
    });
    all("details").forEach((one, place) => { one.open = Boolean(open[place]); });
    if (kind) (all(kind)[place] || byId("content")).focus({ preventScroll: true });
    if (kind && range) document.activeElement.setSelectionRange(...range);
    window.scrollTo(x, y);
  }

  // The convention that is chosen is the one that counts.
  function restore() {
    const right = [...byId("convention").options].find((one) => one.textContent === answer.convention);
    if (right.selected) return;
    right.selected = true;
    byId("convention").dispatchEvent(new CustomEvent("change", { detail: "restored" }));
  }

  /* ---- the source, which may be saved here, in another tab or in an editor ---- */

  let events = null;

  function listen() {
    if (events) events.close();
    events = null;
    if (document.visibilityState === "hidden") return; // a browser keeps few connections to one server
    events = new EventSource(`${here}events`);
    events.addEventListener("version", ({ data }) => {
      queue(async () => { if (data !== answer.version) await follow(); });
      draw();
    });
  }

  // The edits of the page's address, carried out on the source as it is now.
  async function follow() {
    const done = `The source was saved${answer.unsaved ? "; your edits stand on it" : " and is shown"}.`;
    take(await (words === null ? question("edit", posted(answer, null)) : question(`state?${words}`)), done);
  }

  async function save() {
    const wrong = [...cells.values()].filter(held);
    if (wrong.length) {
      const names = wrong.map(({ input }) => input.getAttribute("aria-label")).join(", ");
      const why = `Nothing was saved, for what ${names} holds was refused; mend it, or press Escape there.`;
      warn("asked", [why]);
      wrong[0].input.focus();
      return;
    }
    const found = await question("save", posted(answer, null));
    if (found && found.problem && found.version !== answer.version) {
      await follow();
      warn("asked", found.problem.lines);
    } else if (found) take(found, found.problem ? "" : `Saved to ${found.file}.`);
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

  // The step of the browser's entry, or another after the last; an address that is not sound stays as it is.
  function begin() {
    try {
      steps = JSON.parse(window.sessionStorage.getItem(MEMORY)) || [];
    } catch {
      steps = [];
    }
    const known = steps.findIndex((one) => one.id === entry());
    at = known >= 0 ? known : steps.length - 1;
    if (at < 0 || !same(steps[at].value, answer.value)) add(fresh());
    mark("replaceState", Boolean(answer.problem));
    if (!answer.problem) record();
  }

  function start() {
    const on = (id, kind, does) => byId(id).addEventListener(kind, does);
    for (const [id, does] of [["reset", "reset_all"], ["pin", "pin"], ["flip", "flip"], ["unpin", "unpin"]]) {
      on(id, "click", () => act({ do: does }));
    }
    for (const [id, does] of [["undo", () => reach(at - 1)], ["redo", () => reach(at + 1)], ["save", save]]) {
      on(id, "click", () => {
        const actions = unsent();
        queue(async () => { if (id === "redo" || await finish(actions)) await does(); });
      });
    }
    on("fields", "submit", (event) => event.preventDefault());
    on("convention", "change", ({ target, detail }) => {
      if (detail === "restored") return;
      const name = target.selectedOptions[0].textContent;
      queue(() => ask({ do: "convention", name }).finally(restore));
    });
    document.addEventListener("click", jump);
    document.addEventListener("visibilitychange", listen);
    window.addEventListener("popstate", returned);
    drawn = answer.drawn ? wanted() : null;
    begin();
    show();
    listen();
  }

  start();
})();
