-- What each gap of several squares is drawn from: its parts, and the parcels whose boxes meet theirs.
SELECT {broadcast} t.gap AS tile, c.piece AS key, 1 AS role, c.geometry
FROM cut c
JOIN enclosed t ON c.piece = t.piece
UNION ALL
SELECT {broadcast} t.gap AS tile, p.key, 0 AS role, p.geometry
FROM cut c
JOIN enclosed t ON c.piece = t.piece
JOIN placed p ON c.tile = p.tile
WHERE p.xmin <= c.xmax + CAST({reach_m} AS DOUBLE) AND p.xmax >= c.xmin - CAST({reach_m} AS DOUBLE)
  AND p.ymin <= c.ymax + CAST({reach_m} AS DOUBLE) AND p.ymax >= c.ymin - CAST({reach_m} AS DOUBLE)
