#!/bin/sh
# Makes an Amazon Linux 2023 instance out of this folder, and tells the stack how that went.
# Run once, as root, by user-data.sh. The image of the enclave and the parent's files are used only if their SHA-256
# is the one that the stack was made with.
set -eu
. /etc/perf-aggregator/deployment.env
export AWS_REGION
here=/usr/lib/perf-aggregator
images=/opt/perf-aggregator

main() {
  dnf install -y -q aws-nitro-enclaves-cli amazon-cloudwatch-agent logrotate
  fetch "$EIF" "$EIF_SHA256" "$images/enclave.eif"
  fetch "$PARENT" "$PARENT_SHA256" "$images/parent.tar.gz"
  install -d "$images/parent"
  tar -x -z -f "$images/parent.tar.gz" -C "$images/parent" --no-same-owner
  chmod 0755 "$here"/*.sh
  install -m 0644 "$here"/*.service "$here"/*.timer "$here"/*.target /etc/systemd/system/
  install -m 0644 "$here/sysusers.conf" /usr/lib/sysusers.d/perf-aggregator.conf
  install -m 0644 "$here/logrotate.conf" /etc/logrotate.d/perf-aggregator
  systemd-sysusers
  systemd-tmpfiles --create
  install -d /var/log/perf-aggregator
  reserve
  sed "s/@NAME@/$NAME/g" "$here/cloudwatch-agent.json" > /etc/perf-aggregator/cloudwatch-agent.json
  /opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl -a fetch-config -m ec2 -s \
    -c file:/etc/perf-aggregator/cloudwatch-agent.json
  start
  "$here/ready.sh"
}

fetch() { # PLACE SHA256 FILE
  install -d "$(dirname "$3")"
  aws s3 cp --only-show-errors "s3://$1" "$3"
  printf '%s  %s\n' "$2" "$3" | sha256sum -c --quiet
}

reserve() { # cores and memory of all enclaves together
  cat > /etc/nitro_enclaves/allocator.yaml <<EOF
memory_mib: $((ENCLAVES * ENCLAVE_MEMORY_MIB))
cpu_count: $((ENCLAVES * ENCLAVE_CPUS))
EOF
}

start() {
  systemctl daemon-reload
  cid=16
  while [ "$cid" -lt $((16 + ENCLAVES)) ]; do
    systemctl enable -q "perf-aggregator-enclave@$cid.service"
    cid=$((cid + 1))
  done
  systemctl enable -q nitro-enclaves-allocator.service perf-aggregator-drain.service logrotate.timer perf-aggregator.target
  # Started without waiting: ready.sh waits for what counts.
  systemctl start --no-block logrotate.timer perf-aggregator-drain.service perf-aggregator.target
}

status=FAILURE
trap tell EXIT
tell() {
  # Outside of an update of the stack nobody waits for it.
  aws cloudformation signal-resource --stack-name "$STACK" --logical-resource-id "$GROUP_ID" \
    --unique-id "$(sh "$here/metadata.sh" instance-id)" --status "$status" || true
}
main
status=SUCCESS
