// What the pages for agents share: words to the agent, the bar that tells when the line is down, sending a change.

const $ = (selector) => document.querySelector(selector);

let toastTimer = 0;
export function toast(text, bad = false) {
  const element = $("#toast");
  element.textContent = text;
  element.classList.toggle("bad", bad);
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { element.textContent = ""; }, bad ? 8000 : 4000);
}

// Gives connected(up); the bar shows only after two seconds without a line, and onBack runs when it has been shown.
export function lineWatch(words, onBack) {
  let downTimer = 0;
  return (up) => {
    const line = $("#line");
    if (!up) {
      downTimer ||= setTimeout(() => {
        line.textContent = words.live_down;
        line.className = "line";
        line.hidden = false;
      }, 2000);
      return;
    }
    clearTimeout(downTimer);
    downTimer = 0;
    if (line.hidden || line.classList.contains("back")) return;
    line.textContent = words.live_back;
    line.classList.add("back");
    setTimeout(() => { if (line.classList.contains("back")) line.hidden = true; }, 2500);
    onBack();
  };
}

export const send = (url, body) => fetch(url, {
  method: "POST",
  headers: { "X-CSRF-Token": document.body.dataset.csrf },
  body,
  signal: AbortSignal.timeout(20000),
});
