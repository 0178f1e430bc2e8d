INSERT INTO shop.things (thing_id) VALUES (1);
