// The list of messages on the page: in order of seq, with day separators, folded long texts and one set of choices.

const LONG_TEXT = 900;
const ADDRESS = /(https?:\/\/[^\s<>"'，。；、）)]+)/;

// Our own words may hold addresses, of an article or a payment: they open beside the chat.
function linked(text) {
  return text.split(ADDRESS).map((part, at) => {
    if (at % 2 === 0) return part;
    const link = document.createElement("a");
    link.href = link.textContent = part;
    link.target = "_blank";
    link.rel = "noopener";
    return link;
  });
}

export class Log {
  constructor(list, toEnd, words, lang) {
    this.list = list;
    this.button = toEnd;
    this.words = words;
    this.time = new Intl.DateTimeFormat(lang === "zh" ? "zh-CN" : "en-GB", { hour: "2-digit", minute: "2-digit", hour12: false });
    this.date = new Intl.DateTimeFormat(lang === "zh" ? "zh-CN" : "en-GB", { weekday: "short", month: "long", day: "numeric" });
    this.pendings = new Map();
    this.stuck = true;
    toEnd.addEventListener("click", () => this.toEnd());
    list.addEventListener("scroll", () => {
      this.stuck = this.atEnd();
      if (this.stuck) this.button.hidden = true;
    });
    // A banner, a longer heading or the phone's keyboard takes room away: the newest words stay in sight.
    new ResizeObserver(() => { if (this.stuck) this.toEnd(); }).observe(list);
  }

  has(seq) {
    return Boolean(this.list.querySelector(`[data-seq="${seq}"]`));
  }

  answered(seq) {
    return [...this.list.querySelectorAll(".message:not(.customer)[data-seq]")].some((item) => Number(item.dataset.seq) > seq);
  }

  add(message, press) {
    const item = this.#item(message.author, message.author_name, message.text, new Date(message.at));
    item.dataset.seq = message.seq;
    if (message.choices.length) item.append(this.#choices(message.choices, press));
    this.#place(item, message.seq);
  }

  pending(message) {
    const item = this.#item("customer", this.words.you, message.text, new Date());
    item.classList.add("pending");
    item.querySelector(".under").textContent = this.words.sending;
    this.pendings.set(message.client_id, item);
    this.#place(item, Infinity);
    this.toEnd();
  }

  settle(message, seq) {
    const item = this.pendings.get(message.client_id);
    this.pendings.delete(message.client_id);
    if (!item) return;
    if (this.has(seq)) {
      item.remove();
      return;
    }
    item.classList.remove("pending");
    item.dataset.seq = seq;
    item.querySelector(".under").replaceChildren(this.#stamp(new Date(item.dataset.at)));
    this.#place(item, seq);
  }

  failed(message, why, again) {
    const item = this.pendings.get(message.client_id);
    this.pendings.delete(message.client_id);
    if (!item) return;
    const problem = document.createElement("span");
    problem.className = "problem";
    problem.textContent = why;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "link";
    button.textContent = this.words.retry;
    button.addEventListener("click", () => { item.remove(); again(); });
    item.querySelector(".under").replaceChildren(problem, button);
  }

  typing(name, spoken) {
    this.stopTyping();
    const item = document.createElement("div");
    item.className = "message typing";
    item.id = "typing";
    const bubble = document.createElement("div");
    bubble.className = "bubble";
    bubble.setAttribute("role", "img");
    bubble.setAttribute("aria-label", spoken);
    bubble.append(...["i", "i", "i"].map((name) => document.createElement(name)));
    const who = document.createElement("span");
    who.className = "name";
    who.textContent = name;
    item.append(who, bubble);
    const stay = this.atEnd();
    this.list.append(item);
    if (stay) this.toEnd();
  }

  stopTyping() {
    document.getElementById("typing")?.remove();
  }

  atEnd() {
    return this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 80;
  }

  toEnd() {
    this.list.scrollTop = this.list.scrollHeight;
    this.stuck = true;
    this.button.hidden = true;
  }

  #item(author, name, text, at) {
    const item = document.createElement("div");
    item.className = `message ${author}`;
    item.dataset.at = at.toISOString();
    const who = document.createElement("span");
    who.className = author === "customer" ? "name visually-hidden" : "name";
    who.textContent = name;
    const bubble = document.createElement("div");
    bubble.className = "bubble";
    if (author === "customer") bubble.textContent = text;
    else bubble.append(...linked(text));
    bubble.dir = "auto";
    const under = document.createElement("div");
    under.className = "under";
    under.append(this.#stamp(at));
    item.append(who, bubble, under);
    if (text.length > LONG_TEXT) this.#fold(bubble, under);
    return item;
  }

  #stamp(at) {
    const time = document.createElement("time");
    time.dateTime = at.toISOString();
    time.textContent = this.time.format(at);
    return time;
  }

  #fold(bubble, under) {
    bubble.classList.add("folded");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "link";
    button.textContent = this.words.more;
    button.setAttribute("aria-expanded", "false");
    button.addEventListener("click", () => {
      const folded = bubble.classList.toggle("folded");
      button.textContent = folded ? this.words.more : this.words.less;
      button.setAttribute("aria-expanded", String(!folded));
    });
    under.append(button);
  }

  #choices(choices, press) {
    const row = document.createElement("div");
    row.className = "choices";
    for (const choice of choices) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "choice";
      button.textContent = choice.label;
      button.addEventListener("click", () => press(choice));
      row.append(button);
    }
    return row;
  }

  #place(item, seq) {
    const stay = this.atEnd();
    const later = [...this.list.querySelectorAll(".message:not(.typing)")].find(
      (other) => other !== item && (other.dataset.seq ? Number(other.dataset.seq) : Infinity) > seq,
    );
    if (later) later.before(item);
    else if (document.getElementById("typing")) document.getElementById("typing").before(item);
    else this.list.append(item);
    this.#hideOldChoices();
    this.#separateDays();
    this.#joinTurns();
    if (stay) this.toEnd();
    else if (!item.classList.contains("customer")) this.button.hidden = false;
  }

  // Only the latest message may still be answered by a button. Hidden, not removed: an answer can overtake
  // the receipt of what it answers, and the order is known only then.
  #hideOldChoices() {
    const items = [...this.list.querySelectorAll(".message:not(.typing)")];
    for (const row of this.list.querySelectorAll(".message .choices")) {
      const at = items.indexOf(row.parentElement);
      row.hidden = items.slice(at + 1).some((item) => item.classList.contains("customer") || item.querySelector(".choices"));
    }
  }

  // What one person says in one breath reads as one: the name stands above the first, the time below the last.
  #joinTurns() {
    const items = [...this.list.querySelectorAll(".message:not(.typing)")];
    const turn = (item) => item && [item.classList.contains("customer"), item.firstChild.textContent, item.dataset.at.slice(0, 16)].join();
    items.forEach((item, at) => {
      const goesOn = (other) => other && turn(other) === turn(item);
      item.classList.toggle("goes-on", Boolean(goesOn(items[at - 1]) && !items[at - 1].querySelector(".choices:not([hidden])")));
      item.classList.toggle("to-be-continued", Boolean(goesOn(items[at + 1]) && !item.querySelector(".link, .problem")));
    });
  }

  #separateDays() {
    for (const old of this.list.querySelectorAll(".day")) old.remove();
    let before = "";
    for (const item of this.list.querySelectorAll(".message[data-at]")) {
      const at = new Date(item.dataset.at);
      if (at.toDateString() === before) continue;
      before = at.toDateString();
      const day = document.createElement("div");
      day.className = "day";
      day.textContent = this.#dayWords(at);
      item.before(day);
    }
  }

  #dayWords(at) {
    const midnight = (moment) => new Date(moment).setHours(0, 0, 0, 0);
    const days = Math.round((midnight(new Date()) - midnight(at)) / 86400000);
    if (days === 0) return this.words.today;
    if (days === 1) return this.words.yesterday;
    return this.date.format(at);
  }
}
