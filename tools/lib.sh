# What the scripts here share: words to the reader, places, and how a missing package is installed.
# Sourced from the repository's root, not run.
# shellcheck shell=sh disable=SC2034

cache=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/latchkey
tools=${LATCHKEY_TOOLS:-$cache/tools}
target=${CARGO_TARGET_DIR:-$PWD/target}

# The server's packages with the features its tests ask of them, so that `make build` and `make test` compile each
# dependency once: naming --examples makes cargo count the dev-dependencies in, though there is no example.
server_packages="--release --workspace --exclude frontend"
server_targets="--bins --examples"

# Cargo.lock may follow a changed Cargo.toml on a desk, not in CI.
locked=
[ -z "${CI:-}" ] || locked=--locked

say() { printf '==> %s\n' "$*" >&2; }

# One sentence that says what is missing and how to get it.
fail() {
    printf '\nStopped: %s\n' "$*" >&2
    exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

# Installs Debian packages where that is possible without asking for a password; otherwise fails quietly.
apt_install() {
    have apt-get || return 1
    [ "$(id -u)" = 0 ] || { have sudo && sudo -n true 2>/dev/null; } || return 1
    as_root apt-get update -qq >&2 || say "apt-get update failed; trying with the lists that are there"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2
}
