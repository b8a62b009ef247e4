// Makes the console live: follows links without reloading, sends moves, and takes over changed parts of the page.
// The server renders everything; a part is any element with data-part and is replaced only when it changed.
import { listen } from "./events.js";
import { keys } from "./desk-keys.js";
import { lineWatch, send, toast } from "./desk-shared.js";

const page = document.body.dataset;
const words = JSON.parse(page.words);
const $ = (selector, root = document) => root.querySelector(selector);
const fresh = new Set(); // ticket numbers with news not yet looked at
let cursor = Number(page.cursor);
let title = document.title;

const connected = lineWatch(words, () => refreshSoon(0));

// ---- taking over a page ----

const atEnd = (element) => element.scrollHeight - element.scrollTop - element.clientHeight < 60;

function scrollTimeline() {
  const timeline = $(".timeline");
  if (timeline) timeline.scrollTop = timeline.scrollHeight;
  // On a phone the whole page scrolls; the newest words and the composer are what the agent came for.
  if (timeline && matchMedia("(max-width: 860px)").matches) $(".work").scrollIntoView({ block: "end" });
}

function busyWriting(part) {
  // A form somebody is writing in stays as it is, unless what it may do has changed.
  return part.contains(document.activeElement) && part.querySelector("input:not([type=hidden]), textarea, select");
}

function takeOver(found) {
  const read = $(".timeline") && atEnd($(".timeline"));
  const before = $("#ticket");
  const after = found.querySelector("#ticket");
  if (before.dataset.ticket !== after.dataset.ticket) {
    keepDraft();
    before.replaceWith(after);
    begunTicket();
  }
  for (const part of found.querySelectorAll("[data-part]")) {
    const mine = $(`[data-part="${part.dataset.part}"]`);
    if (!mine || mine === part || mine.outerHTML === part.outerHTML) continue;
    if (part.dataset.part === "composer") {
      if (mine.dataset.can !== part.dataset.can) {
        keepDraft();
        mine.replaceWith(part);
        begunComposer();
      }
      continue;
    }
    if (busyWriting(mine) || mine.querySelector(".whole")) continue;
    replace(mine, part);
  }
  // Other parts may have taken room away from it.
  if (read) $(".timeline")?.scrollTo(0, $(".timeline").scrollHeight);
  document.body.dataset.view = found.body.dataset.view;
  title = found.title;
  markFresh();
}

function replace(mine, part) {
  const stick = mine.classList.contains("timeline") && atEnd(mine);
  const top = mine.scrollTop;
  const focused = mine.contains(document.activeElement) ? document.activeElement.dataset.number : "";
  mine.replaceWith(part);
  part.scrollTop = stick ? part.scrollHeight : top;
  if (focused) $(`[data-number="${focused}"]`, part)?.focus({ preventScroll: true });
}

let loading = 0;
let going = 0; // the turn in which a link is being followed; no refresh may overtake it
async function load(url, push = false) {
  const turn = ++loading;
  if (push) going = turn;
  try {
    const response = await fetch(url, { cache: "no-store", signal: AbortSignal.timeout(20000) });
    if (response.redirected && new URL(response.url).pathname === "/desk/sign-in") {
      location.assign("/desk/sign-in");
      return;
    }
    const found = new DOMParser().parseFromString(await response.text(), "text/html");
    if (turn !== loading) return;
    if (!found.querySelector("#ticket")) {
      toast(found.querySelector("h1")?.textContent ?? words.not_sent, true);
      return;
    }
    if (push) history.pushState(null, "", url);
    takeOver(found);
    connected(true);
  } catch {
    if (turn === loading) connected(false);
  } finally {
    if (going === turn) going = 0;
  }
}

async function refresh() {
  if (going) refreshSoon();
  else await load(location.href);
}

let refreshTimer = 0;
function refreshSoon(ms = 400) {
  if (refreshTimer) return;
  refreshTimer = setTimeout(() => {
    refreshTimer = 0;
    refresh();
  }, ms);
}

// ---- news ----

function markFresh() {
  const open = $("#ticket").dataset.ticket;
  if (!document.hidden) fresh.delete(open);
  for (const row of document.querySelectorAll(".list [data-number]")) row.classList.toggle("fresh", fresh.has(row.dataset.number));
  document.title = fresh.size ? `(${fresh.size}) ${title}` : title;
}

function heard(type, data, id) {
  cursor = Number(id) || cursor;
  if (data.news && data.number) {
    fresh.add(data.number);
    markFresh();
  }
  refreshSoon();
}

document.addEventListener("visibilitychange", () => {
  markFresh();
  if (!document.hidden) refreshSoon(0);
});
setInterval(() => { if (!document.hidden) refreshSoon(0); }, 60000); // countdowns, and any event that was lost

// ---- the composer and its draft ----

const draftKey = () => `shouwen.draft.${$("#ticket").dataset.ticket}`;
const writingAs = () => $("[data-composer] input[name=as]:checked")?.value ?? "note";

function keepDraft() {
  const text = $("[data-composer] textarea")?.value ?? "";
  if (!$("#ticket").dataset.ticket || !$("[data-composer]")) return;
  if (text) sessionStorage.setItem(draftKey(), JSON.stringify({ text, as: writingAs() }));
  else sessionStorage.removeItem(draftKey());
}

function writeAs() {
  const composer = $("[data-composer]");
  if (!composer) return;
  const as = writingAs();
  composer.classList.toggle("note", as === "note");
  $("textarea", composer).placeholder = $("textarea", composer).dataset[as];
}

const newToken = () => crypto.randomUUID?.() ?? String(Math.random()).slice(2);

function begunComposer() {
  const composer = $("[data-composer]");
  if (!composer) return;
  const draft = JSON.parse(sessionStorage.getItem(draftKey()) ?? "{}");
  $("textarea", composer).value = draft.text ?? "";
  // What was written for colleagues never turns into words for the customer.
  const as = $(`input[name=as][value="${draft.as}"]`, composer);
  if (as) as.checked = true;
  $("input[name=token]", composer).value = newToken();
  writeAs();
}

function begunTicket() {
  begunComposer();
  scrollTimeline();
}

let toldTyping = 0;
document.addEventListener("input", (event) => {
  if (!event.target.closest("[data-composer]")) return;
  if (event.target.name === "as") writeAs();
  keepDraft();
  if (writingAs() === "reply" && event.target.name === "text" && Date.now() - toldTyping > 3000) {
    toldTyping = Date.now();
    send(`/desk/t/${$("#ticket").dataset.ticket}/typing`, new URLSearchParams()).catch(() => {});
  }
});

// ---- moves ----

function unmask(values) {
  for (const [key, value] of Object.entries(values)) {
    const element = $(`[data-mask="${CSS.escape(key)}"]`);
    if (!element) continue;
    element.textContent = value;
    element.classList.add("whole");
  }
  setTimeout(() => {
    for (const element of document.querySelectorAll(".whole")) element.classList.remove("whole");
    refresh();
  }, 60000);
}

async function move(form, button) {
  const said = $(".said", form);
  const body = new URLSearchParams(new FormData(form, button));
  form.classList.add("busy");
  for (const each of form.querySelectorAll("button")) each.disabled = true;
  let answer = { ok: false, words: words.not_sent };
  try {
    const response = await send(form.action, body);
    answer = await response.json();
    if (response.status === 401) setTimeout(() => location.assign("/desk/sign-in"), 2000);
  } catch {
    // The words above say that nothing arrived; the form keeps what was written, and its token prevents a double.
  }
  form.classList.remove("busy");
  for (const each of form.querySelectorAll("button")) each.disabled = false;
  if (!answer.ok) {
    if (said) {
      said.textContent = answer.words;
      said.hidden = false;
    } else toast(answer.words, true);
    await refresh();
    return;
  }
  form.closest("dialog")?.close();
  if (form.dataset.reveal !== undefined) {
    form.reset();
    unmask(answer.values);
    toast(words.revealed);
    return;
  }
  if (form.matches("[data-composer]")) {
    $("textarea", form).value = "";
    $("input[name=token]", form).value = newToken();
    keepDraft();
  } else if (form.closest("dialog")) form.reset();
  toast(answer.words);
  document.activeElement?.blur?.();
  // What was taken is now among the agent's own.
  if (/\/accept(_handover)?$/.test(form.action)) await load(`${location.pathname}?shelf=mine`, true);
  else await refresh();
  if (form.matches("[data-composer]")) {
    scrollTimeline();
    $("textarea", form).focus();
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("[data-move]")) {
    event.preventDefault();
    move(form, event.submitter);
  } else if (form.matches(".search")) {
    event.preventDefault();
    load(`/desk?${new URLSearchParams(new FormData(form))}`, true);
  }
});

document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-go], [data-open], [data-close], [data-set]");
  if (!target || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  if (target.dataset.go !== undefined) {
    event.preventDefault();
    load(target.href, true);
  } else if (target.dataset.open) {
    const dialog = document.getElementById(target.dataset.open);
    const said = $(".said", dialog);
    if (said) said.hidden = true;
    dialog.showModal();
    $("textarea, select, input:not([type=hidden])", dialog)?.focus();
  } else if (target.dataset.close !== undefined) target.closest("dialog").close();
  else $("input[type=datetime-local]", target.closest("form")).value = target.dataset.set;
});

window.addEventListener("popstate", () => load(location.href));
keys(load);

listen(() => `/desk/stream?after=${cursor}`, {
  signal: new AbortController().signal,
  headers: () => ({ Accept: "text/event-stream" }),
  onEvent: heard,
  onUp: () => connected(true),
  onDown: () => connected(false),
  onRefused: () => location.assign("/desk/sign-in"),
});

begunTicket();
document.body.dataset.ready = "1";
