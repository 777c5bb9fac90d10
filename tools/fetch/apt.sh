# shellcheck shell=sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Shared by fetch and fetch-parts, which read it with `.`: packages of any suite and
# architecture through apt, as an ordinary user, without touching the system's own
# package lists. They have say(), and $work, which is set here
# and is theirs to remove.

# The system's own Debian mirror. Without downloaded lists apt does not know
# an archive's origin; then the release's own name must do.
mirror() {
    if [ -n "${THOLE_MIRROR:-}" ]; then
        printf '%s\n' "$THOLE_MIRROR"
        return
    fi
    # shellcheck disable=SC1091
    codename=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-none}")
    for option in --release-info --no-release-info; do
        # shellcheck disable=SC2016
        apt-get indextargets "$option" --format '$(SITE) $(RELEASE) $(ORIGIN)' \
            'Created-By: Packages' 'Component: main'
    done |
        grep -E -e '^[^ ]+ [a-z]+ Debian$' -e "/debian/? $codename "'(\$\(ORIGIN\))?$' |
        cut -d ' ' -f 1 | head -n 1
}

# apt in a private folder, as an ordinary user.
private_apt() { # apt-get|apt-cache ARGUMENTS
    command=$1
    shift
    (cd "$work" && APT_CONFIG="$work/apt.conf" "$command" -q -o Dir::Etc::SourceList="$work/sources.list" \
        -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists="$work/lists" \
        -o Dir::State::status="$work/status" -o Dir::Cache="$work/cache" \
        -o Acquire::Languages=none -o Acquire::Retries=3 \
        -o APT::Sandbox::User="$(id -un)" "$@") 2>> "$work/log"
}

# Fetches the lists of a suite; says so if the mirror does not give them.
update_private() { # SUITE
    private_apt apt-get -o APT::Update::Error-Mode=any update >> "$work/log" && return 0
    say "$address does not give the packages of $1, or cannot be reached:"
    sed -n '/Some index files/d; s/^[EW]: */    /p' "$work/log" | head -n 2 >&2
    say "Another mirror can be given as THOLE_MIRROR=http://.../debian in the environment."
    return 1
}

# prepare_apt WHAT ARCHITECTURE: sets $work, $keyring and $address, or says why not.
prepare_apt() {
    keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    if ! command -v apt-get > /dev/null; then
        say "$1 is not in the cache, and without apt it cannot be fetched."
        return 1
    fi
    if [ ! -r "$keyring" ]; then
        say "$1 is not in the cache; to fetch it install debian-archive-keyring."
        return 1
    fi
    address=$(mirror)
    if [ -z "$address" ]; then
        say "$1 is not in the cache, and apt's configuration names no Debian mirror."
        say "Give one: THOLE_MIRROR=http://.../debian in the environment."
        return 1
    fi
    # apt does not take a path with spaces; the cache may have one.
    work=$(mktemp -d)
    mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
    : > "$work/status"
    printf 'APT::Architecture "%s";\nAPT::Architectures { "%s"; };\n' "$2" "$2" > "$work/apt.conf"
}
