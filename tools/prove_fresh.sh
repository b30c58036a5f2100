#!/usr/bin/env bash
# Proves that a fresh Debian machine needs the two commands of the README and nothing else: makes
# one in a temporary folder (debootstrap), clones the committed tree into it, and runs them there.
#
# Usage: tools/prove_fresh.sh [--suite NAME] [--sudo] [--keep] [-- COMMAND…]
#   --suite NAME   the Debian release (bookworm)
#   --sudo         as an ordinary user who may use sudo, not as root
#   --keep         leave the folder there
#   COMMAND…       instead of the two commands, by bash in the clone
#
# Needs root, debootstrap, 4 GB below TMPDIR, and package lists (apt-get update): packages come from
# where this machine has its own from.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

die() { printf 'prove_fresh: %s\n' "$*" >&2; exit 2; }

suite=bookworm as_user='' keep='' command=''
while (($#)); do
  case $1 in
    --suite) suite=${2:?--suite needs a name} && shift ;;
    --sudo) as_user=1 ;;
    --keep) keep=1 ;;
    --) shift && command=$* && break ;;
    *) die "unknown argument $1; the top of this file says which there are" ;;
  esac
  shift
done
# Without logs the first command shows the samples and ends; where it stays, it is ended by Ctrl-C.
command=${command:-'timeout -s INT 900 ./dev run && ./dev test'}

((EUID == 0)) || die "run it as root: it makes a root file system"
command -v debootstrap >/dev/null || die "install the package debootstrap"

# One line "uri release component" for each archive of this suite that apt here knows.
mapfile -t archives < <(apt-get indextargets --format \
  '$(REPO_URI) $(RELEASE) $(COMPONENT) $(ORIGIN) $(CREATED_BY)' |
  awk -v suite="$suite" '$4 == "Debian" && $5 == "Packages" && index($2, suite) == 1 &&
    !seen[$0]++ { print $1, $2, $3 }')
((${#archives[@]})) || die "apt here knows no archive of $suite; run apt-get update, or add one"
mirror=$(printf '%s\n' "${archives[@]}" | awk -v suite="$suite" '$2 == suite { print $1; exit }')
[[ -n $mirror ]] || die "apt here knows no main archive of $suite"

root=$(mktemp -d "${TMPDIR:-/tmp}/vedette-fresh-XXXXXX")
chmod 755 "$root" # apt downloads as a user of its own
finish() {
  [[ -z $keep ]] || printf 'Left there: %s\n' "$root"
  [[ -n $keep ]] || rm -rf --one-file-system "$root"
}
trap finish EXIT
log=$root.log

printf 'Making a Debian %s in %s …\n' "$suite" "$root"
debootstrap --variant=minbase --include="ca-certificates${as_user:+,sudo}" \
  "$suite" "$root" "$mirror" >"$log" 2>&1 ||
  { tail -n 20 "$log" >&2 && die "debootstrap failed (whole log: $log)"; }
rm -f "$log"

printf 'deb %s %s %s\n' $(printf '%s\n' "${archives[@]}") >"$root/etc/apt/sources.list"
apt-config dump | grep -E '^Acquire::https?::.*Proxy' >"$root/etc/apt/apt.conf.d/90host" || true
cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
mkdir -p "$root/usr/local/share/ca-certificates"
cp /usr/local/share/ca-certificates/*.crt "$root/usr/local/share/ca-certificates/" 2>/dev/null &&
  chroot "$root" update-ca-certificates >/dev/null 2>&1 || true

user=root home=/root
if [[ -n $as_user ]]; then
  user=stranger home=/home/stranger
  chroot "$root" useradd --create-home --shell /bin/bash "$user"
  printf '%s ALL=(ALL) NOPASSWD: ALL\n' "$user" >"$root/etc/sudoers.d/$user"
fi
git clone -q --no-hardlinks "$here" "$root$home/vedette"
chroot "$root" chown -R "$user:" "$home/vedette"

printf 'In it, as %s: %s\n' "$user" "$command"
# Namespaces of its own: what is mounted goes, and what is still running ends, when this ends.
inside='root=$1 user=$2 home=$3 command=$4
  mount --make-rprivate / && mount -t proc proc "$root/proc" || exit 2
  mount --rbind /dev "$root/dev" || exit 2
  exec chroot "$root" setpriv --reuid "$user" --regid "$user" --init-groups \
    env -i HOME="$home" USER="$user" TERM=dumb LANG=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    ${VEDETTE_JOBS:+"VEDETTE_JOBS=$VEDETTE_JOBS"} bash -c "cd ~/vedette && $command"'
began=$SECONDS code=0
unshare --mount --pid --fork --kill-child bash -c "$inside" _ "$root" "$user" "$home" "$command" \
  </dev/null || code=$?
printf 'fresh Debian %s, as %s: exit code %d after %d s\n' "$suite" "$user" "$code" \
  $((SECONDS - began))
exit "$code"
