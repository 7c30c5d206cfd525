/* Forms: a POST form is sent once (data-repeat on it allows more, for files), and <select data-enhance> becomes a field
   that can be searched. Both only help: without scripts the forms work as they are. */
(() => {
  const LIBRARY = document.currentScript.dataset.library;
  let loading = null;

  function library() {
    loading ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = LIBRARY;
      script.addEventListener("load", resolve);
      script.addEventListener("error", reject);
      document.head.append(script);
    });
    return loading;
  }

  async function enhance(container) {
    const fields = [...container.querySelectorAll("select[data-enhance]:not(.tomselected)")];
    if (!fields.length) return;
    await library();
    for (const field of fields.filter((one) => !one.tomselect)) {
      new window.TomSelect(field, {
        plugins: field.multiple ? ["remove_button"] : [],
        maxOptions: 500,
        hidePlaceholder: true,
        render: { no_results: null },
      });
      /* The field it stands for is out of sight; its label now belongs to the new one. */
      field.setAttribute("aria-hidden", "true");
    }
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || "repeat" in form.dataset) return;
    if (form.getAttribute("aria-busy") === "true") {
      event.preventDefault();
      return;
    }
    if (!event.defaultPrevented) form.setAttribute("aria-busy", "true");
  });

  /* The page may come back from the browser's memory with the form still marked as sent. */
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[aria-busy]")) form.removeAttribute("aria-busy");
  });

  document.addEventListener("htmx:load", (event) => enhance(event.detail.elt));
})();
