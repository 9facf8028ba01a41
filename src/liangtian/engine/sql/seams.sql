-- Groups of different tiles that are one: a field that two tiles look at is in a group of each.
SELECT DISTINCT a.head AS one, b.head AS other
FROM heads a
JOIN heads b ON a.key = b.key
WHERE a.tile < b.tile AND a.head <> b.head
