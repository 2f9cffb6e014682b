#!/bin/sh
# Runs one enclave, never in debug mode, and ends when it does: enclave.sh CID
set -eu
. /etc/perf-aggregator/deployment.env
name=perf-aggregator-$1
nitro-cli run-enclave --eif-path /opt/perf-aggregator/enclave.eif --enclave-name "$name" --enclave-cid "$1" \
  --cpu-count "$ENCLAVE_CPUS" --memory "$ENCLAVE_MEMORY_MIB"
while nitro-cli describe-enclaves | grep -q "\"EnclaveName\": \"$name\""; do sleep 5; done
echo "enclave $1 has ended" >&2
exit 1
