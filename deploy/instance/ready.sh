#!/bin/sh
# Waits until the parent says that it serves; at most 15 minutes.
set -eu
left=180
until curl -fsS --max-time 5 -o /dev/null http://127.0.0.1:3000/ready; do
  left=$((left - 1))
  [ "$left" -gt 0 ] || { echo "the parent is not ready: journalctl -u 'perf-aggregator*'" >&2; exit 1; }
  sleep 5
done
