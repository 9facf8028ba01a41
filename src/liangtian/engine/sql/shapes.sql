-- What each tile looks at: its fields, and the ground that meets its box.
SELECT tile, key, role, place, geometry FROM placed
UNION ALL
SELECT {broadcast} t.tile, g.key, g.role, g.place, g.geometry
FROM parts g
JOIN extents t
  ON ST_Intersects(ST_MakeEnvelope(g.xmin, g.ymin, g.xmax, g.ymax), ST_MakeEnvelope(t.xmin, t.ymin, t.xmax, t.ymax))
WHERE g.role > 0
