#!/usr/bin/env bash
# Builds the libFuzzer targets and runs each for some seconds: packaging/fuzz.sh [SECONDS=60] [TARGET …]
#
# Seeds and what a run found worth keeping lie in build/fuzz/corpus/; delete that to start afresh. An input that breaks a
# target is left in build/fuzz/findings/; `build/fuzz/fuzz/fuzz_TARGET FILE` runs it alone.
source "$(dirname "$0")/setup.sh"

seconds=60
if [[ ${1:-} =~ ^[0-9]+$ ]]; then
    seconds=$1
    shift
fi
targets=("$@")

# Before 16, clang has no ranges of views with libstdc++; both Debian 12 and 13 have 19 under this name.
packages+=(clang-19 libclang-rt-19-dev)
install_packages
configure_and_build fuzz millrace_fuzz

folder=$PWD/build/fuzz
programs=$folder/fuzz
if [ ${#targets[@]} -eq 0 ]; then
    for program in "$programs"/fuzz_*; do targets+=("${program##*/fuzz_}"); done
fi
"$programs/millrace-fuzz-seeds" "$folder/seeds"
mkdir -p "$folder/findings"
export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1:allocator_may_return_null=0
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1

failed=()
for target in "${targets[@]}"; do
    [ -x "$programs/fuzz_$target" ] || { echo "There is no target $target." >&2; exit 2; }
    mkdir -p "$folder/corpus/$target"
    dictionary=$PWD/tests/fuzz/dictionaries/$target.dict
    arguments=(-max_total_time="$seconds" -max_len=65536 -timeout=10 -rss_limit_mb=2048 -malloc_limit_mb=512
               -print_final_stats=1 -artifact_prefix="$folder/findings/$target-")
    [ -e "$dictionary" ] && arguments+=(-dict="$dictionary")
    log=$folder/findings/$target.log
    if "$programs/fuzz_$target" "${arguments[@]}" "$folder/corpus/$target" "$folder/seeds/$target" >"$log" 2>&1; then
        runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
        echo "$target: $runs inputs, no finding"
    else
        failed+=("$target")
        echo "$target: FINDING, see $log"
        grep -m 3 -E "^(SUMMARY|==[0-9]+== ERROR|Broken promise|.*runtime error)" "$log" || tail -n 5 "$log"
    fi
done
[ ${#failed[@]} -eq 0 ]
