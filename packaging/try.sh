#!/usr/bin/env bash
# From a fresh Debian machine to the first pictures: installs, builds, runs the fusion demo on built-in data.
source "$(dirname "$0")/setup.sh"

install_packages
configure_and_build release
out=${1:-runs/try-$(date +%Y%m%d-%H%M%S)}
build/release/bin/millrace run graphs/fusion/lidar-camera-overlay.json --out "$out"
echo
echo "Pictures of LiDAR over camera, depth and bird's-eye view:"
find "$out/artifacts" -name '*.png' | sort | head -12
echo
echo "The same graph on your own KITTI frames:"
echo "    build/release/bin/millrace run graphs/fusion/lidar-camera-overlay.json --set source.kind=kitti --set source.root=DIR"
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    echo
    echo "Opening the editor."
    exec build/release/bin/millrace-editor graphs/fusion/lidar-camera-overlay.json
fi
