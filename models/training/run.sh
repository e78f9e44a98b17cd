#!/usr/bin/env bash
# One shop from its data to a measured model: export, train, evaluate. Prints the table of `evaluate`.
#   models/training/run.sh DATA_FOLDER OUT_FOLDER [tune|final] [arguments of train ...]
#   models/training/run.sh federated OUT_FOLDER DATA_FOLDER DATA_FOLDER...
# `tune` (the default) learns from what comes before the tuning slice and measures there; `final` learns up to the final slice and measures on that.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)

# Shops that learn one model and keep their rows: each is exported by itself, and the model is measured on the tuning slice of each.
if [ "$1" = federated ]; then
  mkdir -p "$2"
  out=$(realpath "$2")
  shift 2
  materials=()
  for data in "$@"; do
    materials+=("$out/material-$((${#materials[@]} + 1))")
    (cd "$root" && npm run --silent imago -- export "$(realpath "$data")" --out "${materials[-1]}" --tune)
  done
  version=$(date -u +%Y.%m.%d)-federated
  PYTHONPATH="$root/models/training" OMP_NUM_THREADS=1 "${PYTHON:-python3}" -m imago_training federated "${materials[@]}" --out "$out/$version"
  for data in "$@"; do
    (cd "$root" && npm run --silent evaluate -- "$(realpath "$data")" --protocol next-event --methods rules,model --model "$out/$version" --tune)
  done
  exit 0
fi

data=$(realpath "$1")
mkdir -p "$2"
out=$(realpath "$2")
slice=${3:-tune}
shift $(($# < 3 ? $# : 3))
tune=()
if [ "$slice" = tune ]; then tune=(--tune); fi
version=$(date -u +%Y.%m.%d)-$slice

cd "$root"
npm run --silent imago -- export "$data" --out "$out/material" "${tune[@]}"
PYTHONPATH="$root/models/training" OMP_NUM_THREADS=1 "${PYTHON:-python3}" -m imago_training train "$out/material" --out "$out/$version" "$@"
npm run --silent evaluate -- "$data" --protocol next-event --methods rules,popularity,itemknn,model --model "$out/$version" "${tune[@]}"
