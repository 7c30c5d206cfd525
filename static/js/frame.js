/* The navigation: a drawer on a phone, foldable on a wide screen; and of tabs too many for a line, the open one in sight. */
(() => {
  const YEAR = 31536000;
  const root = document.documentElement;
  const side = document.getElementById("side");
  const behind = document.querySelectorAll("#stage, .dock");
  const openers = document.querySelectorAll("[data-drawer-open]");
  const phone = matchMedia("(width <= 48rem)");
  let cameFrom = null;

  function isOpen() {
    return document.body.classList.contains("side-open");
  }

  function setDrawer(open) {
    document.body.classList.toggle("side-open", open);
    for (const part of behind) part.inert = open;
    for (const opener of openers) opener.setAttribute("aria-expanded", String(open));
    if (open) {
      cameFrom = document.activeElement;
      (side.querySelector("[aria-current]") ?? side.querySelector("a")).focus();
    } else {
      cameFrom?.focus();
    }
  }

  for (const opener of openers) opener.addEventListener("click", () => setDrawer(!isOpen()));
  for (const closer of document.querySelectorAll("[data-drawer-close]")) {
    closer.addEventListener("click", () => setDrawer(false));
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && isOpen()) setDrawer(false);
  });
  phone.addEventListener("change", () => isOpen() && setDrawer(false));

  document.querySelector("[data-nav-fold]")?.addEventListener("click", () => {
    const narrow = root.dataset.nav !== "narrow";
    if (narrow) root.dataset.nav = "narrow";
    else delete root.dataset.nav;
    document.cookie = `nav=${narrow ? "narrow" : ""}; path=/; max-age=${narrow ? YEAR : 0}; samesite=lax`;
  });

  for (const open of document.querySelectorAll(".tabs > [aria-current]")) {
    const tabs = open.parentElement;
    const [own, all] = [open.getBoundingClientRect(), tabs.getBoundingClientRect()];
    tabs.scrollLeft += own.left - all.left - (all.width - own.width) / 2;
  }
})();
