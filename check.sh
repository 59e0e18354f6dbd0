#!/usr/bin/env bash
# The gate: format, build, every test. What passes here may land.
#   ./check.sh              everything
#   ./check.sh --no-format  build and tests only
# Tests that need real data look for it in FEDERATED_DATA and skip with a message where it is absent.
set -euo pipefail
cd "$(dirname "$0")"

dotnet restore
if [[ "${1:-}" != "--no-format" ]]; then
  # The build finds what is wrong with style and names, a test what is with using directives; what is left needs no project.
  dotnet format whitespace . --folder --exclude artifacts --verify-no-changes
fi
dotnet build --no-restore --configuration Release
# One test project at a time: the cluster tests start processes of their own and need the cores.
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
status=0
# A test that hangs is named and ended.
dotnet test --no-build --configuration Release -m:1 --logger "trx" --results-directory "$results" \
  --blame-hang --blame-hang-timeout 5m --blame-hang-dump-type none || status=$?

count() { grep -ho "<Counters [^>]*" "$results"/*.trx | grep -o " $1=\"[0-9]*\"" | tr -dc '0-9\n' | awk '{ n += $1 } END { print n + 0 }'; }
passed=$(count passed); failed=$(count failed); total=$(count total)
echo "$passed passed, $failed failed, $((total - passed - failed)) skipped"
exit "$status"
