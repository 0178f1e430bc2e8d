-- Needs what the set before it made.
CREATE TABLE till.sales (thing_id int8 REFERENCES shop.things);
