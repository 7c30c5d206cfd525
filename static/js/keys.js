/* Keyboard shortcuts. Every element with data-key answers that key ("l", or "g t" for g then t): a link is followed, a
   field is focused, a button is pressed. "?" lists them, read from the page, so the list is never out of date. */
(() => {
  const PATIENCE = 1200;
  let first = "";
  let forget = 0;

  function isTyping(target) {
    return target.closest("input, textarea, select, [contenteditable], .ts-control") !== null;
  }

  function labelOf(element) {
    return (element.dataset.keyLabel ?? element.querySelector(".side-text, .btn-text")?.textContent ?? element.title) ||
      [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.data).join("").trim();
  }

  function keysOf(sequence, separator) {
    return sequence.split(" ").flatMap((key, index) => {
      const cap = document.createElement("kbd");
      cap.textContent = key;
      return index ? [` ${separator} `, cap] : [cap];
    });
  }

  function list() {
    const place = document.querySelector("[data-keys]");
    for (const old of place.querySelectorAll(".keys-found")) old.remove();
    for (const element of document.querySelectorAll("[data-key]")) {
      const term = document.createElement("dt");
      const meaning = document.createElement("dd");
      term.append(...keysOf(element.dataset.key, place.dataset.keySeparator));
      meaning.textContent = labelOf(element);
      term.className = meaning.className = "keys-found";
      place.append(term, meaning);
    }
  }

  function follow(element) {
    if (element.matches("input, select, textarea")) {
      element.focus();
      element.select?.();
    } else {
      element.click();
    }
  }

  function find(sequence) {
    return [...document.querySelectorAll("[data-key]")].find((element) => element.dataset.key === sequence);
  }

  function showKeys() {
    const dialog = document.getElementById("shortcuts");
    list();
    if (!dialog.open) dialog.showModal();
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest('[data-dialog="shortcuts"]')) list();
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return;
    if (event.key === "?") {
      event.preventDefault();
      showKeys();
      return;
    }
    if (document.querySelector("dialog[open]")) return;
    const element = find(first ? `${first} ${event.key}` : event.key);
    clearTimeout(forget);
    first = "";
    if (element) {
      event.preventDefault();
      follow(element);
    } else if (document.querySelector(`[data-key^="${CSS.escape(event.key)} "]`)) {
      first = event.key;
      forget = setTimeout(() => { first = ""; }, PATIENCE);
    }
  });
})();
