# shellcheck shell=bash
# ./dev bench; sourced by dev.

bench() {
    scripts/install.sh postgresql rabbitmq-server wrk
    scratch=$(mktemp -d "${TMPDIR:-/tmp}/controlplane-bench.XXXXXX")
    chmod 755 "$scratch"
    at_exit end_bench

    CONTROLPLANE_POSTGRES=$(scripts/services.sh postgres start "$scratch/postgres")
    CONTROLPLANE_RABBITMQ=$(scripts/services.sh rabbitmq start "$scratch/rabbitmq")
    CONTROLPLANE_RELEASE=$scratch/release
    export CONTROLPLANE_POSTGRES CONTROLPLANE_RABBITMQ CONTROLPLANE_RELEASE
    attended scripts/publish.sh "$CONTROLPLANE_RELEASE"
    build -c Release bench
    attended dotnet artifacts/bin/bench/release/bench.dll "$@"
}

end_bench() {
    stop_servers_below "$scratch"
    rm -rf "$scratch"
}
