-- What parcels have to do with each other; a pair that several tiles look at is found by each, the same.
SELECT DISTINCT kind, one, other, amount FROM found
