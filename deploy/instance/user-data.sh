#!/bin/sh
# First boot. DEPLOYMENT is set above by the stack: NAME=VALUE lines for everything that runs here.
set -eu
install -d /etc/perf-aggregator /usr/lib/perf-aggregator
printf '%s\n' "$DEPLOYMENT" > /etc/perf-aggregator/deployment.env
. /etc/perf-aggregator/deployment.env
export AWS_REGION
bundle=$(mktemp)
aws s3 cp --only-show-errors "s3://$BUNDLE" "$bundle"
python3 -m zipfile -e "$bundle" /usr/lib/perf-aggregator
rm "$bundle"
exec sh /usr/lib/perf-aggregator/install.sh
