#!/bin/sh
# Waits until the group wants this instance to end, and ends everything in order: the parent finishes its requests,
# the enclaves go, the volume is free for the next instance.
set -eu
. /etc/perf-aggregator/deployment.env
export AWS_REGION
metadata=/usr/lib/perf-aggregator/metadata.sh
until [ "$("$metadata" autoscaling/target-lifecycle-state || true)" = Terminated ]; do sleep 5; done
systemctl stop perf-aggregator.target perf-aggregator-canary.timer perf-aggregator-parent.service \
  'perf-aggregator-enclave@*.service' perf-aggregator-store.service || true
aws autoscaling complete-lifecycle-action --auto-scaling-group-name "$NAME" --lifecycle-hook-name drain \
  --instance-id "$("$metadata" instance-id)" --lifecycle-action-result CONTINUE
