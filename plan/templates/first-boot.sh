#!/bin/sh
# Made by Understudy. Runs once, when this instance first starts: makes its volumes ready, which are
# attached only once the cloud says that it runs, then runs its commands. Where one of these fails
# it says so on the console, and the instance does not report that it is ready.
set -u
root=${UNDERSTUDY_ROOT-}

say() {
    echo "understudy: $*"
}

fail() {
    say "first boot FAILED: $*"
    # cloud-init's own sign that phone_home was done, so that it is not.
    signs=$root/var/lib/cloud/instance/sem
    mkdir -p "$signs" && : >"$signs/config_phone_home"
    exit 1
}

# The device of a volume. A virtio disk has the first 20 characters of the volume's id as its serial
# number; a SCSI disk has all of it in its name under by-id.
device() {
    short=$(printf '%.20s' "$1")
    for disk in "$root"/sys/block/*; do
        serial=
        [ -r "$disk/serial" ] && read -r serial <"$disk/serial"
        if [ "$serial" = "$short" ]; then
            echo "$root/dev/${disk##*/}"
            return
        fi
    done
    for link in "$root"/dev/disk/by-id/*"$short"*; do
        case $link in
        *-part[0-9]*) ;;
        *) [ -e "$link" ] && readlink -f "$link" && return ;;
        esac
    done
    return 1
}

# volume ID MOUNT FILE_SYSTEM: waits until it is attached, makes a file system where there is nothing
# at all on it, and mounts it where a mount point is named.
volume() {
    waited=0
    until disk=$(device "$1"); do
        [ "$waited" -lt 600 ] || fail "volume $1 is not attached after $waited s"
        sleep 2
        waited=$((waited + 2))
    done
    say "volume $1 is $disk"
    blkid -p "$disk" >/dev/null 2>&1
    case $? in
    0) ;;
    2)
        case $3 in
        ext*) force=-F ;;
        xfs | btrfs) force=-f ;;
        *) force= ;;
        esac
        mkfs -t "$3" $force "$disk" || fail "no file system $3 could be made on volume $1"
        ;;
    *) fail "what is on volume $1 could not be found out" ;;
    esac
    [ -n "$2" ] || return 0
    uuid=$(blkid -p -o value -s UUID "$disk")
    [ -n "$uuid" ] || fail "there is something on volume $1 that can't be mounted"
    point=$(printf '%s' "$2" | sed 's/\\/\\134/g; s/ /\\040/g; s/	/\\011/g')
    grep -q "^UUID=$uuid " "$root/etc/fstab" ||
        printf 'UUID=%s %s auto defaults,nofail 0 2\n' "$uuid" "$point" >>"$root/etc/fstab"
    mkdir -p "$root$2" || fail "$2 could not be made to mount volume $1 on"
    mountpoint -q "$root$2" || mount "$root$2" || fail "volume $1 could not be mounted on $2"
}
{% for volume in volumes %}
volume {{ volume.id }} {{ volume.mount }} {{ volume.file_system }}
{%- endfor %}

for command in "$root"/var/lib/understudy/first-boot.d/[0-9]*; do
    [ -e "$command" ] || continue
    say "command ${command##*/}"
    sh -e "$command" </dev/null || fail "command ${command##*/} ended with $?; it is $command"
done
say "first boot done"
