#!/bin/bash
# Prepares a worker: Docker and one container that takes jobs from the queue.
set -euo pipefail

export AWS_DEFAULT_REGION="${region}"

apt-get update -q
apt-get install -y -q docker.io
systemctl enable --now docker

# The worker gets the name of the parameter and fetches the key itself, into memory, with the
# machine's own role.
docker run --detach \
  --name worker \
  --restart unless-stopped \
  --env WORKER_CONCURRENCY=4 \
  --env LOG_LEVEL=info \
  --env API_KEY_PARAMETER_NAME="${api_key_parameter_name}" \
  "ghcr.io/paperclip-example/worker:${release}"
