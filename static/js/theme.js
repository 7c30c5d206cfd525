/* Runs before the page is drawn: says that scripts work, and keeps the choice of theme.
   The server has already drawn the page in the chosen theme; this only changes it later. Paper is always light. */
(() => {
  const root = document.documentElement;
  root.classList.add("scripted");

  const YEAR = 31536000;
  const MEDIA = { light: "not all", dark: "screen", "": "screen and (prefers-color-scheme: dark)" };

  function mark() {
    const chosen = root.dataset.theme ?? "";
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === chosen));
    }
  }

  function announce() {
    document.dispatchEvent(new CustomEvent("themechange"));
  }

  function choose(theme) {
    if (theme) root.dataset.theme = theme;
    else delete root.dataset.theme;
    document.getElementById("dark-tokens").media = MEDIA[theme];
    document.cookie = `theme=${theme}; path=/; max-age=${theme ? YEAR : 0}; samesite=lax`;
    mark();
    announce();
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-choice]");
    if (button) choose(button.dataset.themeChoice);
  });
  document.addEventListener("DOMContentLoaded", mark);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", announce);
})();
