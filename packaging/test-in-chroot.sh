#!/usr/bin/env bash
# Proves that try.sh and test.sh work on a fresh Debian: makes a minimal root of the named release (trixie by default),
# puts the committed sources into it and runs both scripts there, test.sh twice. Needs root, debootstrap and some 15 GB.
#
#     packaging/test-in-chroot.sh [trixie|bookworm] [FOLDER]
#
# FOLDER (build/chroot-RELEASE) is kept, so that the next run begins with the packages and the compiler cache of this one;
# `--clean` as a third argument begins anew.
set -euo pipefail
cd "$(dirname "$0")/.."
release=${1:-trixie}
root=$(realpath -m "${2:-build/chroot-$release}")
mirror=${MILLRACE_DEBIAN_MIRROR:-http://deb.debian.org/debian}

[ "$(id -u)" -eq 0 ] || { echo "A root folder of another Debian can only be made as root: sudo $0 $*" >&2; exit 4; }
command -v debootstrap >/dev/null || { echo "debootstrap is missing: apt-get install debootstrap" >&2; exit 4; }

unmount() {
    # Mounts that stay would let a later removal of the folder reach into the running system.
    for point in proc sys dev shared; do if mountpoint -q "$root/$point"; then umount -R -l "$root/$point"; fi; done
    return 0
}
trap unmount EXIT
unmount
[ "${3:-}" = --clean ] && rm -rf --one-file-system "$root"

[ -e "$root/etc/debian_version" ] || debootstrap --variant=minbase --include=ca-certificates "$release" "$root" "$mirror"
cp --remove-destination "$(realpath /etc/resolv.conf)" "$root/etc/resolv.conf"
# What lets apt reach the network here, if anything special does.
if compgen -G '/etc/apt/apt.conf.d/*proxy*' >/dev/null; then cp /etc/apt/apt.conf.d/*proxy* "$root/etc/apt/apt.conf.d/"; fi
mkdir -p "$root/shared" "$root/root/.cache"
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount --rbind /dev "$root/dev" && mount --make-rslave "$root/dev"
shared=$(realpath -m "${MILLRACE_SHARED:-../shared}")
if [ -d "$shared" ]; then mount --bind -o ro "$shared" "$root/shared"; fi

# The committed state, as a user clones it.
rm -rf "$root/millrace/.git" "$root/millrace.new"
mkdir -p "$root/millrace.new"
git archive HEAD | tar -x -C "$root/millrace.new"
# The build folder of the run before saves time only for sources that have not changed; ccache does the rest.
rm -rf "$root/millrace"
mv "$root/millrace.new" "$root/millrace"

inside() { chroot "$root" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 TERM=dumb MILLRACE_SHARED=/shared "$@"; }
for script in try.sh test.sh test.sh; do
    echo "== $release: packaging/$script"
    inside bash -c "cd /millrace && packaging/$script"
done
echo "== $release: both scripts work"
