#!/usr/bin/env bash
# CPU seconds and peak memory of whole runs of secretrail beside other scanners, on the same tree.
#   benches/compare.sh [TREE [RUNS]]
# Programs take turns, so that a busy moment of the machine strikes all of them. Every first run, which
# fills the disk cache, is left out. Other scanners look for other things: read numbers with findings.
set -euo pipefail

tree=${1:-examples/}
runs=${2:-11}
time=/usr/bin/time
target=${CARGO_TARGET_DIR:-target}

if ! "$time" -f %U true >/dev/null 2>&1; then
  echo "GNU time is needed as $time" >&2
  exit 2
fi
if [ ! -e "$tree" ]; then
  echo "$tree does not exist" >&2
  exit 2
fi
ours=${SECRETRAIL:-$target/release/secretrail}
if [ ! -x "$ours" ]; then
  echo "$ours does not exist: run \`cargo build --release\`" >&2
  exit 2
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The command of a program, each without look-ups on the network.
start() {
  case $1 in
    secretrail) "${measure[@]}" "$ours" scan --no-progress --format json "$tree" ;;
    checkov) "${measure[@]}" checkov --directory "$tree" --quiet --compact --skip-download --output json ;;
    kingfisher) "${measure[@]}" kingfisher scan "$tree" --no-validate --no-update-check --format json ;;
    betterleaks) "${measure[@]}" betterleaks --no-banner -o "$work/betterleaks.json" "$tree" ;;
    trivy) "${measure[@]}" trivy fs --quiet --scanners misconfig,secret --offline-scan --skip-check-update --format json "$tree" ;;
  esac
}

programs=(secretrail)
absent=()
for peer in checkov kingfisher betterleaks trivy; do
  if command -v "$peer" >/dev/null; then programs+=("$peer"); else absent+=("$peer"); fi
done

for run in $(seq 0 "$runs"); do
  for program in "${programs[@]}"; do
    measure=("$time" --quiet -f '%U %S %M' -o "$work/one" --)
    code=0
    start "$program" >/dev/null 2>"$work/$program.err" || code=$?
    [ "$run" -eq 0 ] || awk -v code="$code" '{ print $1 + $2, $3 / 1024, code }' "$work/one" >>"$work/$program"
  done
done

# The n-th column of a program's runs: least, median, most.
spread() {
  cut -d' ' -f"$2" "$work/$1" | sort -n |
    awk -v form="$3" '{ v[NR] = $1 } END { printf form, v[1], v[int((NR + 1) / 2)], v[NR] }'
}

files=$(find "$tree" -type f | wc -l)
echo "$tree: $files files, $runs runs each, in turn, on $(nproc) processors"
printf '%-12s  %-26s  %-26s  %s\n' program "CPU s: min median max" "peak MiB: min median max" "exit code"
for program in "${programs[@]}"; do
  printf '%-12s  %-26s  %-26s  %s\n' "$program" "$(spread "$program" 1 '%.2f  %.2f  %.2f')" \
    "$(spread "$program" 2 '%.1f  %.1f  %.1f')" "$(cut -d' ' -f3 "$work/$program" | sort -u | paste -sd' ')"
done
if [ ${#absent[@]} -gt 0 ]; then
  echo "not installed, so not compared: ${absent[*]}"
fi
