CREATE TABLE broken.wrong (id no_such_type);
