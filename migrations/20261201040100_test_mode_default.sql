-- A default for nodes of the version before, which write payments without this column while nodes are replaced one
-- by one. Their payments are read as real ones until the read model is rebuilt.
alter table payments alter column test_mode set default false;
