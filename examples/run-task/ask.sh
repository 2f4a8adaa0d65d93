#!/usr/bin/env bash
# Asks a run task server as HCP Terraform does: `ask.sh http://127.0.0.1:8080/run-task REQUEST.json`, with the shared
# key in SECRETRAIL_RUN_TASK_KEY. Prints the status. The signature is over the bytes as they are sent.
set -euo pipefail
# openssl wants the key as an argument, where other users of this machine can see it: for trials.
signature=$(openssl dgst -sha512 -hmac "$SECRETRAIL_RUN_TASK_KEY" -r "$2" | cut -d' ' -f1)
curl --silent --show-error --output /dev/null --write-out '%{http_code}\n' \
  --header 'Content-Type: application/json' --header "X-TFC-Task-Signature: $signature" \
  --data-binary "@$2" "$1"
