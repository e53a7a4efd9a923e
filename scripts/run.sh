# shellcheck shell=bash
# ./dev run and ./dev stop; sourced by dev.

run() {
    local detach='' no_bus='' tour='' option port=${CONTROLPLANE_PORT:-8082}
    for option; do
        case $option in
            --detach) detach=1 ;;
            --no-bus) no_bus=--no-bus ;;
            --tour) tour=1 ;;
            *) fail "run: unknown option $option" ;;
        esac
    done

    if is_running; then
        [[ -n $tour ]] || fail "it runs already, see .local/run.env; ./dev stop ends it"
        walk_tour
        return
    fi
    if port_in_use "$port"; then fail "port $port is taken; choose another with CONTROLPLANE_PORT"; fi

    local services_were_up=
    ! scripts/services.sh status &>/dev/null || services_were_up=1
    at_exit "end_run '$services_were_up'"

    start_all "$port" "$no_bus"
    announce "$port"
    if [[ -n $tour ]]; then walk_tour; fi
    if [[ -n $detach ]]; then
        trap - EXIT
        say "It runs until ./dev stop."
    elif [[ -z $tour ]]; then
        say "It runs until Ctrl-C."
        while alive .local/service.pid; do sleep 1; done
        tail -n 40 .local/log/service.log >&2
        fail "the service ended by itself; the whole log is .local/log/service.log"
    fi
}

stop() { end_run ''; }

# end_run KEEP: KEEP is not empty when PostgreSQL and RabbitMQ shall stay.
end_run() {
    rm -f .local/run.env
    stop_process .local/service.pid
    stop_process .local/sandbox.pid
    [[ -n $1 ]] || scripts/services.sh down
}

start_all() {
    local port=$1 no_bus=$2 sandbox_port
    mkdir -p .local/log
    # shellcheck disable=SC2086
    scripts/services.sh up $no_bus
    # shellcheck disable=SC1091
    source .local/services.env

    build src/ControlPlane
    build tests/Sandbox

    sandbox_port=$(free_port)
    SANDBOX_URL=http://127.0.0.1:$sandbox_port
    configure "http://127.0.0.1:$port"
    start_process .local/sandbox.pid .local/log/sandbox.log \
        dotnet artifacts/bin/Sandbox/debug/Sandbox.dll --urls "$SANDBOX_URL"
    await_http .local/sandbox.pid .local/log/sandbox.log "$sandbox_port" /_sandbox/postmark/log 60

    say "Starting …"
    dotnet artifacts/bin/ControlPlane/debug/ControlPlane.dll bootstrap --env .local/tokens.env >.local/log/bootstrap.log 2>&1 ||
        { tail -n 40 .local/log/bootstrap.log >&2; fail "bootstrap failed; the whole log is .local/log/bootstrap.log"; }
    start_process .local/service.pid .local/log/service.log \
        dotnet artifacts/bin/ControlPlane/debug/ControlPlane.dll --urls "http://127.0.0.1:$port"
    await_http .local/service.pid .local/log/service.log "$port" /healthz/ready 120
    if [[ ${Stripe__ApiBase:-} == "$SANDBOX_URL/stripe" ]]; then
        curl -fsS -X POST "$SANDBOX_URL/_sandbox/stripe/webhooks" -H 'Content-Type: application/json' \
            -d "{\"url\": \"http://127.0.0.1:$port/v1/billing/stripe-webhook\", \"secret\": \"$Stripe__WebhookSecrets__0\"}" >/dev/null
    fi
    if [[ ${Postmark__BaseUrl:-} == "$SANDBOX_URL/postmark" ]]; then
        curl -fsS -X POST "$SANDBOX_URL/_sandbox/postmark/webhooks" -H 'Content-Type: application/json' \
            -d "{\"url\": \"http://$Postmark__Webhook@127.0.0.1:$port/v1/postmark/webhook\"}" >/dev/null
    fi

    (umask 077 && {
        echo "CONTROLPLANE_URL=http://127.0.0.1:$port"
        cat .local/tokens.env
        echo "CONTROLPLANE_POSTGRES=$CONTROLPLANE_POSTGRES"
        echo "CONTROLPLANE_RABBITMQ=$CONTROLPLANE_RABBITMQ"
        echo "CONTROLPLANE_RUNTIME_RABBITMQ=${CONTROLPLANE_RUNTIME_RABBITMQ:-${CONTROLPLANE_RABBITMQ/guest:guest@/runtime:runtime@}}"
        echo "SANDBOX_URL=$SANDBOX_URL"
    } >.local/run.env)
}

# configure URL: the service's settings for development; one that the caller has set stays.
configure() {
    export ASPNETCORE_ENVIRONMENT=Development DOTNET_ENVIRONMENT=Development
    ConnectionStrings__Postgres=$(npgsql_string "$CONTROLPLANE_POSTGRES")
    export ConnectionStrings__Postgres ConnectionStrings__RabbitMq=$CONTROLPLANE_RABBITMQ
    export Catalog__Path=${Catalog__Path:-$PWD/catalog}
    export Sealing__KeyFile=${Sealing__KeyFile:-$PWD/.local/keys.json}
    export Portal__BaseUrl=${Portal__BaseUrl:-$1}
    if [[ -z ${Stripe__ApiKey:-} ]]; then
        export Stripe__ApiKey=sk_test_sandbox Stripe__ApiBase=$SANDBOX_URL/stripe
        export Stripe__WebhookSecrets__0=${Stripe__WebhookSecrets__0:-whsec_sandbox}
    fi
    if [[ -z ${Postmark__ServerToken:-} ]]; then
        export Postmark__ServerToken=5a4db0c5-0000-4000-8000-000000000001 Postmark__BaseUrl=$SANDBOX_URL/postmark
        export Postmark__From=${Postmark__From:-hello@controlplane.example} Postmark__Webhook=${Postmark__Webhook:-postmark:sandbox}
    fi
}

# npgsql_string URL: postgresql://user:password@host:port/database[?sslmode=…] in Npgsql's own form.
npgsql_string() {
    local pattern='^postgres(ql)?://([^:@/]+)(:([^@/]*))?@([^:/]+)(:([0-9]+))?/([^?]+)(\?sslmode=([a-z-]+))?$'
    [[ $1 =~ $pattern ]] || fail "CONTROLPLANE_POSTGRES is not of the form postgresql://user:password@host:port/database[?sslmode=…]"
    printf "Host=%s;Port=%s;Database=%s;Username=%s;Password='%s'" "${BASH_REMATCH[5]}" "${BASH_REMATCH[7]:-5432}" \
        "$(decoded "${BASH_REMATCH[8]}")" "$(decoded "${BASH_REMATCH[2]}")" "$(decoded "${BASH_REMATCH[4]}" | sed "s/'/''/g")"
    if [[ -n ${BASH_REMATCH[10]} ]]; then printf ';SSL Mode=%s' "${BASH_REMATCH[10]//-/}"; fi
}

decoded() { printf '%b' "${1//%/\\x}"; }

announce() {
    # shellcheck disable=SC1091
    source .local/run.env
    cat <<WHERE

  service         $CONTROLPLANE_URL
  health          $CONTROLPLANE_URL/healthz
  API reference   $CONTROLPLANE_URL/docs
  sandbox         $SANDBOX_URL/_sandbox/postmark/log
  PostgreSQL      $CONTROLPLANE_POSTGRES
  RabbitMQ        ${CONTROLPLANE_RABBITMQ:-none}
  platform token  $CONTROLPLANE_PLATFORM_TOKEN

  For scripts all of it stands in .local/run.env, the logs in .local/log/.

WHERE
}

walk_tour() {
    build tests/Tour
    set -a
    # shellcheck disable=SC1091
    source .local/run.env
    set +a
    attended dotnet artifacts/bin/Tour/debug/Tour.dll
}
