-- Grades and slopes within the blocks.
SELECT m.block, f.grade, f.slope, SUM(f.net_dm2) AS net_dm2
FROM fields f
JOIN members m ON f.key = m.key
GROUP BY m.block, f.grade, f.slope
