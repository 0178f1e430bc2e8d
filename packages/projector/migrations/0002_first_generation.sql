-- Generation 1 is born empty and active: an empty read model of an empty log is right.

select read.create_generation(1);
select read.activate_generation(1);
