#!/bin/bash
# Usage: deploy/parallel.sh PARTS ASSIGNMENT SUBMISSIONS RESULTS [OPTION…]
# Grades a class in PARTS processes of one job each and joins their results.
set -euo pipefail
if [ $# -lt 4 ]; then
  echo "usage: $0 PARTS ASSIGNMENT SUBMISSIONS RESULTS [OPTION…]" >&2
  exit 2
fi
parts=$1 assignment=$2 submissions=$3 results=$4
shift 4
autograder=${AUTOGRADER:-autograder}
one() { "$autograder" grade "$assignment" "$submissions" --shard "$1/$parts" --out "$results/part-$1" --jobs 1 --resume --quiet "${@:2}"; }
failed=0
if command -v parallel >/dev/null; then
  parallel --quote --jobs "$parts" "$autograder" grade "$assignment" "$submissions" --shard "{}/$parts" --out "$results/part-{}" \
    --jobs 1 --resume --quiet "$@" ::: $(seq "$parts") || failed=$?
else
  pids=()
  for part in $(seq "$parts"); do
    one "$part" "$@" &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do wait "$pid" || failed=$?; done
fi
"$autograder" merge "$results"/part-* --out "$results"
exit "$failed"
