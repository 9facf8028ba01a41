-- Bare ground that goes on in a square without parcels.
SELECT DISTINCT b.piece, b.facing
FROM borders b
LEFT JOIN tiles s ON b.facing = s.tile
WHERE s.tile IS NULL
