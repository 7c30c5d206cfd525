/* Long lists: choosing rows, and walking them with j and k; x chooses the row one stands on, Enter opens it. */
(() => {
  const picks = () => [...document.querySelectorAll("tbody .pick input")];
  const rows = () => [...document.querySelectorAll("[data-list] tbody tr")];

  function tell() {
    const bar = document.querySelector("[data-bulk]");
    if (!bar) return;
    const all = picks();
    const chosen = all.filter((one) => one.checked).length;
    const whole = bar.querySelector("[data-bulk-all]");
    const count = bar.querySelector("[data-bulk-count]");
    bar.hidden = chosen === 0 && !whole.checked;
    count.textContent = chosen === 1 ? count.dataset.one : count.dataset.many.replace("#", chosen);
    const head = document.querySelector("[data-pick-all]");
    if (!head) return;
    head.checked = chosen > 0 && chosen === all.length;
    head.indeterminate = chosen > 0 && chosen < all.length;
  }

  function step(by) {
    const all = rows();
    if (!all.length) return;
    const at = all.findIndex((row) => row.contains(document.activeElement));
    const row = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1)];
    const link = row.querySelector("th a") ?? row.querySelector("a, input");
    link?.focus();
    row.scrollIntoView({ block: "nearest" });
  }

  function chooseHere() {
    const pick = document.activeElement?.closest("tr")?.querySelector(".pick input");
    pick?.click();
  }

  const KEYS = { j: () => step(1), k: () => step(-1), x: chooseHere };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable], dialog[open]")) return;
    const act = KEYS[event.key];
    if (!act || !document.querySelector("[data-list]")) return;
    event.preventDefault();
    act();
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-pick-all]")) {
      for (const pick of picks()) pick.checked = event.target.checked;
    }
    if (event.target.matches(".pick input, [data-bulk-all]")) tell();
  });

  document.addEventListener("htmx:load", tell);
  window.addEventListener("pageshow", tell);
})();
