# shellcheck shell=bash
# ./dev test; sourced by dev.

run_tests() {
    local options=() words=1
    while (($#)); do
        case $1 in
            --) words= ;;
            --faults) options+=(--filter-trait Kind=Fault --explicit on) ;;
            *) if [[ -n $words ]]; then options+=(--filter-method "*$1*"); else options+=("$1"); fi ;;
        esac
        shift
    done

    scratch=$(mktemp -d "${TMPDIR:-/tmp}/controlplane-test.XXXXXX")
    mkdir "$scratch/tmp"
    chmod 755 "$scratch" "$scratch/tmp"
    at_exit end_tests

    # The servers come up while the compiler works, out of reach of a Ctrl-C that would leave them half started.
    local servers=() server
    setsid scripts/services.sh postgres start "$scratch/postgres" --fast >"$scratch/postgres.url" &
    servers+=($!)
    setsid scripts/services.sh rabbitmq start "$scratch/rabbitmq" >"$scratch/rabbitmq.url" &
    servers+=($!)
    build ControlPlane.sln
    for server in "${servers[@]}"; do
        wait "$server" || fail "no servers to test on"
    done
    CONTROLPLANE_POSTGRES=$(<"$scratch/postgres.url")
    CONTROLPLANE_RABBITMQ=$(<"$scratch/rabbitmq.url")
    CONTROLPLANE_SERVICES=$PWD/scripts/services.sh
    export CONTROLPLANE_POSTGRES CONTROLPLANE_RABBITMQ CONTROLPLANE_SERVICES

    # Words may have no match in one of the test projects; a run without any test is still a failed one.
    ((${#options[@]} == 0)) || options+=(--ignore-exit-code 8)

    local result=0
    # Servers of a test's own are below $scratch too, so that none is left behind when the run is cut short.
    # shellcheck disable=SC2016
    TMPDIR=$scratch/tmp attended bash -o pipefail -c 'dotnet test --solution ControlPlane.sln --no-build "$@" 2>&1 | tee "$0"' \
        "$scratch/summary" "${options[@]}" || result=$?
    report "$scratch/summary" "$result"
}

end_tests() {
    wait
    stop_servers_below "$scratch"
    rm -rf "$scratch"
}

# report SUMMARY RESULT: what failed once more, for it scrolls away; the runner's own figures are the last line. A run without a
# test is a failed one.
report() {
    local passed failed skipped
    grep -A 8 '^failed ' "$1" | cut -c 1-300 || true
    passed=$(figure succeeded "$1")
    failed=$(figure failed "$1")
    skipped=$(figure skipped "$1")
    [[ $skipped == 0 ]] || echo "$skipped skipped"
    echo "$passed passed, $failed failed"
    (($2 == 0 && failed == 0 && passed > 0))
}

figure() { sed -nE "s/^ +$1: ([0-9]+)\$/\1/p" "$2" | awk '{ sum += $1 } END { print sum + 0 }'; }
