#!/usr/bin/env bash
# PostgreSQL and RabbitMQ for development and tests.
#   services.sh postgres|rabbitmq start DIR [--fast]   starts a private server in DIR, prints its URL; the ports stay with DIR
#   services.sh postgres|rabbitmq stop|kill DIR        ends it in good order, or at once
#   services.sh up [--no-bus] | down | status          the checkout's own: environment, Docker Compose or private servers
# --fast gives up durability, for throw-away data. The servers are the distribution's packages and listen on loopback only.
set -euo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
# shellcheck source=scripts/processes.sh
source "$here/processes.sh"

# Both servers refuse to run as root, or are better off without: root lends them the account of their package.
drop_to() {
    if ((EUID != 0)); then drop=(); return; fi
    drop=(setpriv --reuid="$1" --regid="$1" --init-groups --)
    "${drop[@]}" test -x "$2" || fail "the account $1 can't enter $2; open its parents (chmod a+x)"
}

give_to() {
    if ((EUID == 0)); then chown -R "$1:" "${@:2}"; fi
}

# until_ready RECORD LOG SECONDS TEST…
until_ready() {
    local record=$1 log=$2 deadline=$((SECONDS + $3))
    shift 3
    until "$@"; do
        if ! alive "$record" || ((SECONDS >= deadline)); then
            tail -n 20 "$log" | cut -c1-300 >&2
            return 1
        fi
        sleep 0.1
    done
}

# with_ports DIR COUNT START…: on the ports of an earlier start; on fresh ones at first, or if somebody has taken those.
with_ports() {
    local dir=$1 count=$2 attempt ports=()
    shift 2
    [[ ! -s $dir/ports ]] || read -ra ports <"$dir/ports"
    for attempt in 1 2 3; do
        while ((${#ports[@]} < count)); do ports+=("$(free_port)"); done
        if "$@" "${ports[@]}"; then
            echo "${ports[@]}" >"$dir/ports"
            return
        fi
        say "Start $attempt in $dir failed."
        ports=()
    done
    return 1
}

# --- PostgreSQL

postgres_bin() {
    local bin
    bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -1)
    [[ -x $bin/initdb ]] && echo "$bin"
}

postgres_create() {
    local dir=$1 sync=$2 bin
    bin=$(postgres_bin)
    (umask 077 && od -An -N16 -tx1 /dev/urandom | tr -d ' \n' >"$dir/password")
    mkdir "$dir/data.new"
    give_to postgres "$dir/password" "$dir/data.new"
    # shellcheck disable=SC2086
    "${drop[@]}" "$bin/initdb" -D "$dir/data.new" -U postgres --pwfile="$dir/password" --auth=scram-sha-256 \
        -E UTF8 --locale=C.UTF-8 --no-instructions $sync >"$dir/initdb.log" 2>&1 || { cat "$dir/initdb.log" >&2; return 1; }
    mv "$dir/data.new" "$dir/data"
}

postgres_ready() {
    [[ $(sed -n '1p;8s/ *$//p' "$1/data/postmaster.pid" 2>/dev/null) == "$(pid_of "$1/pid")"$'\n'ready ]]
}

postgres_launch() {
    local dir=$1 port=$2 bin
    bin=$(postgres_bin)
    start_process "$dir/pid" "$dir/server.log" "${drop[@]}" "$bin/postgres" -D "$dir/data" -p "$port" \
        -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=300 "${volatile[@]}"
    until_ready "$dir/pid" "$dir/server.log" 60 postgres_ready "$dir" || { stop_process "$dir/pid" QUIT; return 1; }
}

postgres_start() {
    local dir=$1 fast=${2:-} drop volatile=() sync=
    postgres_bin >/dev/null || "$here/install.sh" postgresql
    if [[ $fast == --fast ]]; then
        sync=--no-sync
        volatile=(-c fsync=off -c synchronous_commit=off -c full_page_writes=off)
    fi
    drop_to postgres "$dir"
    [[ -d $dir/data ]] || postgres_create "$dir" "$sync"
    alive "$dir/pid" || with_ports "$dir" 1 postgres_launch "$dir" || fail "PostgreSQL does not start in $dir"
    echo "postgresql://postgres:$(<"$dir/password")@127.0.0.1:$(<"$dir/ports")/postgres"
}

# Like a power cut: the whole family dies. Its lock goes too, for a container may leave the dead postmaster unreaped.
postgres_kill() {
    local dir=$1 pid family
    pid=$(pid_of "$dir/pid") || return 0
    # The kernel ends its list without a newline, which read takes for a failure.
    read -ra family <"/proc/$pid/task/$pid/children" || true
    # One of them may have ended by itself meanwhile.
    kill -s KILL "$pid" "${family[@]}" 2>/dev/null || true
    for pid in "$pid" "${family[@]}"; do
        while [[ -n $(start_time "$pid") ]]; do sleep 0.05; done
    done
    rm -f "$dir/pid" "$dir/data/postmaster.pid"
}

# --- RabbitMQ

rabbitmq_environment() {
    local dir=$1 port=$2 mapper=$3 peers=$4
    environment=(env -i PATH=/usr/local/bin:/usr/bin:/bin LANG=C.UTF-8 HOME="$dir/home"
        ERL_EPMD_PORT="$mapper" ERL_EPMD_ADDRESS=127.0.0.1 ERL_CRASH_DUMP=/dev/null
        RABBITMQ_CONF_ENV_FILE=/dev/null RABBITMQ_NODENAME=controlplane@localhost
        RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 RABBITMQ_NODE_PORT="$port" RABBITMQ_DIST_PORT="$peers"
        RABBITMQ_MNESIA_BASE="$dir/mnesia" RABBITMQ_LOG_BASE="$dir/log" RABBITMQ_LOGS=- RABBITMQ_PID_FILE="$dir/home/pid"
        RABBITMQ_ENABLED_PLUGINS_FILE="$dir/enabled_plugins" RABBITMQ_FEATURE_FLAGS_FILE="$dir/home/feature_flags"
        RABBITMQ_CONFIG_FILE="$dir/rabbitmq" RABBITMQ_ADVANCED_CONFIG_FILE="$dir/advanced" RABBITMQ_GENERATED_CONFIG_DIR="$dir/generated"
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1}"
        # Keeps the start script from staying in front of the node: the recorded pid is the node's.
        RUNNING_UNDER_SYSTEMD=true)
}

rabbitmq_ready() { grep -qs "started TCP listener on 127.0.0.1:$2" "$1/server.log"; }

# A port mapper of its own on a port of its own: the machine's shared one listens on every address and outlives its nodes.
rabbitmq_launch() {
    local dir=$1 port=$2 mapper=$3 peers=$4 environment
    rabbitmq_environment "$dir" "$port" "$mapper" "$peers"
    cat >"$dir/rabbitmq.conf" <<CONF
listeners.tcp.1 = 127.0.0.1:$port
load_definitions = $dir/definitions.json
disk_free_limit.absolute = 50MB
vm_memory_high_watermark.absolute = 1GB
raft.wal_max_size_bytes = 67108864
log.console.level = info
log.connection.level = warning
CONF
    start_process "$dir/mapper.pid" "$dir/mapper.log" "${drop[@]}" "${environment[@]}" epmd -port "$mapper" -address 127.0.0.1
    : >"$dir/server.log"
    start_process "$dir/pid" "$dir/server.log" "${drop[@]}" "${environment[@]}" /usr/lib/rabbitmq/bin/rabbitmq-server
    until_ready "$dir/pid" "$dir/server.log" 90 rabbitmq_ready "$dir" "$port" || { rabbitmq_stop "$dir" KILL; return 1; }
}

rabbitmq_start() {
    local dir=$1 drop ports
    [[ -x /usr/lib/rabbitmq/bin/rabbitmq-server ]] || "$here/install.sh" rabbitmq-server
    drop_to rabbitmq "$dir"
    mkdir -p "$dir"/{home,mnesia,log,generated}
    echo '[].' >"$dir/enabled_plugins"
    cp "$here/rabbitmq.json" "$dir/definitions.json"
    give_to rabbitmq "$dir"/{home,mnesia,log,generated,enabled_plugins}
    alive "$dir/pid" || with_ports "$dir" 3 rabbitmq_launch "$dir" || fail "RabbitMQ does not start in $dir"
    read -ra ports <"$dir/ports"
    echo "amqp://guest:guest@127.0.0.1:${ports[0]}"
}

rabbitmq_stop() {
    stop_process "$1/pid" "${2:-TERM}" 60
    stop_process "$1/mapper.pid"
}

# --- The checkout's own

local=$here/../.local
settings=$local/services.env

# Accounts of packages can't enter a checkout below a private home; their data then lives in /var/tmp.
data_directory() {
    local directory=$1
    if ((EUID == 0)) && ! setpriv --reuid=nobody --regid=nogroup --clear-groups -- test -x "$local"; then
        directory=/var/tmp/controlplane-$(realpath "$local" | cksum | cut -d' ' -f1)/${1##*/}
    fi
    mkdir -p "$directory"
    realpath "$directory"
}

engine_answers() { timeout 10 docker compose version && timeout 10 docker info; } >/dev/null 2>&1

compose() {
    local name
    name=controlplane-$(realpath "$local" | cksum | cut -d' ' -f1)
    # An empty port lets the engine pick a free one.
    POSTGRES_PORT='' RABBITMQ_PORT='' docker compose -p "$name" -f "$here/../docker-compose.yml" "$@"
}

compose_up() {
    local services=(postgres) postgres rabbitmq=
    [[ $1 == --no-bus ]] || services+=(rabbitmq)
    compose up -d --wait "${services[@]}" >&2
    postgres=postgresql://postgres:postgres@$(compose port postgres 5432)/controlplane
    [[ $1 == --no-bus ]] || rabbitmq=amqp://guest:guest@$(compose port rabbitmq 5672)
    write_settings compose "$postgres" "$rabbitmq"
}

private_up() {
    local data url rabbitmq=
    data=$(data_directory "$local/postgres")
    url=$("$0" postgres start "$data")
    ln -sfn "$data/server.log" "$local/log/postgres.log"
    "$(postgres_bin)/psql" -X -q -d "$url" -tc "select 1 from pg_database where datname = 'controlplane'" | grep -q 1 ||
        "$(postgres_bin)/createdb" --maintenance-db="$url" controlplane
    if [[ $1 != --no-bus ]]; then
        data=$(data_directory "$local/rabbitmq")
        rabbitmq=$("$0" rabbitmq start "$data")
        ln -sfn "$data/server.log" "$local/log/rabbitmq.log"
    fi
    write_settings private "${url%/*}/controlplane" "$rabbitmq"
}

write_settings() {
    (umask 077 && printf 'SERVICES=%s\nCONTROLPLANE_POSTGRES=%s\nCONTROLPLANE_RABBITMQ=%s\n' "$1" "$2" "$3" >"$settings")
}

up() {
    mkdir -p "$local/log"
    if [[ -n ${CONTROLPLANE_POSTGRES:-} && ( -n ${CONTROLPLANE_RABBITMQ:-} || $1 == --no-bus ) ]]; then
        write_settings environment "$CONTROLPLANE_POSTGRES" "${CONTROLPLANE_RABBITMQ:-}"
    elif engine_answers; then
        compose_up "$1"
    else
        private_up "$1"
    fi
}

down() {
    local SERVICES=
    # shellcheck disable=SC1090
    [[ ! -e $settings ]] || source "$settings"
    case $SERVICES in
        compose) compose stop postgres rabbitmq >&2 ;;
        private)
            rabbitmq_stop "$(data_directory "$local/rabbitmq")"
            stop_process "$(data_directory "$local/postgres")/pid" INT
            ;;
    esac
    rm -f "$settings"
}

# The data that data_directory had to put elsewhere.
clean() { rm -rf "/var/tmp/controlplane-$(realpath "$local" | cksum | cut -d' ' -f1)"; }

status() {
    if [[ -e $settings ]] && ! { grep -qx SERVICES=private "$settings" && ! alive "$(data_directory "$local/postgres")/pid"; }; then
        cat "$settings"
    else
        say "No services are up."
        return 1
    fi
}

[[ ${2:-} != start ]] || { mkdir -p "$3" && chmod 755 "$3"; }
case "${1:-} ${2:-}" in
    "postgres start") postgres_start "$(realpath "$3")" "${4:-}" ;;
    "postgres stop") stop_process "$3/pid" INT ;;
    "postgres kill") postgres_kill "$3" ;;
    "rabbitmq start") rabbitmq_start "$(realpath "$3")" ;;
    "rabbitmq stop") rabbitmq_stop "$3" ;;
    "rabbitmq kill") rabbitmq_stop "$3" KILL ;;
    "up "*) up "${2:-}" ;;
    "down "*) down ;;
    "clean "*) [[ ! -d $local ]] || clean ;;
    "status "*) status ;;
    *) sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
