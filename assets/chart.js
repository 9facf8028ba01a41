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
  openEntries(element, chart, data);
  new ResizeObserver(() => chart.resize()).observe(element);
  element.dataset.ready = "yes"; // what screenshots and tests wait for
}

// A bar leads to its entries: by a click, or by the keyboard. Left and right go along the categories, up and down through
// the series, Enter opens. The table beside the chart has the same links.
function openEntries(element, chart, { series, categories, upright }) {
  const at = { dataIndex: -1, seriesIndex: 0 };
  const open = ({ seriesIndex, dataIndex }) => {
    const link = series[seriesIndex]?.links?.[dataIndex];
    if (link) location.assign(link);
  };
  chart.on("click", open);
  element.tabIndex = 0;
  const [less, more, lower, higher] = upright
    ? ["ArrowLeft", "ArrowRight", "ArrowDown", "ArrowUp"] : ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"];
  const within = (value, count) => Math.min(Math.max(value, 0), count - 1);
  element.addEventListener("keydown", (event) => {
    if (event.key === "Enter") return open(at);
    if (event.key === "Escape") return chart.dispatchAction({ type: "hideTip" });
    if (![less, more, lower, higher].includes(event.key)) return;
    event.preventDefault();
    chart.dispatchAction({ type: "downplay", ...at });
    at.dataIndex = within(at.dataIndex + (event.key === more) - (event.key === less), categories.length);
    at.seriesIndex = within(at.seriesIndex + (event.key === higher) - (event.key === lower), series.length);
    chart.dispatchAction({ type: "highlight", ...at });
    chart.dispatchAction({ type: "showTip", ...at });
    element.dataset.at = `${series[at.seriesIndex].name} ${categories[at.dataIndex]}`;
  });
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
    series: series.map(({ name, kind, values, colour }) => kind === "line"
      ? { name, type: "line", data: values, symbolSize: 6, lineStyle: { width: 2, color: token("--ink") }, itemStyle: { color: token("--ink") } }
      : { name, type: "bar", stack: "moved", barMaxWidth: 28, data: values, ...(colour && { itemStyle: { color: colour } }) }),
  };
}
