#!/bin/sh
# Makes what docker-compose.yml needs and nobody should type: keys, passwords and tokens, each in a file of its own.
# What exists is kept. Credentials of your products (connection-*) you write yourself.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets
random() { head -c 32 /dev/urandom | base64 | tr -d '\n'; }
hex() { head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n'; }
make() { [ -s "secrets/$1" ] || { printf '%s' "$2" > "secrets/$1"; echo "made deploy/secrets/$1"; }; }

for key in key-tokens key-vault key-payload; do make "$key" "$(random)"; done
for token in source-generic token-admin token-auditor; do make "$token" "$(random)"; done
for password in postgres-admin postgres-sallyport postgres-temporal; do make "$password" "$(hex)"; done
make database-url "postgres://sallyport:$(cat secrets/postgres-sallyport)@postgres:5432/sallyport"
for credential in connection-cloud connection-edr connection-idp connection-oncall; do make "$credential" 'replace-me'; done

# Temporal's image takes its password from the environment only.
[ -s ../.env ] || printf 'TEMPORAL_DB_PASSWORD=%s\n' "$(cat secrets/postgres-temporal)" > ../.env
# The containers run as other users than you and must be able to read the files that are mounted into them; on this
# machine the folder keeps everyone else out.
chmod 700 secrets && chmod 444 secrets/*
