#!/usr/bin/env bash
# publish.sh DIRECTORY: the release, with Wolverine's code written beforehand instead of compiled at each start.
# The code is written afresh every time: a route that is missing in it would answer 404 without a word.
set -euo pipefail
target=$(realpath -m "$1")
cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/.."

project=src/ControlPlane
generated=$project/Internal/Generated
trap 'rm -rf "$generated"' EXIT
rm -rf "$generated"

dotnet build "$project" -c Release --nologo -v q -clp:NoSummary
dotnet run --project "$project" -c Release --no-build --no-launch-profile -- codegen write >/dev/null
dotnet publish "$project" -c Release --nologo -v q -clp:NoSummary -o "$target"
