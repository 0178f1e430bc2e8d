-- A generation holds what one version of each read model says. Two versions must not take turns at the same rows, so
-- projectors look here before they write. A generation from before has no rows: its models are of version 1.

create table read.generation_models (
  generation int4 not null,
  version int4 not null,
  model text not null,
  constraint generation_models_pk primary key (generation, model),
  constraint generation_models_of_generation foreign key (generation) references read.generations on delete cascade,
  constraint generation_models_version_positive check (version > 0)
);

comment on table read.generation_models is 'The version of each read model that a generation was made with';
comment on constraint generation_models_pk on read.generation_models is 'serves the models of a generation';

grant select on read.generation_models to settlement_projector, settlement_reader;
