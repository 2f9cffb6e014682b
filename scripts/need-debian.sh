#!/bin/sh
# Installs Debian packages whose command, or file, is missing: need-debian.sh COMMAND=PACKAGE… /FILE=PACKAGE…
# On another system, or without root, it says what is missing and fails.
set -eu
missing=
for pair in "$@"; do
  command -v "${pair%%=*}" > /dev/null 2>&1 || [ -e "${pair%%=*}" ] || missing="$missing ${pair#*=}"
done
[ -z "$missing" ] && exit 0
if ! command -v apt-get > /dev/null 2>&1 || [ "$(id -u)" -ne 0 ]; then
  echo "these tests need:$missing (Debian's names); install them and try again" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086
apt-get install -y -qq --no-install-recommends $missing > /dev/null 2>&1 ||
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing > /dev/null; }
