# Sourced by try.sh and test.sh: installs what is missing and defines configure_and_build. Debian 12 and 13.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# LibTorch on the reference BLAS is many times slower, hence the name of one implementation here.
packages=(
    g++ cmake ninja-build ccache mold
    libtbb-dev nlohmann-json3-dev libfmt-dev libxxhash-dev libcli11-dev
    libtorch-dev libgloo-dev libopenblas0-pthread libopencv-dev libopen3d-dev libicu-dev libkissfft-dev libsndfile1-dev libsoxr-dev
    libarchive-dev espeak-ng
    qt6-base-dev libegl-dev libgl1-mesa-dri fonts-dejavu-core
    libgtest-dev libbenchmark-dev python3-jsonschema xvfb xauth valgrind openmpi-bin
)

# Debian 12 keeps the files that CMake needs for Qt's OpenGL apart; from Debian 13 on qt6-base-dev holds them.
if [ "$(. /etc/os-release && echo "${VERSION_ID:-}")" = 12 ]; then packages+=(libqt6opengl6-dev); fi

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"
    elif command -v sudo >/dev/null; then sudo "$@"
    else
        echo "Installing packages needs root. Run this script as root, or install sudo, or install by hand:" >&2
        echo "    apt-get install --no-install-recommends ${packages[*]}" >&2
        exit 4
    fi
}

installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null || true)" = installed ]; }

install_packages() {
    command -v apt-get >/dev/null || { echo "This script needs Debian's apt-get. See README.md for the libraries." >&2; exit 4; }
    local missing=()
    for package in "${packages[@]}"; do installed "$package" || missing+=("$package"); done
    [ ${#missing[@]} -eq 0 ] && return
    echo "Installing: ${missing[*]}"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq ||
        echo "The package lists could not be refreshed; trying with those at hand." >&2
    for package in "${missing[@]}"; do
        if ! apt-cache show "$package" >/dev/null 2>&1; then
            echo "The package $package cannot be had from this machine's Debian sources (apt-cache policy $package)." >&2
            echo "Millrace is built from Debian 12 or 13 packages alone; check /etc/apt/sources.list." >&2
            exit 4
        fi
    done
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null || {
        for package in "${missing[@]}"; do installed "$package" || echo "Could not be installed: $package" >&2; done
        exit 4
    }
}

# configure_and_build PRESET [TARGET …]
configure_and_build() {
    local preset=$1
    shift
    cmake --preset "$preset" -Wno-dev >/dev/null
    cmake --build --preset "$preset" ${1:+--target "$@"}
}
