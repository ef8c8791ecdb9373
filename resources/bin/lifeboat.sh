#!/bin/sh
# `lifeboat …` in a terminal: the installed app's own program, without a window when a command is given.
# A bare word is a command (`lifeboat index /mnt/backup`), a path opens the window (`lifeboat ./backup`).
here=$(dirname "$(readlink -f "$0")")
for app in "$here/lifeboat-app" "$here/../../MacOS/Lifeboat" /opt/Lifeboat/lifeboat-app; do
  [ -x "$app" ] && break
done
case "${1-}" in
'' | */* | --data=*) exec "$app" "$@" ;;
esac
# a command starts no page, so there is nothing to keep in a sandbox (which root could not have);
# behind `--` nothing is taken for a switch of Chromium
exec "$app" --no-sandbox --no-zygote --log-level=3 --terminal -- "$@"
