/* What each kind of chart looks like: the data of a page in, the drawing library's options out. Colours come from the
   CSS tokens at the moment of drawing, so that a chart always wears the page's theme.

   Every chart has a kind; most take x_label and y_label (with the unit) and format: "number", "percent" (of ratios),
   "money" (of cents, with currency) or "days". A tier ("A") or tone ("accent", "good", "warn", "bad", "quiet") colours it.
   - pareto: points [[customers, cumulative share], …]; bands [{tier, to, share, label, url}, …], the last to all
     customers; tooltip with {x} and {y}.
   - calibration: series [{name, points: [[predicted, observed, customers], …]}, …]; ideal names the diagonal; tooltip
     with {x}, {y} and {n}.
   - bars: items [{label, value, url, tier or tone, note}, …]; or stacked: labels, series [{name, tier, values, urls}, …], urls;
     side by side when grouped.
   - line: labels, series [{name, values (null for a gap), tone, dashed}, …], urls; notes [{at (a label), text}, …].
   - heat: columns, rows, cells [{x, y (their places), value, url, note}, …].
   - waterfall: steps [{label, value, total, url}, …].
   - slope: left, right, places, passages [{from, to (in places), count, label, tone, url}, …].
   - dots: points [{x, y, label, url, tone}, …], x_format, y_format; ideal names the line of equals.
   - network: nodes [{name, group: "person", "company", "outside" or "product", self, note, url}, …], ties [{source, target (places in
     nodes), label, url}, …].
   - spark: values. */
window.chartOptions = (() => {
  const root = document.documentElement;
  const TONES = { accent: "jade", good: "good", warn: "warn", bad: "bad", quiet: "tier-c-fill" };
  /* Series that say nothing about their colour take these in turn. */
  const TURNS = ["jade", "tier-b-fill", "tier-a-fill", "tier-c-fill"];

  const token = (name) => getComputedStyle(root).getPropertyValue(`--${name}`).trim();
  const remInPixels = () => parseFloat(getComputedStyle(root).fontSize);

  function colourOf(entry, turn = 0) {
    if (entry.tier) return token(`tier-${entry.tier.toLowerCase()}-fill`);
    if (entry.tone) return token(TONES[entry.tone]);
    return token(TURNS[turn % TURNS.length]);
  }

  /* Below zero there stands a minus, as in the tables, not a hyphen. */
  function intl(options) {
    const written = new Intl.NumberFormat(root.lang, options);
    return { format: (value) => written.format(value).replace("-", "\u2212") };
  }

  /* Returns how a figure is written, in full or short (for axes). Money arrives in cents. */
  function writer(spec, short = false) {
    const notation = short ? "compact" : "standard";
    if (spec.format === "percent") {
      const percent = intl({ style: "percent", maximumFractionDigits: short ? 0 : 1 });
      return (value) => percent.format(value);
    }
    if (spec.format === "money") {
      const currency = { style: "currency", currency: spec.currency, currencyDisplay: "narrowSymbol" };
      const digits = { notation, maximumFractionDigits: short ? 1 : 0, useGrouping: "always" };
      const money = intl({ ...(spec.currency ? currency : {}), ...digits });
      return (value) => money.format(value / 100);
    }
    if (spec.format === "days") {
      const days = intl({ style: "unit", unit: "day", unitDisplay: "long", maximumFractionDigits: 0 });
      return (value) => days.format(value);
    }
    const number = intl({ notation, maximumFractionDigits: short ? 1 : 2 });
    return (value) => number.format(value);
  }

  const isNarrow = () => matchMedia("(width <= 48rem)").matches;

  function fill(template, values) {
    return template.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  }

  function base() {
    return {
      animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
      animationDuration: 350,
      textStyle: { fontFamily: token("font"), fontSize: 0.75 * remInPixels(), color: token("ink-2") },
      grid: { left: 8, right: 16, top: 16, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "all" },
      tooltip: {
        renderMode: "richText",
        confine: true,
        backgroundColor: token("card"),
        borderColor: token("line-2"),
        borderWidth: 1,
        padding: [6, 10],
        textStyle: { color: token("ink"), fontSize: 0.8125 * remInPixels(), fontFamily: token("font") },
        axisPointer: { lineStyle: { color: token("line-field"), type: "solid" }, shadowStyle: { color: token("sunk"), opacity: 0.6 } },
      },
    };
  }

  function axis(name, extra = {}) {
    return {
      name,
      nameLocation: "middle",
      nameGap: 28,
      nameTextStyle: { color: token("ink-3") },
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { color: token("ink-3"), hideOverlap: true },
      splitLine: { lineStyle: { color: token("line") } },
      ...extra,
    };
  }

  /* A value axis at the left has its name above it, upright and readable. */
  function uprightAxis(name, extra = {}) {
    return axis(name, {
      nameLocation: "end",
      nameGap: 12,
      nameTextStyle: { color: token("ink-3"), align: "left", padding: [0, 0, 0, -34] },
      ...extra,
    });
  }

  function legend(names) {
    return {
      show: names.length > 1,
      data: names,
      top: 0,
      right: 0,
      icon: "roundRect",
      itemWidth: 10,
      itemHeight: 8,
      itemGap: 14,
      textStyle: { color: token("ink-2") },
    };
  }

  /* Names of axes are inside the drawing's bounds already; only a legend needs room of its own, a long one two lines. */
  function grid(series) {
    const top = isNarrow() && series > 3 ? 64 : series > 1 ? 28 : 6;
    return { ...base().grid, top };
  }

  function bandAreas(bands) {
    let from = 0;
    return bands.map((band) => {
      const tier = band.tier.toLowerCase();
      const area = [
        {
          xAxis: from,
          name: band.tier,
          itemStyle: { color: tier === "c" ? "transparent" : token(`tier-${tier}-wash`) },
          label: { position: "insideBottom", color: token(`tier-${tier}`), fontWeight: 700, distance: 6 },
        },
        { xAxis: band.to },
      ];
      from = band.to;
      return area;
    });
  }

  function bandMarks(bands, total) {
    /* A label on the left lies under the rising curve and needs to keep further down. */
    const isLate = (band) => band.to > total * 0.6;
    return bands.filter((band) => band.label && band.to < total).map((band) => ({
      value: [band.to, band.share],
      itemStyle: { color: token(`tier-${band.tier.toLowerCase()}`), opacity: 1 },
      label: {
        show: true,
        textBorderColor: token("card"),
        textBorderWidth: 3,
        formatter: band.label,
        position: isLate(band) ? "left" : "right",
        offset: [0, isLate(band) ? 26 : band.share > 0.8 ? 14 : 6],
        distance: 8,
        color: token(`tier-${band.tier.toLowerCase()}`),
        fontWeight: 600,
      },
    }));
  }

  function pareto(spec) {
    const total = Number(spec.bands.at(-1).to);
    const count = intl({ maximumFractionDigits: 0 });
    const share = writer({ format: "percent" });
    const options = base();
    return {
      ...options,
      grid: grid(1),
      tooltip: {
        ...options.tooltip,
        trigger: "axis",
        formatter: ([point]) => fill(spec.tooltip ?? "{x} · {y}", { x: count.format(point.value[0]), y: share(point.value[1]) }),
      },
      xAxis: axis(spec.x_label, { type: "value", min: 0, max: total, splitLine: { show: false }, axisLabel: { color: token("ink-3"), hideOverlap: true, formatter: (value) => count.format(value) } }),
      yAxis: uprightAxis(spec.y_label, { type: "value", min: 0, max: 1, interval: 0.25, axisLabel: { color: token("ink-3"), formatter: writer({ format: "percent" }, true) } }),
      series: [
        {
          type: "line",
          data: spec.points.map((point) => point.map(Number)),
          symbol: "none",
          emphasis: { disabled: true },
          lineStyle: { width: 2.2, color: token("jade") },
          itemStyle: { color: token("jade") },
          markArea: { silent: true, emphasis: { disabled: true }, data: bandAreas(spec.bands) },
          z: 3,
        },
        { type: "scatter", data: bandMarks(spec.bands, total), symbolSize: 8, silent: true, tooltip: { show: false }, z: 4 },
      ],
    };
  }

  function calibration(spec) {
    const share = writer({ format: "percent" });
    const all = spec.series.flatMap((series) => series.points.flatMap((point) => [Number(point[0]), Number(point[1])]));
    const most = Math.min(1, Math.ceil(Math.max(...all, 0.1) * 5) / 5);
    const largest = Math.max(...spec.series.flatMap((series) => series.points.map((point) => Number(point[2] ?? 1))));
    const options = base();
    const percentAxis = { type: "value", min: 0, max: most, interval: most > 0.4 ? 0.2 : 0.1, axisLabel: { color: token("ink-3"), formatter: writer({ format: "percent" }, true) } };
    return {
      ...options,
      legend: legend([...spec.series.map((series) => series.name), spec.ideal].filter(Boolean)),
      grid: grid(spec.series.length),
      tooltip: {
        ...options.tooltip,
        trigger: "item",
        formatter: ({ seriesName, value }) => `${seriesName}\n` + fill(spec.tooltip ?? "{x} · {y}", { x: share(value[0]), y: share(value[1]), n: intl({}).format(value[2] ?? 0) }),
      },
      xAxis: axis(spec.x_label, percentAxis),
      yAxis: uprightAxis(spec.y_label, percentAxis),
      series: [
        ...spec.series.map((series, turn) => ({
          name: series.name,
          type: "line",
          data: series.points.map((point) => point.map(Number)),
          symbol: "circle",
          symbolSize: (value) => 5 + 9 * Math.sqrt((value[2] ?? 1) / largest),
          lineStyle: { width: 1.6, color: colourOf(series, turn) },
          itemStyle: { color: colourOf(series, turn) },
        })),
        {
          name: spec.ideal,
          type: "line",
          data: [[0, 0], [most, most]],
          symbol: "none",
          silent: true,
          tooltip: { show: false },
          lineStyle: { color: token("ink-3"), type: "dashed", width: 1 },
          itemStyle: { color: token("ink-3") },
          z: 1,
        },
      ],
    };
  }

  function barAxes(spec, labels) {
    return {
      xAxis: axis(spec.x_label, { type: "value", minInterval: spec.format === "number" ? 1 : 0, axisLabel: { color: token("ink-3"), hideOverlap: true, formatter: writer(spec, true) } }),
      yAxis: axis("", { type: "category", data: labels, inverse: true, splitLine: { show: false }, axisLabel: { color: token("ink"), width: 140, overflow: "truncate" } }),
    };
  }

  function bars(spec) {
    const options = base();
    const write = writer(spec);
    const tooltip = { ...options.tooltip, trigger: "axis", axisPointer: { type: "shadow", ...options.tooltip.axisPointer }, valueFormatter: write };
    if (spec.series) {
      return {
        ...options,
        legend: legend(spec.series.map((series) => series.name)),
        grid: grid(spec.series.length),
        tooltip,
        ...barAxes(spec, spec.labels),
        series: spec.series.map((series, turn) => ({
          name: series.name,
          type: "bar",
          stack: spec.grouped ? undefined : "all",
          barMaxWidth: 16,
          itemStyle: { color: colourOf(series, turn) },
          data: series.values.map((value, index) => ({ value: Number(value), url: series.urls?.[index] })),
        })),
      };
    }
    const axes = barAxes(spec, spec.items.map((item) => item.label));
    return {
      ...options,
      grid: { ...options.grid, top: 4, right: 72, bottom: 4 },
      tooltip: { ...tooltip, formatter: ([bar]) => [bar.name, write(bar.value), spec.items[bar.dataIndex].note].filter(Boolean).join("\n") },
      ...axes,
      xAxis: { ...axes.xAxis, axisLabel: { show: false }, splitLine: { show: false } },
      series: [{
        type: "bar",
        barMaxWidth: 16,
        data: spec.items.map((item) => ({ value: Number(item.value), itemStyle: { color: colourOf(item), borderRadius: 2 } })),
        label: { show: true, position: "right", color: token("ink-2"), formatter: ({ value }) => writer(spec, spec.format === "money")(value) },
      }],
    };
  }

  /* What happened when, as thin upright lines whose words stand beside them. */
  function noteLines(notes) {
    if (!notes?.length) return undefined;
    return {
      silent: true,
      symbol: "none",
      lineStyle: { color: token("ink-3"), type: "dotted", width: 1 },
      label: { color: token("ink-2"), width: 110, overflow: "truncate", position: "insideEndTop", textBorderColor: token("card"), textBorderWidth: 3, formatter: ({ data }) => data.text },
      data: notes.map((note) => ({ xAxis: note.at, text: note.text })),
    };
  }

  function line(spec) {
    const options = base();
    return {
      ...options,
      legend: legend(spec.series.map((series) => series.name)),
      grid: grid(spec.series.length),
      tooltip: { ...options.tooltip, trigger: "axis", valueFormatter: (value) => (value === null ? "–" : writer(spec)(value)) },
      xAxis: axis(spec.x_label, { type: "category", boundaryGap: false, data: spec.labels, splitLine: { show: false }, axisLine: { show: true, lineStyle: { color: token("line-2") } } }),
      yAxis: uprightAxis(spec.y_label, { type: "value", axisLabel: { color: token("ink-3"), formatter: writer(spec, true) } }),
      series: spec.series.map((series, turn) => ({
        name: series.name,
        type: "line",
        /* One month alone is a point, not a line. */
        showSymbol: spec.labels.length === 1,
        symbolSize: 7,
        lineStyle: { width: 2, color: colourOf(series, turn), type: series.dashed ? "dashed" : "solid" },
        itemStyle: { color: colourOf(series, turn) },
        markLine: turn === 0 ? noteLines(spec.notes) : undefined,
        areaStyle: spec.series.length === 1 ? { color: token("jade-wash"), opacity: 0.7 } : undefined,
        data: series.values.map((value) => (value === null ? null : Number(value))),
      })),
    };
  }

  function brightness(channels) {
    const [red, green, blue] = channels.map((each) => (each / 255 <= 0.04045 ? each / 255 / 12.92 : ((each / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }

  /* Returns black or white, whichever is read better on a tile that is so far (0 to 1) from paper to the accent: one of them always is. */
  function inkOn(part) {
    const channels = (name) => token(name).match(/[0-9a-f]{2}/gi).map((pair) => parseInt(pair, 16));
    const [from, to] = [channels("sunk"), channels("jade")];
    const tile = brightness(from.map((each, index) => each + (to[index] - each) * part));
    return 1.05 / (tile + 0.05) > (tile + 0.05) / 0.05 ? "#fff" : "#000";
  }

  /* Tiles from paper to the accent; their figures are written in them where there is room. */
  function heat(spec) {
    const options = base();
    const write = writer(spec);
    const most = Math.max(...spec.cells.map((cell) => Number(cell.value ?? 0)), 0);
    const isRoomy = spec.columns.length <= 13 && !isNarrow();
    const place = { type: "category", splitLine: { show: false }, splitArea: { show: false } };
    return {
      ...options,
      animation: false,
      grid: { ...options.grid, top: 6 },
      tooltip: { ...options.tooltip, trigger: "item", formatter: ({ data }) => [`${spec.rows[data.value[1]]} · ${spec.columns[data.value[0]]}`, write(data.value[2]), data.note].filter(Boolean).join("\n") },
      xAxis: axis(spec.x_label, { ...place, data: spec.columns, axisLabel: { color: token("ink-3"), hideOverlap: true, width: 80, overflow: "truncate" } }),
      yAxis: axis(spec.y_label ?? "", { ...place, data: spec.rows, inverse: true, nameGap: 64, axisLabel: { color: token("ink"), width: 110, overflow: "truncate" } }),
      visualMap: { show: false, min: 0, max: most || 1, inRange: { color: [token("sunk"), token("jade")] } },
      series: [{
        type: "heatmap",
        data: spec.cells.map((cell) => ({
          value: [cell.x, cell.y, Number(cell.value ?? 0)],
          url: cell.url,
          note: cell.note,
          cursor: cell.url ? "pointer" : "default",
          label: { color: inkOn(Number(cell.value ?? 0) / (most || 1)) },
        })),
        label: { show: isRoomy, fontSize: 0.6875 * remInPixels(), formatter: ({ value }) => writer(spec, spec.format !== "number")(value[2]) },
        itemStyle: { borderColor: token("card"), borderWidth: 2 },
      }],
    };
  }

  /* Money from a total down to what is left: what is taken away hangs where the step before it ended. */
  function waterfall(spec) {
    const options = base();
    const write = writer(spec);
    /* Six steps share a phone's width: their words lean, and their figures stand in the rows above. */
    const words = isNarrow() ? { rotate: 40 } : { width: 90, overflow: "break" };
    let level = 0;
    const steps = spec.steps.map((step) => {
      const value = Number(step.value);
      const from = step.total ? 0 : level;
      level = step.total ? value : level + value;
      return { ...step, value, low: Math.min(from, level), high: Math.max(from, level) };
    });
    const tone = (step) => token(step.total ? TONES.accent : step.value < 0 ? TONES.warn : TONES.good);
    return {
      ...options,
      grid: { ...options.grid, top: 28 },
      tooltip: { ...options.tooltip, trigger: "axis", axisPointer: { type: "shadow", ...options.tooltip.axisPointer }, formatter: ([bar]) => `${bar.name}\n${write(steps[bar.dataIndex].value)}` },
      xAxis: axis("", { type: "category", data: steps.map((step) => step.label), splitLine: { show: false }, axisLabel: { color: token("ink"), interval: 0, ...words } }),
      yAxis: uprightAxis(spec.y_label, { type: "value", axisLabel: { color: token("ink-3"), formatter: writer(spec, true) } }),
      series: [
        { type: "bar", stack: "steps", silent: true, itemStyle: { color: "transparent" }, data: steps.map((step) => (step.low < 0 && step.high > 0 ? 0 : step.low < 0 ? step.high : step.low)) },
        {
          type: "bar",
          stack: "steps",
          barMaxWidth: 56,
          data: steps.map((step) => ({ value: step.low < 0 ? step.low - Math.min(step.high, 0) : step.high - step.low, itemStyle: { color: tone(step), borderRadius: 2 } })),
          label: { show: !isNarrow(), position: "top", color: token("ink-2"), formatter: ({ dataIndex }) => writer(spec, true)(steps[dataIndex].value) },
        },
      ],
    };
  }

  /* Who went from which place to which: the thicker the line, the more. */
  function slope(spec) {
    const options = base();
    const most = Math.max(...spec.passages.map((passage) => passage.count), 1);
    return {
      ...options,
      grid: { ...options.grid, left: 24, right: 24, top: 12 },
      tooltip: { ...options.tooltip, trigger: "item", formatter: ({ data }) => `${spec.places[data.passage.from]} → ${spec.places[data.passage.to]}\n${intl({}).format(data.passage.count)}` },
      xAxis: axis("", { type: "category", data: [spec.left, spec.right], boundaryGap: true, splitLine: { show: true, lineStyle: { color: token("line-2") } }, axisLabel: { color: token("ink") } }),
      yAxis: axis("", { type: "category", data: spec.places, inverse: true, splitLine: { show: false }, axisLabel: { color: token("ink"), fontWeight: 700 } }),
      series: spec.passages.map((passage) => {
        const rises = passage.to < passage.from;
        return {
          type: "line",
          symbol: "circle",
          symbolSize: 8,
          data: [
            { value: [0, passage.from], passage, url: passage.url },
            { value: [1, passage.to], passage, url: passage.url, label: { show: true, position: "right", formatter: `${rises ? "▲" : "▼"} ${passage.label}`, color: token("ink"), distance: 10, offset: [Math.abs(passage.to - passage.from) > 1 ? 64 : 0, 0] } },
          ],
          lineStyle: { width: 1.5 + 8 * Math.sqrt(passage.count / most), opacity: 0.75, color: colourOf(passage), type: rises ? "solid" : "dashed" },
          itemStyle: { color: colourOf(passage) },
        };
      }),
    };
  }

  function dots(spec) {
    const options = base();
    const across = { format: spec.x_format, currency: spec.currency };
    const upward = { format: spec.y_format, currency: spec.currency };
    const both = spec.points.flatMap((point) => [Number(point.x), Number(point.y)]);
    const most = Math.max(...both, 0);
    return {
      ...options,
      grid: { ...options.grid, top: 28 },
      tooltip: { ...options.tooltip, trigger: "item", formatter: ({ data }) => `${data.name}\n${spec.x_label}: ${writer(across)(data.value[0])}\n${spec.y_label}: ${writer(upward)(data.value[1])}` },
      xAxis: axis(spec.x_label, { type: "value", axisLabel: { color: token("ink-3"), hideOverlap: true, formatter: writer(across, true) } }),
      yAxis: uprightAxis(spec.y_label, { type: "value", axisLabel: { color: token("ink-3"), formatter: writer(upward, true) } }),
      series: [
        {
          type: "scatter",
          symbolSize: 9,
          data: spec.points.map((point) => ({
            name: point.label,
            value: [Number(point.x), Number(point.y)],
            url: point.url,
            symbol: point.tone && point.tone !== "accent" ? "triangle" : "circle",
            itemStyle: { color: colourOf(point), opacity: 0.8 },
          })),
          cursor: "pointer",
        },
        ...(spec.ideal ? [{
          name: spec.ideal,
          type: "line",
          data: [[0, 0], [most, most]],
          symbol: "none",
          silent: true,
          tooltip: { show: false },
          endLabel: { show: true, formatter: spec.ideal, color: token("ink-3"), offset: [-60, 10] },
          lineStyle: { color: token("ink-3"), type: "dashed", width: 1 },
        }] : []),
      ],
    };
  }

  function spark(spec) {
    const values = spec.values.map(Number);
    const options = base();
    return {
      ...options,
      animation: false,
      tooltip: { show: false },
      grid: { left: 2, right: 5, top: 4, bottom: 4 },
      xAxis: { type: "category", show: false, boundaryGap: false, data: values.map((_value, index) => index) },
      yAxis: { type: "value", show: false, scale: true },
      series: [{
        type: "line",
        silent: true,
        data: values.map((value, index) => ({ value, symbol: index === values.length - 1 ? "circle" : "none" })),
        symbolSize: 5,
        lineStyle: { width: 1.5, color: token("jade") },
        itemStyle: { color: token("jade") },
      }],
    };
  }

  /* Who is in the middle stands larger; people, companies and those of whom only a word is kept differ in shape too. */
  const GROUPS = {
    person: { symbol: "circle", colour: "jade", size: 30 },
    company: { symbol: "roundRect", colour: "tier-b-fill", size: 28 },
    outside: { symbol: "circle", colour: "tier-c-fill", size: 16 },
    product: { symbol: "roundRect", colour: "jade", size: 14 },
  };

  /* Many islands are held together, so that none drifts off the sheet. */
  const ROOMY = { repulsion: 900, gravity: 0.06, edgeLength: [110, 200] };
  const CROWDED = { repulsion: 160, gravity: 0.22, edgeLength: [30, 80] };
  const NARROW = { repulsion: 420, gravity: 0.14, edgeLength: [70, 120] };

  /* Returns by how much a label is moved to stand within the picture's width. */
  function withinWidth({ x, width: own }, width) {
    return Math.max(4 - x, 0) || Math.min(width - 4 - x - own, 0);
  }

  function network(spec, width) {
    const options = base();
    const isCrowded = spec.nodes.some((node) => node.group === "product");
    /* On a phone what ties two is told by a tap, and by the words below. */
    const isRoomy = !isNarrow();
    const nodes = spec.nodes.map((node, place) => {
      const group = GROUPS[node.group];
      return {
        id: String(place),
        name: node.name,
        note: node.note,
        url: node.url,
        symbol: group.symbol,
        symbolSize: node.self ? group.size * 1.5 : group.size,
        cursor: node.url ? "pointer" : "default",
        itemStyle: { color: token(group.colour), borderColor: token("card"), borderWidth: 2 },
        label: { fontWeight: node.self ? 700 : 400, color: token(node.self ? "ink" : "ink-2") },
      };
    });
    return {
      ...options,
      animation: false,
      tooltip: {
        ...options.tooltip,
        trigger: "item",
        formatter: ({ dataType, data }) => (dataType === "edge" ? data.tip : [data.name, data.note].filter(Boolean).join("\n")),
      },
      series: [{
        type: "graph",
        layout: "force",
        force: { initLayout: "circular", layoutAnimation: false, ...(isCrowded ? CROWDED : isRoomy ? ROOMY : NARROW) },
        labelLayout: ({ labelRect }) => ({ hideOverlap: isCrowded, dx: withinWidth(labelRect, width) }),
        roam: "move",
        draggable: true,
        left: 60,
        right: 60,
        top: 24,
        bottom: 30,
        data: nodes,
        links: spec.ties.map((tie) => ({
          source: String(tie.source),
          target: String(tie.target),
          tip: `${spec.nodes[tie.source].name} – ${spec.nodes[tie.target].name}\n${tie.label}`,
          url: tie.url,
          label: { show: isRoomy && spec.ties.length <= 20, formatter: tie.label },
        })),
        label: { show: true, position: "bottom", width: 120, overflow: "truncate", textBorderColor: token("card"), textBorderWidth: 3 },
        edgeLabel: { color: token("ink-2"), fontSize: 0.6875 * remInPixels(), textBorderColor: token("card"), textBorderWidth: 3 },
        lineStyle: { color: token("line-field"), width: 1.2, curveness: 0.04 },
        emphasis: { focus: "adjacency", lineStyle: { width: 2.2, color: token("jade") } },
      }],
    };
  }

  const KINDS = { pareto, calibration, bars, line, heat, waterfall, slope, dots, network, spark };
  return (spec, width) => KINDS[spec.kind](spec, width);
})();
