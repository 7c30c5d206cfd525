/* The quick log opens over the page when its form arrives, and closes once the note is saved. */
(() => {
  const dialog = document.getElementById("quick-log");
  if (!dialog) return;

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== dialog || !dialog.childElementCount) return;
    if (!dialog.open) dialog.showModal();
    dialog.querySelector("[autofocus]")?.focus();
  });
  document.addEventListener("quick-log-saved", () => dialog.close());
  dialog.addEventListener("close", () => dialog.replaceChildren());

  /* A day of one's own choosing needs no second tap on its button. */
  dialog.addEventListener("input", (event) => {
    if (event.target.name !== "follow_up_on") return;
    const chosen = dialog.querySelector('[name="follow_up"][value="on"]');
    if (chosen) chosen.checked = Boolean(event.target.value);
  });
})();
