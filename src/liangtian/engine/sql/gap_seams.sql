-- Bare ground of two squares that is one: they lie along the same stretch of the border between them.
SELECT DISTINCT a.piece AS one, b.piece AS other
FROM borders a
JOIN borders b ON a.facing = b.tile AND b.facing = a.tile
WHERE a.tile < b.tile AND a.low < b.high AND b.low < a.high
