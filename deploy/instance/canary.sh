#!/bin/sh
# Tries to use the key as the parent could, without an attestation. KMS must refuse; every attempt is one line.
#   closed   refused by policy
#   open     the policy let it pass (it was a dry run, or stopped at the encryption context)
#   unknown  KMS was not reached, or said something else
# Dry runs: were the policy open, no key material would come back. What KMS says is never printed.
set -eu
. /etc/perf-aggregator/deployment.env
export AWS_REGION
blob=${1:-/run/perf-aggregator-genesis/genesis.blob}

attempt() { # CALL, arguments…
  call=$1
  shift
  if said=$(aws kms "$call" --key-id "$KEY_ARN" --dry-run --cli-connect-timeout 10 --cli-read-timeout 10 "$@" 2>&1); then
    state=open
  else
    case $said in
      *AccessDeniedException*) state=closed ;;
      # KMS decides on access before it does anything.
      *DryRunOperationException* | *InvalidCiphertextException*) state=open ;;
      *) state=unknown ;;
    esac
  fi
  printf '{"canary":"%s","call":"%s"}\n' "$state" "$call"
}

attempt generate-data-key --key-spec AES_256
# Before the first genesis there is nothing to decrypt.
if [ -s "$blob" ]; then attempt decrypt --ciphertext-blob "fileb://$blob"; fi
