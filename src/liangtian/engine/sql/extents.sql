-- The box of each tile within which ground decides: the bounds of its fields, widened by the longest link.
SELECT
  tile,
  MIN(xmin) - CAST({reach_m} AS DOUBLE) AS xmin,
  MIN(ymin) - CAST({reach_m} AS DOUBLE) AS ymin,
  MAX(xmax) + CAST({reach_m} AS DOUBLE) AS xmax,
  MAX(ymax) + CAST({reach_m} AS DOUBLE) AS ymax
FROM placed
GROUP BY tile
