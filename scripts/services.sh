#!/usr/bin/env bash
# PostgreSQL and RabbitMQ of one's own, from the distribution's packages.
#   services.sh install
#   services.sh postgres start DIR [fast] | stop DIR     prints the port
#   services.sh rabbitmq start DIR        | stop DIR     prints the port
set -euo pipefail

root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# Runs a command as the given system user where we are root (the servers refuse to run as root), else as ourselves.
as() {
  local user=$1
  shift
  if [ "$(id -u)" = 0 ]; then setpriv --reuid="$user" --regid="$user" --init-groups -- "$@"; else "$@"; fi
}

free_port() {
  local port
  for _ in $(seq 50); do
    port=$((20000 + RANDOM % 12000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
  echo "no free port found" >&2
  return 1
}

install_packages() {
  local missing=()
  ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing+=(postgresql)
  [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || missing+=(rabbitmq-server)
  [ ${#missing[@]} = 0 ] && return
  echo "Installing ${missing[*]} …" >&2
  # The packages must neither make a cluster nor start a daemon of their own.
  local policy=/usr/sbin/policy-rc.d cluster=/etc/postgresql-common/createcluster.conf made_policy= made_cluster=
  if [ ! -e $policy ]; then
    made_policy=1
    printf '#!/bin/sh\nexit 101\n' | root tee $policy >/dev/null
    root chmod +x $policy
  fi
  if [ ! -e $cluster ]; then
    made_cluster=1
    root mkdir -p "$(dirname $cluster)"
    echo 'create_main_cluster = false' | root tee $cluster >/dev/null
  fi
  root apt-get update -q >&2
  root env DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends -o Dpkg::Options::=--force-confold "${missing[@]}" >&2
  [ -z "$made_policy" ] || root rm -f $policy
  [ -z "$made_cluster" ] || root rm -f $cluster
}

postgres_start() {
  local dir=$1 speed=${2:-durable} bin port
  bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1)
  mkdir -p "$dir/sock"
  chmod 755 "$dir"
  [ "$(id -u)" != 0 ] || chown -R postgres: "$dir"
  if [ ! -e "$dir/data/PG_VERSION" ]; then
    as postgres "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-instructions >"$dir/initdb.log" 2>&1
  fi
  port=$(free_port)
  {
    echo "listen_addresses = '127.0.0.1'"
    echo "port = $port"
    echo "unix_socket_directories = ''"
    echo "max_connections = 300"
    [ "$speed" != fast ] || printf 'fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n'
  } >"$dir/data/postgresql.auto.conf"
  as postgres "$bin/pg_ctl" -D "$dir/data" -l "$dir/postgres.log" -w -t 30 start >/dev/null
  echo "$port"
}

postgres_stop() {
  local bin
  bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1)
  [ ! -e "$1/data/postmaster.pid" ] || as postgres "$bin/pg_ctl" -D "$1/data" -m fast -w stop >/dev/null
}

rabbitmq_environment() {
  local dir=$1 port=$2 epmd=$3 dist=$4
  printf '%s\n' PATH=/usr/local/bin:/usr/bin:/bin LANG=C.UTF-8 HOME="$dir/home" \
    ERL_EPMD_PORT="$epmd" ERL_EPMD_ADDRESS=127.0.0.1 RABBITMQ_CONF_ENV_FILE=/dev/null RABBITMQ_NODENAME="cp$port@localhost" \
    RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 RABBITMQ_NODE_PORT="$port" RABBITMQ_DIST_PORT="$dist" RABBITMQ_MNESIA_BASE="$dir/mnesia" \
    RABBITMQ_LOG_BASE="$dir/log" RABBITMQ_LOGS=- RABBITMQ_PID_FILE="$dir/rabbitmq.pid" \
    RABBITMQ_ENABLED_PLUGINS_FILE="$dir/enabled_plugins" RABBITMQ_CONFIG_FILE="$dir/rabbitmq" RABBITMQ_ADVANCED_CONFIG_FILE="$dir/advanced" \
    RABBITMQ_GENERATED_CONFIG_DIR="$dir/gen" RABBITMQ_FEATURE_FLAGS_FILE="$dir/feature_flags" \
    'RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=-kernel inet_dist_use_interface {127,0,0,1}'
}

rabbitmq_start() {
  local dir=$1 port epmd dist environment
  mkdir -p "$dir"/{home,mnesia,log,gen}
  chmod 755 "$dir"
  port=$(cat "$dir/port" 2>/dev/null || free_port)
  epmd=$(free_port)
  dist=$(free_port)
  echo "$port" >"$dir/port"
  echo '[].' >"$dir/enabled_plugins"
  printf 'listeners.tcp.1 = 127.0.0.1:%s\ndisk_free_limit.absolute = 50MB\nvm_memory_high_watermark.absolute = 512MB\nlog.console.level = warning\n' \
    "$port" >"$dir/rabbitmq.conf"
  [ "$(id -u)" != 0 ] || chown -R rabbitmq:rabbitmq "$dir"
  mapfile -t environment < <(rabbitmq_environment "$dir" "$port" "$epmd" "$dist")
  (cd "$dir" && as rabbitmq env -i "${environment[@]}" epmd -port "$epmd" -address 127.0.0.1) >"$dir/epmd.log" 2>&1 </dev/null &
  echo $! >"$dir/epmd.pid"
  (cd "$dir" && as rabbitmq env -i "${environment[@]}" /usr/lib/rabbitmq/bin/rabbitmq-server) >"$dir/server.log" 2>&1 </dev/null &
  local server=$!
  for _ in $(seq 600); do
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && { echo "$port"; return; }
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
  done
  tail -20 "$dir/server.log" >&2
  return 1
}

rabbitmq_stop() {
  local dir=$1 server
  if server=$(cat "$dir/rabbitmq.pid" 2>/dev/null); then
    kill -TERM "$server" 2>/dev/null || true
    for _ in $(seq 200); do
      kill -0 "$server" 2>/dev/null || break
      sleep 0.1
    done
  fi
  # The name server runs in the foreground below the shell that was recorded.
  if [ -s "$dir/epmd.pid" ]; then
    pkill -TERM -P "$(cat "$dir/epmd.pid")" 2>/dev/null || true
    kill -TERM "$(cat "$dir/epmd.pid")" 2>/dev/null || true
    rm -f "$dir/epmd.pid"
  fi
}

case "${1:-}" in
  install) install_packages ;;
  postgres | rabbitmq) "$1_$2" "${@:3}" ;;
  *) sed -n '2,5p' "$0" >&2; exit 2 ;;
esac
