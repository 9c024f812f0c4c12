// The review page: rows are chosen and decided on by keys or by mouse; everything is kept by the server.

import { fetchPart, reload, say, send } from "./server.js";
import { marksOf, showMarks } from "./marks.js";
import { endMarking, isMarking, keepShown, marked, markingKey, startMarking } from "./marking.js";

const find = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const article = find("#article");
const adjudicate = find("#adjudicate");
const help = find("#help");
const form = find("#form");
const reject = find("#reject");
const id = (article ?? adjudicate)?.dataset.id;
let current = null;

// ---------------------------------------------------------------- rows and marks

const rows = () => all(".row").filter((row) => !row.hidden);
const isOpen = (row) => row.dataset.open === "1" && !row.classList.contains("saving");

function select(row, { focus = true, text = true } = {}) {
  if (!row) return;
  if (current) {
    current.removeAttribute("aria-current");
    current.tabIndex = -1;
  }
  current = row;
  row.setAttribute("aria-current", "true");
  row.tabIndex = 0;
  if (focus) {
    row.focus({ preventScroll: true });
    const pane = row.closest(".rows") ?? document.documentElement;
    row.scrollIntoView({ block: row.offsetHeight > pane.clientHeight - 120 ? "start" : "nearest" });
  }
  if (article) showMarks(row, text);
}

function move(by) {
  const list = rows();
  const at = list.indexOf(current);
  select(list[Math.min(Math.max(at + by, 0), list.length - 1)]);
}

function nextOpen() {
  const list = rows();
  const at = list.indexOf(current);
  const next = [...list.slice(at + 1), ...list.slice(0, Math.max(at, 0))].find(isOpen);
  if (next) select(next);
  else say(adjudicate ? "Everything is settled." : "Every row of this list is decided. f finishes the article.");
}

function put(answer) {
  if (answer.reload) return reload(answer.key || current?.dataset.key);
  for (const { key, html } of answer.rows ?? []) {
    const old = document.getElementById(`row-${key}`);
    if (!old) continue;
    const box = document.createElement("template");
    box.innerHTML = html.trim();
    const row = box.content.firstElementChild;
    row.dataset.places = old.dataset.places;
    if (old.dataset.shown) row.dataset.shown = "1";
    const hadFocus = old.contains(document.activeElement);
    old.replaceWith(row);
    observer?.observe(row);
    if (old === current) {
      current = null;
      select(row, { focus: hadFocus, text: false });
    }
  }
  if (answer.progress) find("#progress").innerHTML = answer.progress;
  if (answer.message) say(answer.message);
  return undefined;
}

const sent = (row) => ({ key: row.dataset.key, content: row.dataset.content, seen: Number(row.dataset.seen) });
const again = (row) => document.getElementById(row.id) ?? row; // it may have been replaced since

async function decide(list, action, more = {}) {
  for (const row of list) row.classList.add("saving");
  say("");
  const answer = await send("/article/decide", () => ({ id, action, rows: list.map((row) => sent(again(row))), ...more }));
  for (const row of list) again(row).classList.remove("saving");
  if (answer.ok) put(answer);
  else {
    put({ rows: answer.rows }); // as they stand now, where another window was faster
    for (const row of list) again(row).classList.add("failed");
    say(answer.message, true);
    if (answer.reload) reload(list[0].dataset.key);
  }
  return answer;
}

// ---------------------------------------------------------------- what keys and buttons do

function accept() {
  if (!current || current.dataset.state === "added") return;
  const row = current;
  decide([row], "accept");
  nextOpen();
}

async function acceptRest() {
  const open = rows().filter(isOpen);
  const shown = open.filter((row) => row.dataset.shown && row.dataset.state === "open");
  const left = open.length - shown.length;
  const rest = left ? ` ${left} that you have not seen yet, or that changed, stay: scroll to them.` : "";
  if (!shown.length) return say(open.length ? `Nothing accepted.${rest}` : "Every row of this list is decided.");
  const answer = await decide(shown, "rest");
  if (answer.ok) say(`${answer.count} rows accepted; u takes them back.${rest}`);
  return undefined;
}

function askReason() {
  if (!current) return;
  if (current.dataset.state === "added") {
    decide([current], "reject");
    return;
  }
  find("#reject-reason").value = "";
  reject.showModal();
  find(".reasons button", reject).focus();
}

function rejectBecause(reason) {
  reject.close();
  const row = current;
  decide([row], "reject", { reason });
  nextOpen();
}

async function undo() {
  const answer = await send(article ? "/article/undo" : "/adjudicate/undo", { id });
  if (answer.ok) {
    put(answer);
    if (answer.key) select(document.getElementById(`row-${answer.key}`));
  } else say(answer.message, true);
}

async function finish(path) {
  const answer = await send(path, { id });
  if (answer.ok) reload(current?.dataset.key);
  else say(answer.message, true);
}

async function toggleSource() {
  const [source, normalized, button] = [find("#source"), find("#normalized"), find("#source-button")];
  if (source.hidden && !source.childElementCount) {
    try {
      source.innerHTML = await fetchPart("/article/source", { id });
    } catch (error) {
      return say(error.message, true);
    }
  }
  source.hidden = !source.hidden;
  normalized.hidden = !source.hidden;
  button.setAttribute("aria-pressed", String(!source.hidden));
  if (current) {
    showMarks(current, false);
    marksOf(current)[0]?.scrollIntoView({ block: "center" });
  }
  return undefined;
}

// ---------------------------------------------------------------- forms

async function openForm(path, parameters, title, at = "fieldset:not(.table-choice) :is(input, select)") {
  try {
    find("#form-body").innerHTML = await fetchPart(path, parameters);
  } catch (error) {
    return say(error.message, true);
  }
  find("#form-title").textContent = title;
  if (!form.open) form.showModal();
  const first = find(at, form);
  first.focus();
  first.select?.();
  return undefined;
}

const valueField = ":is([name=value_text], [name=grade_text])"; // what is most often wrong

function correct() {
  if (!current) return;
  const at = ["labs", "scores", "muscle_grades"].includes(current.dataset.table) ? valueField : undefined;
  openForm("/article/form", { id, key: current.dataset.key }, "Correct", at);
}

function add() {
  const span = marked();
  if (!span) {
    if (!isMarking()) startMarking(current ? marksOf(current)[0] : null);
    return;
  }
  keepShown();
  if (isMarking()) endMarking();
  const near = current?.dataset.table && current.dataset.table !== "cases" ? current.dataset : null;
  const place = { id, ...span, table: near?.table ?? "labs", case: near?.case ?? "" };
  form.dataset.place = JSON.stringify(place);
  openForm("/article/new", place, "Add a fact");
}

async function submitForm(element) {
  if (element.dataset.sent) return; // a second Enter must not add the fact twice
  element.dataset.sent = "1";
  const values = Object.fromEntries(new FormData(element));
  const { __reason: reason = "", __table: _, ...cells } = values;
  const { key, table, start, end } = element.dataset;
  let answer;
  if (adjudicate) {
    const seen = Number(document.getElementById(`row-${key}`).dataset.seen);
    answer = await send("/adjudicate/decide", { id, table, record: key, choice: "values", values: cells, seen });
  } else if (key) {
    const row = document.getElementById(`row-${key}`);
    answer = await send("/article/decide", { id, action: "correct", rows: [sent(row)], reason, values: cells });
  } else {
    const body = { id, action: "add", table, start: Number(start), end: Number(end), reason, values: cells };
    answer = await send("/article/decide", body);
  }
  delete element.dataset.sent;
  if (answer.errors) showErrors(element, answer);
  else {
    form.close();
    put(answer.ok || answer.reload ? answer : { rows: answer.rows });
    if (!answer.ok) say(answer.message, true);
    if (answer.ok && key && article && !answer.reload) nextOpen();
  }
}

function showErrors(element, answer) {
  for (const field of all(".field", element)) {
    const input = find("[name]", field);
    const problem = answer.errors[input?.name] ?? "";
    field.classList.toggle("wrong", Boolean(problem));
    if (problem) input.setAttribute("aria-invalid", "true");
    else input?.removeAttribute("aria-invalid");
    const place = find(".problem", field);
    if (place) place.textContent = problem;
  }
  say(answer.message, true);
  const wrong = find("[aria-invalid]", element);
  wrong?.focus();
  wrong?.select?.();
}

let choosing = false; // until the page is there again: a second key is meant for the next row

async function choose(row, choice) {
  if (!row || choosing) return;
  select(row);
  if (choice === "values") {
    openForm("/adjudicate/form", { id, table: row.dataset.table, record: row.dataset.key }, "Another value");
    return;
  }
  choosing = true;
  const { table, key: record, seen } = row.dataset;
  const answer = await send("/adjudicate/decide", { id, table, record, choice, seen: Number(seen) });
  if (!answer.ok) {
    choosing = false;
    say(answer.message, true);
    return;
  }
  const next = rows().slice(rows().indexOf(row) + 1).find(isOpen);
  reload((next ?? row).dataset.key);
}

// ---------------------------------------------------------------- wiring

const actions = {
  accept, undo, correct, rest: acceptRest, reject: askReason, new: add, source: toggleSource,
  finish: () => finish("/article/finish"),
  reopen: () => finish("/article/reopen"),
  cancel: () => form.close(),
  close: () => reject.close(),
};

const search = () => { const field = find("#search"); field?.focus(); field?.select(); };
const go = (which) => find(`.bar a[rel="${which}"]`)?.click();

const keys = {
  "?": () => help.showModal(), "/": search,
  ...(article && {
    j: () => move(1), k: () => move(-1), ArrowDown: () => move(1), ArrowUp: () => move(-1),
    Home: () => move(-1e9), End: () => move(1e9),
    a: accept, A: acceptRest, c: correct, r: askReason, n: add, u: undo, s: toggleSource, o: nextOpen,
    f: () => finish("/article/finish"), "]": () => go("next"), "[": () => go("prev"), Enter: correct,
  }),
  ...(adjudicate && {
    j: () => move(1), k: () => move(-1), u: undo, o: nextOpen,
    1: () => choose(current, "first"), 2: () => choose(current, "second"),
    3: () => choose(current, "values"), 0: () => choose(current, "reject"),
  }),
  ...(!article && !adjudicate && { j: () => moveLink(1), k: () => moveLink(-1) }),
};

function moveLink(by) {
  const links = all("a.go");
  const at = links.indexOf(document.activeElement);
  links[Math.min(Math.max(at + by, 0), links.length - 1)]?.focus();
}

const keysOff = find("#keys-off");
try { if (keysOff) keysOff.checked = localStorage.getItem("keys-off") === "1"; } catch { /* private window */ }
keysOff?.addEventListener("change", () => {
  try { localStorage.setItem("keys-off", keysOff.checked ? "1" : "0"); } catch { /* for this page only */ }
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const inField = event.target.closest("input, select, textarea");
  if (reject?.open) {
    const reason = all(".reasons button", reject)[Number(event.key) - 1];
    if (reason && !(inField && inField.value)) {
      event.preventDefault();
      rejectBecause(reason.value);
    }
    return;
  }
  if (find("dialog[open]")) return;
  if (article && isMarking()) {
    if (event.key === "Escape") endMarking();
    else if (event.key === "Enter") add();
    else if (!markingKey(event)) return;
    event.preventDefault();
    return;
  }
  if (inField) {
    if (event.key === "Escape") inField.blur();
    if (event.key === "Enter" && inField.id === "search" && article) {
      event.preventDefault();
      select(rows()[0]);
    }
    return;
  }
  if (event.key === "Enter" && event.target.closest("a, button, summary")) return;
  const arrow = event.key.startsWith("Arrow") || event.key === "Home" || event.key === "End" || event.key === "Enter";
  if (arrow && !event.target.closest(".row")) return;
  if (keysOff?.checked && !arrow) return;
  const action = keys[event.key];
  if (!action) return;
  event.preventDefault();
  action();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.do) {
    const row = button.closest(".row");
    if (row) select(row, { text: false });
    actions[button.dataset.do]();
  } else if (button?.dataset.choose) choose(button.closest(".row"), button.dataset.choose);
  else if (button?.id === "help-button") help.showModal();
  else if (button && reject?.contains(button) && button.closest(".reasons")) rejectBecause(button.value);
  else if (event.target.closest("mark") && getSelection().isCollapsed) selectMarked(event.target.closest("mark"));
  else if (!button && event.target.closest(".row") && getSelection().isCollapsed) select(event.target.closest(".row"));
});

function selectMarked(mark) {
  const numbers = mark.dataset.rows.split(" ");
  const at = current ? numbers.indexOf(current.dataset.number) : -1;
  const number = numbers[(at + 1) % numbers.length];
  const row = find(`.row[data-number="${number}"]`);
  if (row) select(row, { text: false });
  else location.search = new URLSearchParams({ id, number });
}

document.addEventListener("submit", (event) => {
  const element = event.target;
  if (element.matches(".cells-form")) {
    event.preventDefault();
    submitForm(element);
  } else if (element.closest("#reject")) {
    event.preventDefault();
    rejectBecause(find("#reject-reason").value);
  } else if (element.id === "reviewer") {
    event.preventDefault();
    send("/reviewer", { name: find("#name").value }).then((answer) => {
      if (answer.ok) location.assign(answer.go);
      else say(answer.message, true);
    });
  }
});

document.addEventListener("change", (event) => {
  if (event.target.name === "__table") {
    const place = { ...JSON.parse(form.dataset.place), table: event.target.value };
    openForm("/article/new", place, "Add a fact", "[name=__table]:checked");
  } else if (event.target.matches("#filter select")) event.target.form.requestSubmit();
});

find("#filter #search")?.addEventListener("input", (event) => {
  const wanted = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const row of all(".row")) {
    const text = row.textContent.toLowerCase();
    row.hidden = !wanted.every((word) => text.includes(word));
  }
});

for (const dialog of all("dialog")) {
  dialog.addEventListener("close", () => {
    if (dialog === form) keepShown(true);
    current?.focus({ preventScroll: true });
  });
}

// a row counts as seen when it has stood on the screen
const observer = article && new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) if (isIntersecting) target.dataset.shown = "1";
}, { threshold: 0.6 });

if (article || adjudicate) {
  for (const row of all(".row")) observer?.observe(row);
  let key = article?.dataset.first ?? "";
  try {
    key = sessionStorage.getItem("row") || key;
    sessionStorage.removeItem("row");
  } catch { /* private window */ }
  const row = document.getElementById(`row-${key}`) ?? rows().find(isOpen) ?? rows()[0];
  if (row) select(row);
}
