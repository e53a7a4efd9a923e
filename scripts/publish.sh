#!/usr/bin/env bash
# publish.sh DIRECTORY: the release, with Wolverine's code written beforehand instead of compiled at each start.
# The code is written afresh every time: a route that is missing in it would answer 404 without a word.
set -euo pipefail
target=$(realpath -m "$1")
cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/.."

project=src/ControlPlane
generated=$project/Internal/Generated
keys=$(mktemp -d)
trap 'rm -rf "$generated" "$keys"' EXIT
rm -rf "$generated"

dotnet build "$project" -c Release --nologo -v q -clp:ErrorsOnly
# Only the shape of the code is looked at: nothing connects, and no key of this run is ever used.
ConnectionStrings__Postgres=Host=unused Sealing__KeyFile=$keys/keys.json ASPNETCORE_ENVIRONMENT=Development \
    dotnet run --project "$project" -c Release --no-build --no-launch-profile -- codegen write
[[ -d $generated ]]
# Compiled for this machine beforehand, which saves a quarter of the start. The runtime is still the one that is installed.
dotnet publish "$project" -c Release --use-current-runtime --no-self-contained -p:PublishReadyToRun=true --nologo -v q -clp:ErrorsOnly -o "$target"
