// Server-sent events over fetch: unlike EventSource it can carry a token and tells when the line is down.

const QUIET_MS = 40000;
const LONGEST_PAUSE_MS = 15000;

function parse(block) {
  const event = { type: "message", id: "", data: "" };
  for (const line of block.split("\n")) {
    const colon = line.indexOf(":");
    if (colon < 1) continue;
    const value = line.slice(colon + 1).replace(/^ /, "");
    if (line.startsWith("event:")) event.type = value;
    else if (line.startsWith("id:")) event.id = value;
    else if (line.startsWith("data:")) event.data += value;
  }
  return event.data ? event : null;
}

async function read(url, options, heard) {
  const abort = new AbortController();
  const stop = () => abort.abort();
  options.signal.addEventListener("abort", stop);
  let watchdog = setTimeout(stop, QUIET_MS);
  try {
    const response = await fetch(url, { headers: options.headers(), signal: abort.signal, cache: "no-store" });
    if (!response.ok) return response.status;
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return 0;
      clearTimeout(watchdog);
      watchdog = setTimeout(stop, QUIET_MS);
      heard();
      const blocks = (rest + value).split("\n\n");
      rest = blocks.pop();
      for (const block of blocks) {
        const event = parse(block);
        if (event) options.onEvent(event.type, JSON.parse(event.data), event.id);
      }
    }
  } finally {
    clearTimeout(watchdog);
    options.signal.removeEventListener("abort", stop);
  }
}

// Reads until options.signal aborts; url() is asked anew for every connection, so it can carry the cursor.
// options: signal, headers(), onEvent(type, data, id), onUp(), onDown(), onRefused(status)
export async function listen(url, options) {
  let pause = 500;
  while (!options.signal.aborted) {
    let status = 0;
    try {
      status = await read(url(), options, () => {
        pause = 500;
        options.onUp();
      });
    } catch {
      status = 0;
    }
    if (options.signal.aborted) return;
    if (status === 401 || status === 403) {
      options.onRefused(status);
      return;
    }
    options.onDown();
    await new Promise((go) => {
      const timer = setTimeout(go, pause * (0.75 + Math.random() / 2));
      window.addEventListener("online", () => { clearTimeout(timer); go(); }, { once: true });
    });
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  }
}
