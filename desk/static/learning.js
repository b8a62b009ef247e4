// Makes the learning page live: opens sentences without reloading, searches meanings, labels by keyboard.
// The server renders everything; a part is any element with data-part and is taken over when it changed.
import { listen } from "./events.js";
import { lineWatch, send, toast } from "./desk-shared.js";

const page = document.body.dataset;
const words = JSON.parse(page.words);
const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const narrow = matchMedia("(max-width: 860px)");
const labelled = []; // sentences that were labelled here, the last one last, to be taken back
let cursor = Number(page.cursor);
const connected = lineWatch(words, () => load(location.href));

// ---- taking over a page ----

function takeOver(found, { sheet }) {
  for (const part of found.querySelectorAll("[data-part]")) {
    const mine = $(`[data-part="${part.dataset.part}"]`);
    if (!mine || mine.outerHTML === part.outerHTML) continue;
    const same = mine.dataset.sheet === part.dataset.sheet && mine.dataset.stage === part.dataset.stage;
    if (part.dataset.part === "sheet" && (!sheet || same)) continue;
    const { line, name } = mine.contains(document.activeElement) ? { ...document.activeElement.dataset, name: document.activeElement.name } : {};
    const top = mine.scrollTop;
    mine.replaceWith(part);
    part.scrollTop = top;
    const again = line ? `[data-line="${CSS.escape(line)}"]` : name && `[name="${CSS.escape(name)}"]`;
    if (again) $(again, part)?.focus({ preventScroll: true });
  }
  document.body.dataset.view = $("#sheet").dataset.sheet ? "sheet" : "list";
  document.title = found.title;
  mark();
}

let loading = 0;
let inHand = 0;
async function load(url, { push = false, sheet = true } = {}) {
  const turn = ++loading;
  inHand += 1;
  const slow = setTimeout(() => document.body.classList.add("loading"), 150);
  $("#sheet").setAttribute("aria-busy", "true");
  try {
    const response = await fetch(url, { cache: "no-store", signal: AbortSignal.timeout(20000) });
    if (response.redirected && new URL(response.url).pathname === "/desk/sign-in") {
      location.assign("/desk/sign-in");
      return;
    }
    const found = new DOMParser().parseFromString(await response.text(), "text/html");
    if (turn !== loading) return;
    if (!found.querySelector("#sheet")) {
      toast(found.querySelector("h1")?.textContent ?? words.not_sent, true);
      return;
    }
    if (push) history.pushState(null, "", url);
    takeOver(found, { sheet });
    connected(true);
  } catch {
    if (turn === loading) {
      connected(false);
      if (push) toast(words.live_down, true);
    }
  } finally {
    inHand -= 1;
    clearTimeout(slow);
    if (turn === loading) {
      document.body.classList.remove("loading");
      $("#sheet").removeAttribute("aria-busy");
    }
  }
}

let refreshTimer = 0;
function refreshSoon() {
  clearTimeout(refreshTimer);
  // Never in place of what the agent has just asked for.
  refreshTimer = setTimeout(() => (inHand || document.body.classList.contains("busy-sending") ? refreshSoon() : load(location.href)), 300);
}

// ---- the list ----

const lines = () => $$("[data-line]");
const opened = () => $("#sheet").dataset.sheet;

function mark() {
  for (const line of lines()) {
    if (line.dataset.line === opened()) line.setAttribute("aria-current", "true");
    else line.removeAttribute("aria-current");
  }
  // What the browser would say about a missing choice points at a meaning that the search may have hidden.
  if (form()) form().noValidate = true;
}

function open(line) {
  line.focus({ preventScroll: true });
  line.scrollIntoView({ block: "nearest" });
  return load(line.href, { push: true });
}

function step(by) {
  const all = lines();
  if (!all.length) return;
  const at = all.findIndex((line) => line.dataset.line === opened());
  const next = all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)];
  if (next.dataset.line !== opened()) open(next);
}

// ---- meanings ----

const form = () => $("[data-label]");
// In the order in which they are seen: a meaning whose name was typed stands before those that only mention it.
function shown() {
  const all = $$(".option", form()).filter((option) => !option.hidden);
  return [...all.filter((option) => option.classList.contains("named")), ...all.filter((option) => !option.classList.contains("named"))];
}

function choose(option) {
  if (!option) return;
  const radio = $("input", option);
  radio.checked = true;
  option.scrollIntoView({ block: "nearest" });
  $("[data-chosen]").textContent = option.textContent.trim();
}

function search() {
  const asked = $("#find").value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const holds = (text) => asked.every((word) => text.toLowerCase().includes(word));
  for (const option of $$(".option", form())) {
    option.hidden = !holds(`${option.textContent} ${$("input", option).value}`);
    option.classList.toggle("named", asked.length > 0 && holds($("b", option).textContent));
  }
  for (const group of $$("fieldset", form())) {
    group.hidden = !$$(".option", group).some((option) => !option.hidden);
    group.classList.toggle("named", $(".named", group) !== null);
  }
  $("[data-none]", form()).hidden = shown().length > 0;
  for (const radio of $$("input[name=label]", form())) radio.checked = false;
  if (asked.length) choose(shown()[0]);
}

function move(by) {
  const all = shown();
  const at = all.findIndex((option) => $("input", option).checked);
  choose(all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)]);
}

function guess(number) {
  const code = $$("[data-guess]")[number - 1]?.dataset.guess;
  if (!code || !form()) return;
  $("#find").value = "";
  search();
  choose($(`input[value="${CSS.escape(code)}"]`, form())?.closest(".option"));
  $("[data-decide]").focus({ preventScroll: true }); // so that Enter labels
}

// ---- changes ----

async function change(url, body = new URLSearchParams()) {
  document.body.classList.add("busy-sending");
  try {
    const response = await send(url, body);
    const answer = await response.json();
    if (response.status === 401) setTimeout(() => location.assign("/desk/sign-in"), 2000);
    toast(answer.words, !answer.ok);
    return { ...answer, status: response.status };
  } catch {
    toast(words.not_sent, true);
    return { ok: false, status: 0 };
  } finally {
    document.body.classList.remove("busy-sending");
  }
}

async function label(meaning) {
  const id = opened();
  if (!id || document.body.classList.contains("busy-sending")) return;
  if (!meaning) {
    toast(words.label_missing, true);
    return;
  }
  const all = lines();
  const at = all.findIndex((line) => line.dataset.line === id);
  const next = at >= 0 ? (all[at + 1] ?? all[at - 1]) : undefined;
  const answer = await change(`/desk/learning/${id}/label`, new URLSearchParams({ label: meaning }));
  // 409: a colleague was faster, and this sentence needs nothing more either.
  if (!answer.ok && answer.status !== 409) return;
  if (answer.ok) labelled.push(id);
  document.activeElement?.blur?.();
  const list = new URL($("[data-back]").href);
  await load(next && !narrow.matches ? next.href : list.href, { push: true });
  $(`[data-line="${CSS.escape(opened())}"]`)?.focus({ preventScroll: true });
}

async function undo() {
  const id = $("[data-undo]") ? opened() : labelled.at(-1);
  if (!id) {
    toast(words.no_label, true);
    return;
  }
  const answer = await change(`/desk/learning/${id}/undo`);
  if (!answer.ok && answer.status !== 409) return;
  labelled.splice(labelled.lastIndexOf(id), labelled.includes(id) ? 1 : 0);
  if (answer.ok) await load(`/desk/learning/${id}`, { push: true });
}

document.addEventListener("submit", (event) => {
  const sent = event.target;
  if (sent.matches("[data-label]")) {
    event.preventDefault();
    label(event.submitter?.value || $("input[name=label]:checked", sent)?.value);
  } else if (sent.matches("[data-undo]")) {
    event.preventDefault();
    undo();
  } else if (sent.matches("[data-export]")) {
    event.preventDefault();
    change(sent.action).then((answer) => { if (answer.ok) load(location.href); });
  }
});

document.addEventListener("input", (event) => { if (event.target.id === "find") search(); });
document.addEventListener("change", (event) => {
  const filters = event.target.closest("[data-filters]");
  if (filters) load(`/desk/learning?${new URLSearchParams(new FormData(filters))}`, { push: true });
});
document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-go], [data-open], [data-guess]");
  if (!target || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  if (target.dataset.go !== undefined) {
    event.preventDefault();
    load(target.href, { push: true });
  } else if (target.dataset.guess) guess($$("[data-guess]").indexOf(target) + 1);
  else document.getElementById(target.dataset.open).showModal();
});

// ---- keys: single letters work while nothing is being written; any other letter begins a search ----

function keyInSearch(event) {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    move(event.key === "ArrowDown" ? 1 : -1);
    event.preventDefault();
  } else if (event.key === "Escape") event.target.blur();
}

// Enter on a link or button is that link's or button's own, but for the line that is open already.
function mayDecide(target) {
  const own = target.closest("a, button");
  return !own || own.dataset.line === opened();
}

function keyOutside(event) {
  const keys = { j: () => step(1), k: () => step(-1), u: undo, x: () => form() && label("not_for_training") };
  if (keys[event.key]) keys[event.key]();
  else if (/^[123]$/.test(event.key)) guess(Number(event.key));
  else if (event.key === "/") $("#find")?.focus();
  else if (event.key === "Escape" && narrow.matches && opened()) $("[data-back]").click();
  else if (event.key === "Enter" && form() && mayDecide(event.target)) {
    const checked = $("input[name=label]:checked", form());
    if (checked) label(checked.value);
    else $("#find").focus();
  } else {
    // The letter itself is written there, since the field has the focus before the browser writes it.
    if (/^\p{L}$/u.test(event.key)) $("#find")?.focus();
    return;
  }
  event.preventDefault();
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  const help = $("#help");
  if (event.target.id === "find") keyInSearch(event);
  else if (event.key === "?" && !event.target.matches("select")) {
    if (help.open) help.close();
    else help.showModal();
    event.preventDefault();
  } else if (!help.open && !event.target.matches("select")) keyOutside(event);
});

// ---- live ----

window.addEventListener("popstate", () => load(location.href));
document.addEventListener("visibilitychange", () => { if (!document.hidden) load(location.href, { sheet: !form() }); });

listen(() => `/desk/stream?after=${cursor}`, {
  signal: new AbortController().signal,
  headers: () => ({ Accept: "text/event-stream" }),
  onEvent: (type, data, id) => {
    cursor = Number(id) || cursor;
    // What a colleague labels disappears from the list; a sentence that is being looked at says so itself.
    if (data.kind === "lesson") refreshSoon();
  },
  onUp: () => connected(true),
  onDown: () => connected(false),
  onRefused: () => location.assign("/desk/sign-in"),
});

mark();
document.body.dataset.ready = "1";
