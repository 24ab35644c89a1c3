# What the scripts here share: words to the reader, places, and how a missing package is installed.
# Sourced from the repository's root, not run.
# shellcheck shell=sh disable=SC2034

cache=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/latchkey
tools=${LATCHKEY_TOOLS:-$cache/tools}
target=${CARGO_TARGET_DIR:-$PWD/target}

# This machine's kind of code. Naming it keeps the flags of server/release.toml away from macros and build scripts, which
# page and server then share.
host=$(rustc -vV 2>/dev/null | sed -n 's/^host: //p')
server_flags="--release --target $host --config server/release.toml"
built=$target/$host/release

# What came out of each fault; the tests write it beside the program that they ran.
faults=$target/$host/reports/faults.jsonl

# What is checked and tested. `make build` builds the program alone, of the same dependencies with the same features, so
# that each is compiled once; where a feature differs, Cargo.toml says so beside the dependency.
server_packages="$server_flags --workspace --exclude frontend --exclude bindgen"

# Tests' own code is not optimised; a wrapper of the reader's goes before this one.
export RUSTC_WRAPPER="${RUSTC_WRAPPER:-$PWD/tools/rustc-tests}"

# The page, in the same profile with what frontend/release.toml changes.
page_package="--release --config frontend/release.toml --package frontend --target wasm32-unknown-unknown"

# The program that makes the page's glue: compiled once, run for a second, and of the same macros as the rest.
bindgen_package="--release --config profile.release.opt-level=0 --package bindgen --target $host"

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
# Another program may hold the package manager's lock, as a fresh machine's own updates do: wait for it.
wait_for_lock="-o DPkg::Lock::Timeout=600"
apt_install() {
    have apt-get || return 1
    [ "$(id -u)" = 0 ] || { have sudo && sudo -n true 2>/dev/null; } || return 1
    as_root apt-get $wait_for_lock update -qq >&2 || say "apt-get update failed; trying with the lists that are there"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get $wait_for_lock install -y -qq --no-install-recommends "$@" >&2
}
