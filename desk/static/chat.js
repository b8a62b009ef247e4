// The customer's chat. Sends every message exactly once (a client_id kept until the server has it),
// shows what comes after a seq, and survives reloads, lost networks and foreign frames.
import { listen } from "./events.js";
import { Log } from "./chat-log.js";

const $ = (id) => document.getElementById(id);
const page = document.body.dataset;
const words = JSON.parse(page.words);
const embedded = page.embedded === "1";
const limit = Number(page.limit);

// Storage can be denied in a foreign frame; memory then lasts as long as the page.
const memory = new Map();
const box = {
  get: (key) => { try { return localStorage.getItem(key); } catch { return memory.get(key) ?? null; } },
  put: (key, value) => { try { localStorage.setItem(key, value); } catch { memory.set(key, value); } },
  drop: (key) => { try { localStorage.removeItem(key); } catch { memory.delete(key); } },
};

const log = new Log($("log"), $("to-end"), words, page.lang);
const queue = JSON.parse(box.get("shouwen.unsent") ?? "[]"); // {client_id, text, payload}, oldest first
const held = []; // our own messages seen on the stream while it is unknown which of ours they are
let lastSeq = 0;
let sending = false;
let floor = { mode: "bot", with: "" };
let typingTimer = 0;
let unseen = 0;
let stream = null;

function headers() {
  const all = { "X-Shouwen-Language": page.lang };
  const token = embedded && box.get("shouwen.token");
  if (token) all.Authorization = `Bearer ${token}`;
  return all;
}

async function api(path, options = {}) {
  const response = await fetch(`/chat/api/${path}`, {
    ...options,
    headers: { ...headers(), ...options.headers },
    signal: AbortSignal.timeout(20000),
    cache: "no-store",
  });
  return { status: response.status, body: await response.json().catch(() => ({})) };
}

async function ensureSession() {
  if (!embedded || box.get("shouwen.token")) return;
  const { status, body } = await api("session", { method: "POST" });
  if (status === 201) box.put("shouwen.token", body.token);
}

// ---- what arrives ----

function receive(message) {
  lastSeq = Math.max(lastSeq, message.seq);
  if (message.author === "customer" && queue.length && !log.has(message.seq)) {
    held.push(message);
    return;
  }
  if (log.has(message.seq)) return;
  $("welcome")?.remove();
  $("end").hidden = false;
  if (message.author !== "customer") stopTyping();
  log.add(message, press);
  if (message.author !== "customer" && document.hidden) {
    unseen += 1;
    document.title = `(${unseen}) ${title}`;
  }
  if (embedded && message.author !== "customer" && live) parent.postMessage("shouwen:message", "*");
}

function releaseHeld() {
  if (queue.length) return;
  for (const message of held.splice(0)) receive(message);
}

function showFloor(state) {
  floor = state;
  const person = state.mode === "agent" && state.with;
  $("who").textContent = person || words.bot;
  $("status").textContent = person ? words.person_status : words.bot_status;
}

function startTyping(name, ms) {
  log.typing(name, `${name} ${words.typing}`);
  clearTimeout(typingTimer);
  typingTimer = setTimeout(stopTyping, ms);
}

function stopTyping() {
  clearTimeout(typingTimer);
  log.stopTyping();
}

const title = document.title;
let live = false;

async function catchUp() {
  const { status, body } = await api(`messages?after=${lastSeq}`);
  if (status === 401) return startAgain();
  if (status !== 200) throw new Error(String(status));
  for (const message of body.messages) receive(message);
  if (body.last_seq) {
    showFloor(body);
    openStream();
  }
}

function openStream() {
  if (stream) return;
  stream = new AbortController();
  listen(() => `/chat/api/stream?after=${lastSeq}&lang=${page.lang}`, {
    signal: stream.signal,
    headers,
    onEvent: (type, data) => {
      if (type === "message") receive(data);
      if (type === "state") showFloor(data);
      if (type === "typing" && data.with) startTyping(data.with, 5000);
    },
    onUp: () => connected(true),
    onDown: () => connected(false),
    onRefused: startAgain,
  });
}

function startAgain() {
  box.drop("shouwen.token");
  stream?.abort();
  stream = null;
  banner(words.expired);
  ensureSession().then(pump);
}

// ---- the line ----

let downTimer = 0;
function banner(text, back = false) {
  const element = $("connection");
  element.textContent = text;
  element.hidden = !text;
  element.classList.toggle("back", back);
}

function connected(up) {
  if (!up) {
    downTimer ||= setTimeout(() => banner(navigator.onLine ? words.waiting : words.offline), 1500);
    return;
  }
  clearTimeout(downTimer);
  downTimer = 0;
  if ($("connection").hidden || $("connection").classList.contains("back")) return;
  banner(words.back, true);
  setTimeout(() => $("connection").classList.contains("back") && banner(""), 2500);
}

window.addEventListener("offline", () => banner(words.offline));
window.addEventListener("online", () => { connected(true); pump(); });

// ---- what we send ----

const pause = (ms) => new Promise((go) => {
  const timer = setTimeout(go, ms);
  window.addEventListener("online", () => { clearTimeout(timer); go(); }, { once: true });
});

const keepQueue = () => box.put("shouwen.unsent", JSON.stringify(queue));

function say(text, payload = "") {
  const item = { client_id: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`, text, payload };
  queue.push(item);
  keepQueue();
  $("welcome")?.remove();
  log.pending(item);
  pump();
}

function press(choice) {
  say(choice.label, choice.payload);
  if (matchMedia("(pointer: fine)").matches) $("text").focus();
}

async function pump() {
  if (sending) return;
  sending = true;
  let wait = 1000;
  try {
    while (queue.length) {
      const item = queue[0];
      let answer;
      try {
        answer = await api("messages", {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify(item),
        });
      } catch {
        answer = { status: 0, body: {} };
      }
      if (answer.status === 202) {
        queue.shift();
        keepQueue();
        wait = 1000;
        arrived(item, answer.body);
        connected(true);
      } else if (answer.status === 401) {
        await startFresh();
      } else if (answer.status === 429) {
        banner(words.slow_down);
        await pause((Number(answer.body.error?.retry_after_s) || 5) * 1000);
        banner("");
      } else if (answer.status >= 400 && answer.status < 500) {
        queue.shift();
        keepQueue();
        log.failed(item, answer.body.error?.message ?? words.failed, () => say(item.text, item.payload));
      } else {
        connected(false);
        await pause(wait);
        wait = Math.min(wait * 2, 15000);
      }
    }
  } finally {
    sending = false;
    releaseHeld();
  }
}

async function startFresh() {
  box.drop("shouwen.token");
  await ensureSession();
  await pause(1000);
}

function arrived(item, receipt) {
  log.settle(item, receipt.seq);
  $("end").hidden = false;
  const mine = held.findIndex((message) => message.seq === receipt.seq);
  if (mine >= 0) held.splice(mine, 1);
  // The seq is only passed over when nothing before it is missing; the stream brings the rest.
  if (receipt.seq === lastSeq + 1) lastSeq = receipt.seq;
  if (floor.mode === "bot" && !log.answered(receipt.seq)) startTyping(words.bot, 25000);
  openStream();
}

// ---- the composer ----

const text = $("text");

function grow() {
  text.style.height = "auto";
  text.style.height = `${Math.min(text.scrollHeight + 2, 160)}px`;
  const left = limit - [...text.value].length;
  $("count").hidden = left > 500;
  $("count").classList.toggle("over", left < 0);
  $("count").textContent = left < 0 ? words.too_long : words.left.replace("{n}", left);
}

$("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const said = text.value.trim();
  if (!said || [...said].length > limit) return;
  text.value = "";
  grow();
  say(said);
  log.toEnd();
  text.focus();
});

text.addEventListener("input", grow);
text.addEventListener("keydown", (event) => {
  // While an input method composes, Enter picks a word.
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    $("composer").requestSubmit();
  }
});

for (const button of document.querySelectorAll("[data-say]")) {
  button.addEventListener("click", () => say(button.dataset.say));
}

$("end").addEventListener("click", () => $("ending").showModal());
$("ending").addEventListener("close", async () => {
  if ($("ending").returnValue !== "yes") return;
  stream?.abort();
  box.drop("shouwen.unsent");
  box.drop("shouwen.token");
  await api("session/end", { method: "POST" }).catch(() => {});
  location.reload();
});

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  unseen = 0;
  document.title = title;
});

document.addEventListener("keydown", (event) => {
  if (embedded && event.key === "Escape" && !document.querySelector("dialog[open]")) parent.postMessage("shouwen:close", "*");
});

// ---- begin ----

async function begin() {
  for (const item of queue) log.pending(item);
  if (queue.length) $("welcome")?.remove();
  for (let wait = 1000; ; wait = Math.min(wait * 2, 15000)) {
    try {
      await ensureSession();
      await catchUp();
      break;
    } catch {
      connected(false);
      await pause(wait);
    }
  }
  connected(true);
  live = true;
  $("log").setAttribute("aria-live", "polite");
  document.body.dataset.ready = "1";
  log.toEnd();
  pump();
}

grow();
begin();
if (!embedded && matchMedia("(pointer: fine)").matches) text.focus();
