#!/usr/bin/env bash
# Installs, builds release and runs every test. Arguments go to ctest, as in: packaging/test.sh -L unit
source "$(dirname "$0")/setup.sh"

install_packages
configure_and_build release
ctest --test-dir build/release --output-on-failure -j "$(nproc)" "$@"
