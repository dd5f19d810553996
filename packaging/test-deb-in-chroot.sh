#!/usr/bin/env bash
# Proves that the .deb installs and works on a fresh Debian 12: makes a minimal root, installs the package there with apt,
# runs a shipped graph from the command line and starts the editor under a virtual display, of which it keeps a picture.
# Needs root, debootstrap and some 5 GB; the package is made before by `cpack -G DEB` in build/release.
#
#     packaging/test-deb-in-chroot.sh [PACKAGE.deb] [FOLDER]
#
# FOLDER (build/chroot-deb) is kept, so that the next run begins with the packages of this one; the picture is
# FOLDER/root/editor.png. `--clean` as a third argument begins anew.
set -euo pipefail
cd "$(dirname "$0")/.."
package=${1:-}
if [ -z "$package" ]; then package=$(ls -t build/release/millrace_*.deb 2>/dev/null | head -n 1); fi
root=$(realpath -m "${2:-build/chroot-deb}")
mirror=${MILLRACE_DEBIAN_MIRROR:-http://deb.debian.org/debian}

[ -n "$package" ] && [ -e "$package" ] || { echo "There is no package: run cpack -G DEB in build/release first." >&2; exit 2; }
[ "$(id -u)" -eq 0 ] || { echo "A root folder of another Debian can only be made as root: sudo $0 $*" >&2; exit 4; }
command -v debootstrap >/dev/null || { echo "debootstrap is missing: apt-get install debootstrap" >&2; exit 4; }

unmount() {
    # Mounts that stay would let a later removal of the folder reach into the running system.
    for point in proc sys dev; do if mountpoint -q "$root/$point"; then umount -R -l "$root/$point"; fi; done
    return 0
}
trap unmount EXIT
unmount
[ "${3:-}" = --clean ] && rm -rf --one-file-system "$root"

[ -e "$root/etc/debian_version" ] || debootstrap --variant=minbase --include=ca-certificates bookworm "$root" "$mirror"
cp --remove-destination "$(realpath /etc/resolv.conf)" "$root/etc/resolv.conf"
# What lets apt reach the network here, if anything special does.
if compgen -G '/etc/apt/apt.conf.d/*proxy*' >/dev/null; then cp /etc/apt/apt.conf.d/*proxy* "$root/etc/apt/apt.conf.d/"; fi
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount --rbind /dev "$root/dev" && mount --make-rslave "$root/dev"
cp "$package" "$root/root/millrace.deb"
rm -f "$root/root/editor.png"

inside() { chroot "$root" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 TERM=dumb DEBIAN_FRONTEND=noninteractive "$@"; }
echo "== the package is installed, with what it depends on"
inside apt-get update -qq
inside apt-get install -y -qq --no-install-recommends --reinstall /root/millrace.deb >/dev/null
inside dpkg -s millrace | grep -E '^(Status|Version|Installed-Size)'
echo "== a shipped graph runs"
inside millrace validate /usr/share/millrace/graphs/fusion/lidar-camera-overlay.json
inside millrace run /usr/share/millrace/graphs/fusion/lidar-camera-overlay.json --out /root/results --overwrite
inside bash -c 'test -n "$(ls /root/results/artifacts/overlay)" && test -s /root/results/artifacts/figures.csv'
echo "== the desktop knows the editor"
inside apt-get install -y -qq --no-install-recommends xvfb xauth imagemagick fonts-dejavu-core shared-mime-info desktop-file-utils >/dev/null
inside desktop-file-validate /usr/share/applications/org.millrace.Editor.desktop
inside update-mime-database /usr/share/mime
inside grep -q millrace /usr/share/mime/globs2
echo "== the editor starts and shows a graph"
inside xvfb-run -a -s "-screen 0 1920x1200x24" bash -c '
    export QT_QPA_PLATFORM=xcb LIBGL_ALWAYS_SOFTWARE=1
    millrace-editor --size 1600x980 /usr/share/millrace/graphs/fusion/lidar-camera-overlay.json 2>/root/editor.log &
    editor=$!
    # It is there when it has put its window up; the picture shows what is in it some seconds later.
    sleep 15
    kill -0 $editor || { cat /root/editor.log >&2; exit 1; }
    import -window root /root/editor.png
    kill $editor'
test -s "$root/root/editor.png"
echo "== the package is taken away without a trace"
inside apt-get remove -y -qq millrace >/dev/null
inside bash -c '! command -v millrace && ! test -e /usr/lib/millrace && ! test -e /usr/share/millrace'
echo "== the package works; see $root/root/editor.png"
