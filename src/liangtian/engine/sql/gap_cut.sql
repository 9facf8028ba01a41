-- Bare ground that reaches the border of its square.
SELECT * FROM pieces WHERE whole = 0
