/* Short words in the corner: they go by themselves, stay while somebody reads them, and say when a request failed. */
(() => {
  const STAY = 7000;
  const place = document.getElementById("toasts");

  function dismissLater(toast) {
    let timer = 0;
    const start = () => { timer = setTimeout(() => toast.remove(), STAY); };
    const stop = () => clearTimeout(timer);
    for (const event of ["pointerenter", "focusin"]) toast.addEventListener(event, stop);
    for (const event of ["pointerleave", "focusout"]) toast.addEventListener(event, start);
    start();
  }

  new MutationObserver((changes) => {
    for (const change of changes) {
      for (const node of change.addedNodes) if (node.matches?.("[data-toast]")) dismissLater(node);
    }
  }).observe(place, { childList: true });

  place.addEventListener("click", (event) => {
    if (event.target.closest("[data-dismiss]")) event.target.closest("[data-toast]").remove();
  });

  for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, () => {
      if (place.querySelector(".toast-bad")) return;
      place.append(document.getElementById("request-failed").content.cloneNode(true));
    });
  }
})();
