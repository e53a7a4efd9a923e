# shellcheck shell=bash
# Processes, ports and messages for the other scripts; to be sourced.
# A process is recorded as pid and start time, so that a recycled pid is never taken for one of ours.

say() { printf '%s\n' "$*" >&2; }
fail() { say "dev: $*"; exit 1; }

# start_time PID: when it started, in ticks since boot; nothing when it is gone or only waits to be reaped.
start_time() {
    local stat fields
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
    read -ra fields <<<"${stat##*) }"
    [[ ${fields[0]} == Z ]] || echo "${fields[19]}"
}

# start_process RECORD LOG COMMAND…: in a session of its own, so that Ctrl-C reaches the script alone.
start_process() {
    local record=$1 log=$2
    shift 2
    setsid "$@" >"$log" 2>&1 </dev/null &
    echo "$! $(start_time $!)" >"$record"
}

# pid_of RECORD: the pid while the process lives, else failure.
pid_of() {
    local pid started
    { read -r pid started <"$1"; } 2>/dev/null || return 1
    [[ -n $started && $(start_time "$pid") == "$started" ]] && echo "$pid"
}

alive() { pid_of "$1" >/dev/null; }

# stop_process RECORD [SIGNAL] [SECONDS]: asks, waits, and insists when the time is over.
stop_process() {
    local record=$1 signal=${2:-TERM} deadline=$((SECONDS + ${3:-30})) pid
    if pid=$(pid_of "$record"); then
        kill -s "$signal" "$pid" 2>/dev/null || true
        while alive "$record"; do
            ((SECONDS < deadline)) || kill -s KILL "$pid" 2>/dev/null || true
            sleep 0.1
        done
    fi
    rm -f "$record"
}

# attended COMMAND…: waits for it in a way that lets traps run at once.
attended() {
    local result=0
    setsid "$@" </dev/null &
    attended=$!
    wait "$attended" || result=$?
    attended=
    return "$result"
}

# end_attended: ends the command that a signal has interrupted, with all that it started.
end_attended() {
    [[ -n ${attended:-} ]] || return 0
    kill -s TERM -- "-$attended" 2>/dev/null || true
    wait "$attended" || true
    attended=
}

# at_exit COMMAND: whatever the reason of the exit; a second Ctrl-C doesn't disturb it.
at_exit() {
    trap 'trap "" INT TERM HUP; trap - EXIT; end_attended; '"$1" EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
}

port_in_use() {
    local hex
    printf -v hex ':%04X ' "$1"
    grep -qsF "$hex" /proc/net/tcp /proc/net/tcp6
}

# free_port: below the kernel's ephemeral range, so that no outgoing connection takes it before its owner does.
free_port() {
    local port
    while port=$((20000 + SRANDOM % 12000)) && port_in_use "$port"; do :; done
    echo "$port"
}

# http_status PORT PATH: needs nothing but bash, for a bare machine has no curl.
http_status() {
    local status
    exec 3<>"/dev/tcp/127.0.0.1/$1" || return 1
    printf 'GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n' "$2" >&3
    read -r -t 10 _ status _ <&3 || status=
    exec 3<&-
    [[ -n $status ]] && echo "$status"
}

# await_http RECORD LOG PORT PATH SECONDS: until it answers 200.
await_http() {
    local record=$1 log=$2 port=$3 path=$4 deadline=$((SECONDS + $5))
    until [[ $(http_status "$port" "$path" 2>/dev/null) == 200 ]]; do
        if ! alive "$record" || ((SECONDS >= deadline)); then
            tail -n 40 "$log" >&2
            say "dev: no 200 from http://127.0.0.1:$port$path; the whole log is $log"
            return 1
        fi
        sleep 0.2
    done
}

# stop_servers_below DIRECTORY: every PostgreSQL and RabbitMQ that services.sh has started there.
stop_servers_below() {
    local directory kind
    while read -r directory; do
        if [[ -d $directory/data ]]; then kind=postgres; else kind=rabbitmq; fi
        scripts/services.sh "$kind" stop "$directory"
    done < <(find "$1" -name pid -printf '%h\n' -prune 2>/dev/null)
}
