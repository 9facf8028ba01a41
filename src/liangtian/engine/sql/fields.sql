-- The farmland among the polygons: what blocks are made of.
SELECT * FROM parts WHERE role = 0
