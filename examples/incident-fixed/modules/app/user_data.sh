#!/bin/bash
# Prepares an Ubuntu 24.04 machine for the app: packages, Docker, Node.js, nginx, the service.
# Rendered by Terraform: $${...} is the shell's, the single dollar is Terraform's.
set -euo pipefail

readonly PROJECT="${project}"
readonly REGION="${region}"
readonly DOMAIN="${domain}"
readonly RELEASE="${release}"

readonly APP_USER=paperclip
readonly APP_HOME=/opt/paperclip
readonly DATA_DIR=/var/lib/paperclip
readonly LOG_DIR=/var/log/paperclip
readonly NODE_MAJOR=22

exec > >(tee -a /var/log/bootstrap.log) 2>&1

log() {
  printf '%s %s\n' "$(date -u +%FT%TZ)" "$*"
}

retry() {
  local attempt
  for attempt in 1 2 3 4 5; do
    if "$@"; then
      return 0
    fi
    log "attempt $attempt of '$1' failed"
    sleep $((attempt * 5))
  done
  return 1
}

on_error() {
  log "bootstrap failed in line $1"
}
trap 'on_error $LINENO' ERR

# --- packages ---------------------------------------------------------------------------------

export DEBIAN_FRONTEND=noninteractive

log "installing packages"
retry apt-get update -q
retry apt-get upgrade -y -q
retry apt-get install -y -q \
  ca-certificates \
  curl \
  git \
  gnupg \
  jq \
  logrotate \
  nginx \
  ufw \
  unattended-upgrades \
  unzip

cat > /etc/apt/apt.conf.d/20auto-upgrades <<'CONF'
APT::Periodic::Update-Package-Lists "1";
APT::Periodic::Unattended-Upgrade "1";
APT::Periodic::AutocleanInterval "7";
CONF

# --- time and limits --------------------------------------------------------------------------

timedatectl set-timezone UTC

cat > /etc/sysctl.d/60-app.conf <<'CONF'
fs.inotify.max_user_watches = 524288
net.core.somaxconn = 1024
vm.swappiness = 10
CONF
sysctl --system

cat > /etc/security/limits.d/60-app.conf <<'CONF'
paperclip soft nofile 65536
paperclip hard nofile 65536
CONF

# --- swap and journal -------------------------------------------------------------------------

if ! swapon --show --noheadings | grep -q .; then
  fallocate -l 2G /swapfile
  chmod 0600 /swapfile
  mkswap /swapfile
  swapon /swapfile
  echo "/swapfile none swap sw 0 0" >> /etc/fstab
fi

install -d -m 0755 /etc/systemd/journald.conf.d
cat > /etc/systemd/journald.conf.d/60-app.conf <<'CONF'
[Journal]
SystemMaxUse=500M
CONF

# --- firewall ---------------------------------------------------------------------------------

log "closing the firewall"
ufw default deny incoming
ufw default allow outgoing
ufw allow 80/tcp
ufw allow 443/tcp
ufw --force enable

# --- Docker -----------------------------------------------------------------------------------

log "installing Docker"
install -m 0755 -d /etc/apt/keyrings
retry curl -fsSL https://download.docker.com/linux/ubuntu/gpg -o /etc/apt/keyrings/docker.asc
chmod a+r /etc/apt/keyrings/docker.asc
codename="$(. /etc/os-release && echo "$VERSION_CODENAME")"
architecture="$(dpkg --print-architecture)"
echo "deb [arch=$architecture signed-by=/etc/apt/keyrings/docker.asc] https://download.docker.com/linux/ubuntu $codename stable" \
  > /etc/apt/sources.list.d/docker.list
retry apt-get update -q
retry apt-get install -y -q docker-ce docker-ce-cli containerd.io docker-compose-plugin

cat > /etc/docker/daemon.json <<'CONF'
{
  "log-driver": "json-file",
  "log-opts": { "max-size": "50m", "max-file": "5" }
}
CONF
systemctl enable --now docker
systemctl restart docker

# --- Node.js ----------------------------------------------------------------------------------

log "installing Node.js $NODE_MAJOR"
retry curl -fsSL https://deb.nodesource.com/gpgkey/nodesource-repo.gpg.key -o /etc/apt/keyrings/nodesource.asc
echo "deb [signed-by=/etc/apt/keyrings/nodesource.asc] https://deb.nodesource.com/node_$NODE_MAJOR.x nodistro main" \
  > /etc/apt/sources.list.d/nodesource.list
retry apt-get update -q
retry apt-get install -y -q nodejs
corepack enable

# --- AWS CLI ----------------------------------------------------------------------------------

log "installing the AWS CLI"
workdir="$(mktemp -d)"
retry curl -fsSL "https://awscli.amazonaws.com/awscli-exe-linux-$(uname -m).zip" -o "$workdir/awscli.zip"
unzip -q "$workdir/awscli.zip" -d "$workdir"
"$workdir/aws/install" --update
rm -rf "$workdir"

# --- the app's user and folders ---------------------------------------------------------------

if ! id "$APP_USER" > /dev/null 2>&1; then
  useradd --system --create-home --home-dir "$DATA_DIR" --shell /usr/sbin/nologin "$APP_USER"
fi
usermod -aG docker "$APP_USER"
install -d -o "$APP_USER" -g "$APP_USER" -m 0750 "$APP_HOME" "$DATA_DIR" "$LOG_DIR"

# --- nginx ------------------------------------------------------------------------------------

log "configuring nginx for $DOMAIN"
rm -f /etc/nginx/sites-enabled/default

cat > /etc/nginx/sites-available/paperclip <<CONF
upstream paperclip {
  server 127.0.0.1:3000;
  keepalive 16;
}

server {
  listen 80;
  server_name $DOMAIN;

  client_max_body_size 25m;
  access_log /var/log/nginx/paperclip.access.log;
  error_log  /var/log/nginx/paperclip.error.log;

  location / {
    proxy_pass http://paperclip;
    proxy_http_version 1.1;
    proxy_set_header Host \$host;
    proxy_set_header X-Real-IP \$remote_addr;
    proxy_set_header X-Forwarded-For \$proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto \$scheme;
    proxy_set_header Upgrade \$http_upgrade;
    proxy_set_header Connection "upgrade";
    proxy_read_timeout 300s;
  }

  location = /healthz {
    access_log off;
    proxy_pass http://paperclip/healthz;
  }
}
CONF
ln -sf /etc/nginx/sites-available/paperclip /etc/nginx/sites-enabled/paperclip
nginx -t
systemctl enable nginx
systemctl reload-or-restart nginx

# --- log rotation -----------------------------------------------------------------------------

cat > /etc/logrotate.d/paperclip <<CONF
$LOG_DIR/*.log {
  daily
  rotate 14
  compress
  delaycompress
  missingok
  notifempty
  copytruncate
  su $APP_USER $APP_USER
}
CONF

# --- the app ----------------------------------------------------------------------------------

log "installing paperclip $RELEASE"
archive="paperclip-$RELEASE.tar.gz"
retry aws s3 cp --region "$REGION" "s3://$PROJECT-releases/$archive" "/tmp/$archive"
tar -xzf "/tmp/$archive" -C "$APP_HOME" --strip-components=1
rm -f "/tmp/$archive"
cd "$APP_HOME"
retry npm ci --omit=dev --no-audit --no-fund
npm run build --if-present

# --- settings ---------------------------------------------------------------------------------

cat > /opt/paperclip/.env <<CONF
NODE_ENV=production
PORT=3000
PUBLIC_URL=https://$DOMAIN
AWS_REGION=$REGION
DATA_DIR=$DATA_DIR
LOG_DIR=$LOG_DIR
LOG_LEVEL=info
TELEMETRY=off
CONF
chown "$APP_USER:$APP_USER" /opt/paperclip/.env
chmod 0600 /opt/paperclip/.env

# --- the service ------------------------------------------------------------------------------

# Runs before every start: fetches the key with the machine's own role into a file in memory that
# only root can read. systemd hands it to the service, and to nothing else, as
# $CREDENTIALS_DIRECTORY/anthropic_api_key. A new key needs a restart, not a new machine.
cat > /usr/local/sbin/paperclip-credentials <<'SCRIPT'
#!/bin/bash
set -euo pipefail
umask 077
aws ssm get-parameter \
  --region "${region}" \
  --name "${api_key_parameter_name}" \
  --with-decryption \
  --query Parameter.Value \
  --output text > /run/paperclip/anthropic_api_key
SCRIPT
chmod 0755 /usr/local/sbin/paperclip-credentials

cat > /etc/systemd/system/paperclip-credentials.service <<CONF
[Unit]
Description=Fetches the credentials of Paperclip
After=network-online.target
Wants=network-online.target

[Service]
Type=oneshot
RemainAfterExit=true
RuntimeDirectory=paperclip
RuntimeDirectoryMode=0700
ExecStart=/usr/local/sbin/paperclip-credentials
CONF

cat > /etc/systemd/system/paperclip.service <<CONF
[Unit]
Description=Paperclip
After=network-online.target docker.service paperclip-credentials.service
Wants=network-online.target
Requires=paperclip-credentials.service
PartOf=paperclip-credentials.service

[Service]
User=$APP_USER
Group=$APP_USER
WorkingDirectory=$APP_HOME
EnvironmentFile=$APP_HOME/.env
LoadCredential=anthropic_api_key:/run/paperclip/anthropic_api_key
ExecStart=/usr/bin/node dist/server.js
Restart=on-failure
RestartSec=5
NoNewPrivileges=true
ProtectSystem=strict
ReadWritePaths=$DATA_DIR $LOG_DIR
PrivateTmp=true

[Install]
WantedBy=multi-user.target
CONF
systemctl daemon-reload
systemctl enable --now paperclip.service

# --- is it well? ------------------------------------------------------------------------------

for attempt in $(seq 1 30); do
  if curl -fsS -o /dev/null http://127.0.0.1:3000/healthz; then
    log "paperclip answers after $attempt tries"
    break
  fi
  sleep 2
done

log "done"
