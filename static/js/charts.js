/* Draws every element with data-chart from the JSON block of that id, when it is first needed: the drawing library is
   fetched only by pages that have a chart, the whole of it only by those with a network or tiles. Redraws when the theme changes;
   a mark that knows an address leads there. */
(() => {
  const { library: LIBRARY, wholeLibrary: WHOLE_LIBRARY } = document.currentScript.dataset;
  /* Kinds that only the whole library draws, and those whose marks know their addresses. */
  const WHOLE = new Set(["network", "heat"]);
  const MARKED = new Set(["network", "heat", "slope", "dots", "waterfall"]);
  const drawn = new Map();
  const loading = new Map();

  function library(address) {
    if (!loading.has(address)) {
      loading.set(address, new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = address;
        script.addEventListener("load", resolve);
        script.addEventListener("error", reject);
        document.head.append(script);
      }));
    }
    return loading.get(address);
  }

  function specOf(element) {
    return JSON.parse(document.getElementById(element.dataset.chart).textContent);
  }

  /* The address behind a point of the chart, if its data names one. */
  function addressAt(chart, spec, offset) {
    if (!chart.containPixel("grid", offset)) return null;
    const [x, y] = chart.convertFromPixel("grid", offset);
    if (spec.kind === "pareto") return spec.bands.find((band) => x <= band.to)?.url;
    if (spec.kind === "line") return spec.urls?.[Math.round(x)];
    if (spec.kind === "bars") return spec.items ? spec.items[Math.round(y)]?.url : spec.urls?.[Math.round(y)];
    return null;
  }

  function link(chart, spec) {
    if (MARKED.has(spec.kind)) {
      chart.on("click", ({ data }) => { if (data?.url) location.assign(data.url); });
      return;
    }
    /* A part of a bar may lead further than the bar; beside its parts, the bar's whole row leads there. */
    const hasParts = spec.series?.some((series) => series.urls);
    if (hasParts) chart.on("click", ({ data }) => { if (data?.url) location.assign(data.url); });
    const surface = chart.getZr();
    surface.on("mousemove", (event) => {
      if (addressAt(chart, spec, [event.offsetX, event.offsetY])) surface.setCursorStyle("pointer");
    });
    surface.on("click", (event) => {
      if (hasParts && event.target) return;
      const address = addressAt(chart, spec, [event.offsetX, event.offsetY]);
      if (address) location.assign(address);
    });
  }

  const resizing = new ResizeObserver((entries) => {
    for (const { target, contentRect } of entries) if (contentRect.width) drawn.get(target)?.chart.resize();
  });

  async function draw(container) {
    const elements = [...container.querySelectorAll("[data-chart]")];
    if (!elements.length) return;
    const whole = elements.some((one) => WHOLE.has(specOf(one).kind));
    await library(whole ? WHOLE_LIBRARY : LIBRARY);
    for (const element of elements.filter((one) => !drawn.has(one))) {
      const spec = specOf(element);
      const chart = window.echarts.init(element);
      chart.setOption(window.chartOptions(spec, element.clientWidth));
      link(chart, spec);
      drawn.set(element, { chart, spec });
      resizing.observe(element);
    }
  }

  document.addEventListener("htmx:load", (event) => draw(event.detail.elt));
  document.addEventListener("htmx:beforeCleanupElement", (event) => {
    const gone = drawn.get(event.target);
    if (!gone) return;
    resizing.unobserve(event.target);
    gone.chart.dispose();
    drawn.delete(event.target);
  });
  function redraw() {
    for (const [element, { chart, spec }] of drawn) {
      chart.setOption(window.chartOptions(spec, element.clientWidth), { notMerge: true });
    }
  }

  document.addEventListener("themechange", redraw);

  /* The picture carries the chart's title, so that it says what it shows wherever it is pasted. */
  function picture(element, title) {
    const { chart } = drawn.get(element);
    const scale = 2;
    const head = 36 * scale;
    const image = chart.renderToCanvas({ pixelRatio: scale, backgroundColor: cardColour() });
    const sheet = document.createElement("canvas");
    sheet.width = image.width;
    sheet.height = image.height + head;
    const pen = sheet.getContext("2d");
    pen.fillStyle = cardColour();
    pen.fillRect(0, 0, sheet.width, sheet.height);
    pen.fillStyle = getComputedStyle(document.body).color;
    pen.font = `600 ${15 * scale}px ${getComputedStyle(document.body).fontFamily}`;
    pen.fillText(title, 8 * scale, 24 * scale);
    pen.drawImage(image, 0, head);
    return sheet;
  }

  function cardColour() {
    return getComputedStyle(document.documentElement).getPropertyValue("--card").trim();
  }

  function download(id) {
    const title = document.getElementById(`${id}-title`).textContent.trim();
    picture(document.getElementById(id), title).toBlob((blob) => {
      const anchor = document.createElement("a");
      anchor.href = URL.createObjectURL(blob);
      anchor.download = `${id}.png`;
      anchor.click();
      URL.revokeObjectURL(anchor.href);
    });
  }

  /* On paper a chart is as wide as the paper, as light, and one picture: of layers a printer keeps the uppermost alone. */
  const PAPER = { width: 680, height: 300 };
  const dark = document.getElementById("dark-tokens");
  let darkMedia = null;

  function toPaper() {
    if (darkMedia !== null) return;
    darkMedia = dark.media;
    dark.media = "not all";
    for (const { chart } of drawn.values()) chart.resize(PAPER);
    redraw();
    for (const [element, { chart }] of drawn) {
      const sheet = chart.renderToCanvas({ pixelRatio: 2, backgroundColor: cardColour() });
      sheet.className = "chart-paper";
      element.append(sheet);
    }
  }

  function fromPaper() {
    dark.media = darkMedia;
    darkMedia = null;
    for (const sheet of document.querySelectorAll(".chart-paper")) sheet.remove();
    for (const { chart } of drawn.values()) chart.resize({ width: "auto", height: "auto" });
    redraw();
  }

  window.addEventListener("beforeprint", toPaper);
  window.addEventListener("afterprint", fromPaper);

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
    const toggle = event.target.closest("[data-chart-table]");
    if (toggle) {
      const asTable = toggle.closest(".chart-card").classList.toggle("as-table");
      toggle.setAttribute("aria-pressed", String(asTable));
    }
    const image = event.target.closest("[data-chart-image]");
    if (image) download(image.dataset.chartImage);
  });
})();
