#!/usr/bin/env bash
# install.sh PACKAGE…: installs what is missing of the distribution's packages, without starting any of their services.
set -euo pipefail

missing() {
    local package
    for package; do
        dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || echo "$package"
    done
}

[[ -n $(missing "$@") ]] || exit 0
if ! command -v apt-get >/dev/null; then
    echo "Please install: $* (this is no Debian or Ubuntu, so ./dev can't), or start Docker, or set CONTROLPLANE_POSTGRES and CONTROLPLANE_RABBITMQ." >&2
    exit 1
fi
if ((EUID != 0)); then
    command -v sudo >/dev/null || { echo "Please install: $(missing "$@" | xargs)" >&2; exit 1; }
    exec sudo -- "${BASH_SOURCE[0]}" "$@"
fi

exec 9>/run/lock/controlplane-install
flock 9
mapfile -t packages < <(missing "$@")
((${#packages[@]})) || exit 0
echo "Installing ${packages[*]} …" >&2

policy=/usr/sbin/policy-rc.d clusters=/etc/postgresql-common/createcluster.conf log=$(mktemp) made=()
tidy() {
    # RabbitMQ's package leaves Erlang's port mapper behind, which would hold the public port 4369.
    for pid in $(port_mappers); do
        [[ " $before " == *" $pid "* ]] || kill "$pid"
    done
    for file in "${made[@]}"; do rm -f "$file"; done
    rm -f "$log"
}
port_mappers() {
    local line
    for line in /proc/[0-9]*/cmdline; do
        [[ $(tr '\0' ' ' <"$line" 2>/dev/null) == *epmd\ -daemon* ]] && line=${line#/proc/} && printf '%s ' "${line%/cmdline}"
    done
    return 0
}
before=$(port_mappers)
trap tidy EXIT

if [[ ! -e $policy ]]; then
    made+=("$policy")
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
fi
if [[ ! -e $clusters ]]; then
    made+=("$clusters")
    mkdir -p "${clusters%/*}"
    echo 'create_main_cluster = false' >"$clusters"
fi

export DEBIAN_FRONTEND=noninteractive UCF_FORCE_CONFFOLD=1 ERL_EPMD_ADDRESS=127.0.0.1
apt=(apt-get -q -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3)
{ "${apt[@]}" update && "${apt[@]}" install --no-install-recommends "${packages[@]}"; } >"$log" 2>&1 9>&- || { tail -n 30 "$log" >&2; exit 1; }

# The package's own default, as if it had been installed without us.
template=/usr/share/postgresql-common/createcluster.conf
if [[ " ${made[*]} " == *" $clusters "* && -e $template ]]; then
    cp "$template" "$clusters"
    made=("${made[@]/$clusters/}")
fi
