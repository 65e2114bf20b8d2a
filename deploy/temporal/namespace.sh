#!/bin/sh
# A namespace of our own that keeps closed executions for 30 days, and the search attributes that the worker sets.
set -eu
namespace=${TEMPORAL_NAMESPACE:-sallyport}

# Temporal's services learn of a new namespace within seconds of each other.
patiently() {
  for _ in $(seq 30); do
    "$@" && return
    sleep 1
  done
  return 1
}

temporal operator namespace describe --namespace "$namespace" > /dev/null 2>&1 \
  || temporal operator namespace create --namespace "$namespace" --retention 30d
patiently temporal operator namespace update --namespace "$namespace" --retention 30d
for attribute in SallyportIncident SallyportPlaybook SallyportPurpose; do
  patiently temporal operator search-attribute create --namespace "$namespace" --name "$attribute" --type Keyword
done
