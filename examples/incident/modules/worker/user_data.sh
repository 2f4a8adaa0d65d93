#!/bin/bash
# Prepares a worker: Docker and one container that takes jobs from the queue.
set -euo pipefail

export AWS_DEFAULT_REGION="${region}"

apt-get update -q
apt-get install -y -q docker.io
snap install aws-cli --classic
systemctl enable --now docker

install -d -m 0750 /opt/worker

# Parameter Store is the right home. The copy below is the second one that nobody rotates.
api_key="$(aws ssm get-parameter \
  --name "${parameter_name}" \
  --with-decryption \
  --query Parameter.Value \
  --output text)"

cat > /opt/worker/worker.env <<CONF
WORKER_CONCURRENCY=4
LOG_LEVEL=info
ANTHROPIC_API_KEY=$api_key
CONF
chmod 0600 /opt/worker/worker.env

docker run --detach \
  --name worker \
  --restart unless-stopped \
  --env-file /opt/worker/worker.env \
  "ghcr.io/paperclip-example/worker:${release}"
