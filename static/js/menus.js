/* Menus made of <details> close like menus, and open for links into them; buttons with data-dialog open a <dialog>. */
(() => {
  const OPEN = "details.menu[open]";

  function closeMenus(except) {
    for (const menu of document.querySelectorAll(OPEN)) {
      if (!except || !menu.contains(except)) menu.open = false;
    }
  }

  /* A popover near the right edge would be cut off: hang it from its right side instead. */
  function keepInside(menu) {
    const list = menu.querySelector(".menu-list, .menu-panel");
    menu.classList.remove("menu-end-auto");
    if (list && list.getBoundingClientRect().right > innerWidth - 8) menu.classList.add("menu-end-auto");
  }

  document.addEventListener("click", (event) => {
    closeMenus(event.target);
    const link = event.target.closest("a[href^='#']");
    const goal = link && document.getElementById(link.hash.slice(1));
    const menu = goal?.closest("details.menu");
    if (menu) {
      event.preventDefault();
      menu.open = true;
      goal.focus();
    }
    const opener = event.target.closest("[data-dialog]");
    if (opener) {
      closeMenus();
      document.getElementById(opener.dataset.dialog)?.showModal();
    }
    const dialog = event.target.closest("dialog");
    if (dialog && (event.target === dialog || event.target.closest("[data-dialog-close]"))) dialog.close();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector(OPEN);
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  document.addEventListener("toggle", (event) => {
    if (event.target.matches?.(OPEN)) keepInside(event.target);
  }, true);
})();
