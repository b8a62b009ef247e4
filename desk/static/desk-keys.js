// The console's keys. Single letters work only while nothing is being written.

const $ = (selector) => document.querySelector(selector);

function step(by) {
  const rows = [...document.querySelectorAll(".list .row")];
  if (!rows.length) return;
  const now = rows.findIndex((row) => row === document.activeElement);
  const open = rows.findIndex((row) => row.getAttribute("aria-current"));
  const from = now >= 0 ? now : open;
  const next = rows[Math.min(Math.max(from + by, 0), rows.length - 1)];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

function composeAs(radio) {
  radio.checked = true;
  radio.dispatchEvent(new Event("input", { bubbles: true }));
  $("[data-composer] textarea").focus();
}

export function keys(load) {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const form = event.target.closest("form[data-move]");
      if (form) {
        event.preventDefault();
        form.requestSubmit();
      }
      return;
    }
    const writing = event.target.matches("input:not([type=radio]), textarea, select");
    if (event.key === "Escape") {
      if (writing && !document.querySelector("dialog[open]")) event.target.blur();
      else if (document.body.dataset.view === "ticket" && matchMedia("(max-width: 860px)").matches) load($("[data-back]").href, true);
      return;
    }
    if (writing || event.ctrlKey || event.metaKey || event.altKey) return;
    const help = $("#help");
    if (event.key === "?") {
      if (help.open) help.close();
      else if (!document.querySelector("dialog[open]")) help.showModal();
      return;
    }
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "/") $("#q").focus();
    else {
      const target = /^[a-z]$/.test(event.key) && $(`[data-key="${event.key}"]`);
      if (!target) return;
      if (target.type === "radio") composeAs(target);
      else target.click();
    }
    event.preventDefault();
  });
}
