-- All gaps: those inside one square, and those drawn from several.
SELECT area_dm2, xmin, ymin, xmax, ymax, geometry FROM pieces WHERE whole = 1
UNION ALL
SELECT area_dm2, xmin, ymin, xmax, ymax, geometry FROM drawn
