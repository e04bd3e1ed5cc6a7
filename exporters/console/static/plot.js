"use strict";
// Draws each <div data-plot="address of the numbers">: lines over local time, 24 hours, with holes.
(() => {
  const two = (n) => String(n).padStart(2, "0");
  const zh = document.documentElement.lang.startsWith("zh");
  const day = (d) => (zh ? `${d.getMonth() + 1}月${d.getDate()}日` : `${two(d.getMonth() + 1)}-${two(d.getDate())}`);
  const clock = (d) => `${two(d.getHours())}:${two(d.getMinutes())}`;
  const STEPS = [[1e9, "G"], [1e6, "M"], [1e3, "k"]];
  const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3]];

  function short(value, unit) {
    const step = unit === "bit/s" ? STEPS.find(([size]) => Math.abs(value) >= size) : undefined;
    const number = step ? value / step[0] : value;
    return `${parseFloat(number.toPrecision(4))} ${step ? step[1] : ""}${unit}`.trim();
  }

  function draw(box, told) {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    const ink = colour("--soft"), rule = colour("--rule");
    const lines = [colour("--link"), colour("--open"), colour("--good"), colour("--bad")];
    const names = JSON.parse(box.dataset.names);
    const at = (seconds) => uPlot.tzDate(new Date(seconds * 1000), box.dataset.zone);
    const axis = { stroke: ink, grid: { stroke: rule, width: 1 }, ticks: { stroke: rule, width: 1 } };
    const options = {
      width: box.clientWidth,
      height: 260,
      tzDate: at,
      scales: { x: { time: true } },
      axes: [
        { ...axis, space: 70, values: (_plot, splits) => splits.map((s) => {
          const d = at(s);
          return d.getHours() === 0 && d.getMinutes() === 0 ? day(d) : clock(d);
        }) },
        { ...axis, size: 90, values: (_plot, splits) => splits.map((v) => short(v, told.unit)) },
      ],
      series: [
        { label: box.dataset.time, value: (_plot, s) => (s == null ? "–" : `${at(s).getFullYear()}-${two(at(s).getMonth() + 1)}-${two(at(s).getDate())} ${clock(at(s))}`) },
        ...told.lines.map(([key], n) => ({
          label: names[key] || key,
          stroke: lines[n % lines.length],
          dash: DASHES[n % DASHES.length],
          width: 1.6,
          spanGaps: false,
          value: (_plot, v) => (v == null ? "–" : short(v, told.unit)),
        })),
      ],
    };
    box.replaceChildren();
    const plot = new uPlot(options, [told.slots, ...told.lines.map(([, values]) => values)], box);
    new ResizeObserver(() => plot.setSize({ width: box.clientWidth, height: 260 })).observe(box);
  }

  for (const box of document.querySelectorAll("[data-plot]")) {
    fetch(box.dataset.plot, { credentials: "same-origin" })
      .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(String(answer.status)))))
      .then((told) => draw(box, told))
      .catch(() => { box.textContent = box.dataset.failed; });
  }
})();
