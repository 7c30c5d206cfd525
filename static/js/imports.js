/* The place to drop a file: shows its name, refuses what is too large before it is sent, takes what is pasted anywhere
   on the page, and says how far the sending is. Without scripts it is a plain form. */
(() => {
  /* Longer pasted text is sent as a file. */
  const LONG = 500000;
  let pasting = null;

  function wire() {
    const form = document.querySelector("form[data-upload]");
    if (!form) return;
    const field = form.querySelector("input[type=file]");
    const text = form.querySelector("textarea");
    const zone = form.querySelector("[data-drop]");
    const name = form.querySelector("[data-drop-name]");
    const sending = form.querySelector("[data-sending]");
    const limit = Number(form.dataset.limit);

    function size(bytes) {
      const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
      const power = Math.min(Math.floor(Math.log(Math.max(bytes, 1)) / Math.log(1024)), 3);
      const format = { style: "unit", unit: units[power], maximumFractionDigits: 1 };
      return new Intl.NumberFormat(document.documentElement.lang, format).format(bytes / 1024 ** power);
    }

    function tell() {
      const file = field.files[0];
      name.textContent = file ? `${file.name} · ${size(file.size)}` : "";
      field.setCustomValidity(file && file.size > limit ? form.dataset.tooLarge : "");
      if (file && file.size > limit) field.reportValidity();
      zone.classList.toggle("drop-wrong", Boolean(file && file.size > limit));
    }

    function take(file) {
      const held = new DataTransfer();
      held.items.add(file);
      field.files = held.files;
      text.value = "";
      tell();
    }

    field.addEventListener("change", tell);
    for (const event of ["dragenter", "dragover"]) zone.addEventListener(event, () => zone.classList.add("drop-over"));
    for (const event of ["dragleave", "drop"]) zone.addEventListener(event, () => zone.classList.remove("drop-over"));

    pasting = (event) => {
      const file = event.clipboardData.files[0];
      if (file) {
        event.preventDefault();
        take(file);
        return;
      }
      const pasted = event.clipboardData.getData("text/plain");
      if (pasted.length > LONG) {
        event.preventDefault();
        take(new File([pasted], "pasted.txt", { type: "text/plain" }));
      } else if (pasted && !event.target.closest("input, textarea, select")) {
        event.preventDefault();
        text.value = pasted;
        text.focus();
      }
    };

    function show(percent) {
      const words = sending.querySelector("[data-sending-text]");
      const bar = sending.querySelector("progress");
      sending.hidden = false;
      if (percent < 100) bar.value = percent;
      else bar.removeAttribute("value");
      words.textContent = percent < 100 ? words.dataset.text.replace("#", percent) : words.dataset.done;
    }

    /* Sent by hand only to say how far it is; the answer is a page like any other. */
    form.addEventListener("submit", (event) => {
      if (!field.files.length || event.defaultPrevented) return;
      event.preventDefault();
      if (form.getAttribute("aria-busy") === "true") return;
      form.setAttribute("aria-busy", "true");
      const request = new XMLHttpRequest();
      request.open("POST", window.location.href);
      request.setRequestHeader("HX-Request", "true");
      request.upload.addEventListener("progress", (sent) => {
        if (sent.lengthComputable) show(Math.floor((sent.loaded * 100) / sent.total));
      });
      request.addEventListener("load", () => {
        const next = request.getResponseHeader("HX-Redirect");
        if (next) {
          window.location.assign(next);
          return;
        }
        const answer = new DOMParser().parseFromString(request.responseText, "text/html").querySelector("main");
        if (!answer) {
          window.location.reload();
          return;
        }
        document.querySelector("main").replaceWith(document.adoptNode(answer));
        document.querySelector("main [role=alert]")?.scrollIntoView({ block: "center" });
        wire();
      });
      request.addEventListener("error", () => {
        form.removeAttribute("aria-busy");
        sending.hidden = true;
        document.getElementById("toasts")?.append(document.getElementById("request-failed").content.cloneNode(true));
      });
      request.send(new FormData(form));
    });
  }

  document.addEventListener("paste", (event) => pasting?.(event));
  wire();
})();
