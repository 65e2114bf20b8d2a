#!/bin/sh
# Brings Temporal's two databases to the schema of its image. Runs before every start; changes nothing when up to date.
set -eu
tool() { temporal-sql-tool --plugin postgres12 --ep postgres --port 5432 --user temporal --db "$@"; }
schema() {
  folder=/etc/temporal/schema/postgresql/v12/$2/versioned
  tool "$1" update-schema --schema-dir "$folder" && return
  tool "$1" setup-schema --version 0.0
  tool "$1" update-schema --schema-dir "$folder"
}
schema temporal temporal
schema temporal_visibility visibility
