CREATE TABLE shop.things (thing_id int8 PRIMARY KEY, seen_at timestamptz NOT NULL DEFAULT now());
INSERT INTO shop.things (thing_id) VALUES (1);
