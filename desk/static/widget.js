// Puts a chat button on any web site: <script src="https://…/widget.js" data-lang="zh" defer></script>
// Everything lives in a shadow root and a frame, so the site's styles and ours never meet.
(() => {
  const script = document.currentScript;
  const origin = new URL(script.src).origin;
  const lang = script.dataset.lang === "en" || (!script.dataset.lang && !navigator.language.startsWith("zh")) ? "en" : "zh";
  const words = lang === "en" ? { open: "Chat with us", close: "Close the chat", frame: "Customer service chat" }
    : { open: "联系在线客服", close: "收起对话", frame: "在线客服对话" };

  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host { all: initial; }
    button { position: fixed; right: 24px; bottom: 24px; z-index: 2147483000; display: flex; align-items: center;
      justify-content: center; width: 60px; height: 60px; border: 0; border-radius: 50%; background: #0b6b6f;
      color: #fff; box-shadow: 0 8px 24px rgb(16 32 36 / 25%); cursor: pointer; }
    button:hover { background: #08565a; }
    button:focus-visible { outline: 3px solid #0b6b6f; outline-offset: 3px; }
    svg { width: 30px; height: 30px; }
    b { position: absolute; top: -4px; right: -4px; min-width: 22px; height: 22px; padding: 0 6px; border-radius: 11px;
      background: #b3261e; color: #fff; font: 600 13px/22px system-ui, sans-serif; }
    b:empty { display: none; }
    iframe { position: fixed; right: 24px; bottom: 100px; z-index: 2147483000; width: 400px;
      height: min(680px, calc(100dvh - 124px)); border: 0; border-radius: 16px; background: #fff;
      box-shadow: 0 16px 48px rgb(16 32 36 / 30%); color-scheme: light dark; }
    [hidden] { display: none; }
    @media (max-width: 480px) {
      iframe { inset: 0; width: 100%; height: calc(100dvh - 76px); border-radius: 0; }
      button { right: 12px; bottom: 8px; }
    }
  `);

  const host = document.createElement("div");
  const root = host.attachShadow({ mode: "closed" });
  root.adoptedStyleSheets = [sheet];
  const button = document.createElement("button");
  button.type = "button";
  const svg = (path) => {
    const NS = "http://www.w3.org/2000/svg";
    const picture = document.createElementNS(NS, "svg");
    picture.setAttribute("viewBox", "0 0 24 24");
    picture.setAttribute("aria-hidden", "true");
    const line = document.createElementNS(NS, "path");
    line.setAttribute("d", path);
    for (const [name, value] of Object.entries({ fill: "none", stroke: "currentColor", "stroke-width": 2, "stroke-linejoin": "round", "stroke-linecap": "round" })) line.setAttribute(name, value);
    picture.append(line);
    return picture;
  };
  const bubble = svg("M4 6.500A2.500 2.500 0 0 1 6.500 4h11A2.500 2.500 0 0 1 20 6.500v7a2.500 2.500 0 0 1-2.500 2.500H11l-5 4v-4a2 2 0 0 1-2-2z");
  const cross = svg("M6 6l12 12M18 6L6 18");
  const badge = document.createElement("b");
  button.append(bubble, badge);
  root.append(button);
  document.body.append(host);

  let frame = null;
  const show = (open) => {
    if (open && !frame) {
      frame = document.createElement("iframe");
      frame.src = `${origin}/chat?embed=1&lang=${lang}`;
      frame.title = words.frame;
      root.append(frame);
    }
    if (frame) frame.hidden = !open;
    button.replaceChildren(open ? cross : bubble, badge);
    button.setAttribute("aria-expanded", String(open));
    button.setAttribute("aria-label", open ? words.close : words.open);
    if (open) badge.textContent = "";
  };
  show(false);
  button.addEventListener("click", () => show(!frame || frame.hidden));
  window.addEventListener("message", (event) => {
    if (!frame || event.source !== frame.contentWindow || event.origin !== origin) return;
    if (event.data === "shouwen:close") {
      show(false);
      button.focus();
    }
    if (event.data === "shouwen:message" && frame.hidden) badge.textContent = String(Number(badge.textContent || 0) + 1);
  });
})();
