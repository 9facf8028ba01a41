-- What the blocks come to, in hundredths of square metres.
SELECT
  MIN(f.parcel_id) AS id,
  SUM(f.area_dm2) AS area_dm2,
  SUM(f.net_dm2) AS net_dm2,
  COUNT(DISTINCT f.parcel) AS parcels,
  MIN(f.known) AS known,
  SUM(CASE WHEN f.paddy = 1 THEN f.net_dm2 ELSE 0 END) AS paddy_dm2,
  m.block
FROM fields f
JOIN members m ON f.key = m.key
GROUP BY m.block
