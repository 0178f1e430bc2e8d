CREATE TABLE broken.fine (id int8);
