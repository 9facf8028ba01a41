-- What each subject has of each kind of ground, in hundredths of square metres.
SELECT one, role, SUM(area_dm2) AS area_dm2, COUNT(*) AS pieces
FROM crossings
GROUP BY one, role
