# shellcheck shell=bash
# ./dev bench; sourced by dev.

run_bench() {
    scripts/install.sh postgresql rabbitmq-server wrk
    scratch=$(mktemp -d "${TMPDIR:-/tmp}/controlplane-bench.XXXXXX")
    chmod 755 "$scratch"
    at_exit end_bench

    say "Starting servers of its own …"
    # Durable, unlike those of the tests: a commit that is not on the disk would measure nothing.
    scripts/services.sh postgres start "$scratch/postgres" >"$scratch/postgres.url"
    scripts/services.sh rabbitmq start "$scratch/rabbitmq" >"$scratch/rabbitmq.url"

    say "Building the release …"
    attended scripts/publish.sh "$scratch/service" >"$scratch/publish.log" 2>&1 || { tail -n 40 "$scratch/publish.log" >&2; fail "the release does not build"; }
    local project
    for project in Empty Peers Bench; do
        attended dotnet publish "bench/$project" -c Release --nologo -v q -clp:ErrorsOnly -o "$scratch/${project,}" >&2
    done

    # The shipped plans with room for everything that is about to be created.
    cp -r catalog "$scratch/catalog"
    sed -i -E 's/(metric: instances, limit: )[0-9]+/\11000000000/' "$scratch"/catalog/plan-profiles/*.yaml
    attended dotnet "$scratch/bench/Bench.dll" --place "$scratch" --source "$PWD/bench" "$@"
}

end_bench() {
    wait
    stop_servers_below "$scratch"
    rm -rf "$scratch"
}
