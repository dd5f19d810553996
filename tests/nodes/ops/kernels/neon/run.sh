#!/bin/sh
# run.sh FOLDER: builds the packed kernels and their tests for 64-bit ARM in FOLDER and runs them in an emulator.
# Ends with 77 where the tools for that are missing.
set -e
for tool in aarch64-linux-gnu-g++ qemu-aarch64; do
    if ! command -v $tool >/dev/null; then
        echo "Skipped: $tool is missing. apt-get install g++-aarch64-linux-gnu qemu-user (320 MB)"
        exit 77
    fi
done
if [ ! -e /usr/src/googletest/googletest/src/gtest-all.cc ]; then
    echo "Skipped: GoogleTest's sources are missing. apt-get install googletest"
    exit 77
fi
cmake -S "$(dirname "$0")" -B "$1" -G Ninja -DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR=aarch64 \
    -DCMAKE_CXX_COMPILER=aarch64-linux-gnu-g++ >/dev/null
cmake --build "$1" -- -j2
qemu-aarch64 -cpu max "$1/neon_tests" --gtest_brief=1
