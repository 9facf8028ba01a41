-- All gaps: those inside one square, and those drawn from several; one that both found is the same to the last bit.
SELECT area_dm2, xmin, ymin, xmax, ymax, geometry FROM pieces WHERE whole = 1
UNION
SELECT area_dm2, xmin, ymin, xmax, ymax, geometry FROM drawn
