CREATE TABLE shop.things (thing_id int8 PRIMARY KEY);

CREATE FUNCTION shop.count_things() RETURNS int8 LANGUAGE sql AS $$
  SELECT count(*) FROM shop.things;
$$;
