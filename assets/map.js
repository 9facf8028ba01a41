// Pages with a map: the map module, then whatever the page has for it to do.
import { beginMap, drawn } from "./land/view.js";
import { legend } from "./land/legend.js";
import { identify } from "./land/identify.js";
import { measuring } from "./land/measure.js";
import { drawing } from "./land/draw.js";
import { findings } from "./land/findings.js";
import { defects } from "./land/defects.js";
import { lots } from "./land/lots.js";
import { blocks } from "./land/blocks.js";
import { design } from "./land/design.js";
import { candidates } from "./land/candidates.js";
import { layout } from "./land/layout.js";
import { panel, tabs } from "./land/panel.js";
import { swipe } from "./land/swipe.js";

const place = document.querySelector("[data-map]");
tabs();
panel();
if (place) start(place);

async function start(element) {
  const config = JSON.parse(document.getElementById("map-config").textContent);
  const map = beginMap(element, config);
  const land = drawn(map);
  const laid = config.lots ? lots(map, config) : null;
  legend(map, config);
  await land;
  defects(map, config);
  measuring(map, config);
  if (document.querySelector("[data-draw]")) drawing(map, config);
  else if (laid) await laid;
  else if (config.blocks) await blocks(map, config);
  else if (config.design) await design(map, config);
  else if (config.candidates) await candidates(map, config);
  else if (config.layout) await layout(map, config);
  else identify(map, config);
  await findings(map, config);
  await swipe(element, map);
  if (element.landOther && config.blocks) await blocks(element.landOther, { ...JSON.parse(document.getElementById("map-against").textContent), bare: true });
  element.dataset.ready = "yes"; // what screenshots and tests wait for
}
