-- When an incident took another correlation key because the key of the tokens in it was rotated.
alter table incidents add column renamed_at timestamptz;
