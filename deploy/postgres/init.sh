#!/bin/sh
# Run once by the postgres image, on an empty volume: a database and a user each for Sallyport and Temporal.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
  --set "sallyport=$(cat /run/secrets/postgres-sallyport)" --set "temporal=$(cat /run/secrets/postgres-temporal)" <<'SQL'
create role sallyport login password :'sallyport';
create database sallyport owner sallyport;
create role temporal login password :'temporal';
create database temporal owner temporal;
create database temporal_visibility owner temporal;
SQL
