#!/usr/bin/env bash
# Builds the engine with a sanitizer and runs its tests: packaging/sanitize.sh asan|tsan [arguments for ctest]
#
# The thread sanitizer misreads a oneTBB that was built without it, so `tsan` first builds Debian's source of the installed
# version with it into build/tsan-tbb; that takes a few minutes, once.
source "$(dirname "$0")/setup.sh"

preset=${1:-}
case $preset in
    asan | tsan) shift ;;
    *) echo "Usage: $0 asan|tsan [arguments for ctest]" >&2; exit 2 ;;
esac
suppressions=$PWD/tests/sanitizers

build_tbb() {
    local folder=$PWD/build/tsan-tbb version
    [ -e "$folder/install/lib/libtbb.so" ] && return
    mkdir -p "$folder/lists" "$folder/source"
    version=$(dpkg-query -W -f '${source:Version}' libtbb-dev)
    # A source list of our own, so that the machine's is left as it is.
    echo "deb-src http://deb.debian.org/debian $(. /etc/os-release && echo "$VERSION_CODENAME") main" >"$folder/sources.list"
    local apt=(-o "Dir::Etc::SourceList=$folder/sources.list" -o Dir::Etc::SourceParts=- -o "Dir::State::Lists=$folder/lists")
    [ "$(id -u)" -ne 0 ] || apt+=(-o APT::Sandbox::User=root)
    (cd "$folder" && apt-get "${apt[@]}" update -qq && apt-get "${apt[@]}" source -qq --download-only "onetbb=$version") || {
        echo "The source of onetbb $version could not be fetched from Debian; the thread sanitizer needs it." >&2
        exit 4
    }
    tar -xf "$folder"/onetbb_*.orig.tar.* -C "$folder/source" --strip-components=1
    cmake -S "$folder/source" -B "$folder/build" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DTBB_TEST=OFF -DTBB_STRICT=OFF \
        -DTBB_SANITIZE=thread -DTBBMALLOC_BUILD=OFF -DCMAKE_INSTALL_PREFIX="$folder/install" -DCMAKE_INSTALL_LIBDIR=lib >/dev/null
    cmake --build "$folder/build"
    cmake --install "$folder/build" >/dev/null
}

install_packages
if [ "$preset" = tsan ]; then
    build_tbb
    # Installed programs, which some tests run, know nothing of the build tree.
    export LD_LIBRARY_PATH=$PWD/build/tsan-tbb/install/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
fi
configure_and_build "$preset"
export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1:check_initialization_order=1
export LSAN_OPTIONS=suppressions=$suppressions/lsan.txt:print_suppressions=0
export UBSAN_OPTIONS=suppressions=$suppressions/ubsan.txt:print_stacktrace=1:halt_on_error=1
export TSAN_OPTIONS=suppressions=$suppressions/tsan.txt:history_size=7:second_deadlock_stack=1:halt_on_error=0
ctest --test-dir "build/$preset" --output-on-failure -j "$(nproc)" "$@"
