#!/usr/bin/env bash
# One shop from its data to a measured model: export, train, evaluate. Prints the table of `evaluate`.
#   models/training/run.sh DATA_FOLDER OUT_FOLDER [tune|final] [arguments of train ...]
# `tune` (the default) learns from what comes before the tuning slice and measures there; `final` learns up to the final slice and measures on that.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
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
