/* The search box: Ctrl+K comes here; answers appear under it and are walked with the arrow keys. */
(() => {
  const input = document.getElementById("search");
  if (!input) return;
  const results = document.getElementById("search-results");

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      input.focus();
      input.select();
    }
  });
  if (!results) return;

  const links = () => [...results.querySelectorAll("a")];

  function show(visible) {
    results.hidden = !visible;
    input.setAttribute("aria-expanded", String(visible));
    if (!visible) point(null);
  }

  function point(link) {
    for (const other of links()) other.removeAttribute("aria-selected");
    if (!link) {
      input.removeAttribute("aria-activedescendant");
      return;
    }
    link.setAttribute("aria-selected", "true");
    link.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", link.id);
  }

  function step(by) {
    const all = links();
    if (!all.length) return;
    const at = all.findIndex((link) => link.hasAttribute("aria-selected"));
    point(all[(at + by + all.length + (at < 0 && by < 0 ? 1 : 0)) % all.length]);
  }

  results.addEventListener("htmx:afterSwap", () => {
    links().forEach((link, index) => { link.id = `search-result-${index}`; });
    show(input.value.trim() !== "" && results.childElementCount > 0);
  });
  input.addEventListener("focus", () => show(input.value.trim() !== "" && results.childElementCount > 0));
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      step(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter") {
      const chosen = results.querySelector("[aria-selected]");
      if (!chosen) return;
      event.preventDefault();
      chosen.click();
    } else if (event.key === "Escape") {
      if (results.hidden) input.blur();
      show(false);
    }
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest(".search")) show(false);
  });
})();
