-- The block of each field, by the name of one of its groups.
SELECT DISTINCT h.key, COALESCE(r.block, h.head) AS block
FROM heads h
LEFT JOIN roots r ON h.head = r.head
