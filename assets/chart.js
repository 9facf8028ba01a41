// Charts: each [data-chart] draws the series of its JSON, in the page's own colours; the table beside it says the same.
import { BarChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

use([BarChart, LineChart, AriaComponent, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer]);

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const COLOURS = ["#1e6b4a", "#1f6feb", "#c62f2f", "#9a6b00", "#5b6661", "#7a5ea8", "#2b8a9b", "#b0613a", "#8b958f", "#4d7c0f"];

for (const element of document.querySelectorAll("[data-chart]")) draw(element);

function draw(element) {
  const data = JSON.parse(document.getElementById(element.dataset.chart).textContent);
  if (!data.upright) element.style.height = `${Math.max(160, 90 + 46 * data.categories.length)}px`;
  const chart = init(element, null, { renderer: "canvas" });
  chart.setOption(optionOf(data));
  new ResizeObserver(() => chart.resize()).observe(element);
  element.dataset.ready = "yes"; // what screenshots and tests wait for
}

function optionOf({ categories, series, unit, upright }) {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const font = { fontFamily: getComputedStyle(document.body).fontFamily, color: token("--ink-2") };
  const names = { type: "category", data: categories, inverse: !upright, axisTick: { show: false }, axisLine: { lineStyle: { color: token("--line") } }, axisLabel: font };
  const amounts = { type: "value", name: unit, nameTextStyle: font, nameLocation: "end", splitLine: { lineStyle: { color: token("--line") } }, axisLabel: font };
  return {
    color: COLOURS, animation: !still, textStyle: font,
    aria: { enabled: true, decal: { show: true } }, // told apart by pattern too
    grid: { left: 8, right: upright ? 16 : 40, top: 56, bottom: 8, containLabel: true },
    legend: { type: "scroll", top: 0, left: 0, textStyle: font },
    // Rich text: a strict content-security policy allows no markup with styles.
    tooltip: { trigger: "axis", renderMode: "richText", axisPointer: { type: upright ? "line" : "shadow" }, valueFormatter: (value) => `${value.toLocaleString(undefined, { maximumFractionDigits: 4 })} ${unit}` },
    xAxis: upright ? names : amounts,
    yAxis: upright ? amounts : names,
    series: series.map(({ name, kind, values }) => kind === "line"
      ? { name, type: "line", data: values, symbolSize: 6, lineStyle: { width: 2, color: token("--ink") }, itemStyle: { color: token("--ink") } }
      : { name, type: "bar", stack: "moved", barMaxWidth: 28, data: values }),
  };
}
