-- The squares that parcels stand in.
SELECT DISTINCT tile FROM placed
