-- Parcels whose class is missing or unknown.
SELECT DISTINCT parcel_id FROM parts WHERE role = -1
