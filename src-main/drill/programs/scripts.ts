import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { ServerPaths } from '../paths.ts'
import { ASK_PROGRAM } from './ask.ts'

/** Answered by the simulated server itself. */
const ASKED = [
  'carbonio',
  'systemd-run',
  'zmcontrol',
  'zmlocalconfig',
  'zmmailbox',
  'zmprov',
  'systemctl',
  'ss',
  'findmnt',
  'lsblk',
  'df',
  'chown',
  'mount',
  'umount',
  'blockdev',
  'nft',
  'nc',
  'postqueue',
  'postsuper',
]

/** What would change this computer: written down, and nothing is done. */
const RECORDED = (
  'iptables ip6tables iptables-restore iptables-save ufw firewall-cmd reboot shutdown poweroff halt ' +
  'fsck mkfs mdadm losetup sshfs exportfs at atrm batch crontab service useradd userdel usermod groupadd passwd ' +
  'apt apt-get dpkg yum dnf rpm smartctl sysctl swapoff swapon parted sgdisk wipefs chattr lvremove lvcreate postconf'
).split(' ')

const ASK = '#!/bin/sh\nexec "$LIFEBOAT_DRILL_NODE" "$LIFEBOAT_DRILL_ROOT/lib/ask.cjs" NAME "$@"\n'

/** The home, the numbers and the groups of the simulated users. */
const USERS = `
account() {
  case "$1" in
    root|0) echo "root:x:0:0:root:$LIFEBOAT_DRILL_ROOT/home/root:/bin/sh" ;;
    zextras|998) echo "zextras:x:998:998:Zextras:$LIFEBOAT_DRILL_ROOT/opt/zextras:/bin/sh" ;;
    admin|1000) echo "admin:x:1000:1000:Administrator:$LIFEBOAT_DRILL_ROOT/home/admin:/bin/sh" ;;
    operator|1001) echo "operator:x:1001:1001:Operator:$LIFEBOAT_DRILL_ROOT/home/operator:/bin/sh" ;;
    *) return 1 ;;
  esac
}
`

const BECOME = `
become() {
  line=$(account "$1") || { echo "$0: user $1 does not exist" >&2; exit 1; }
  LIFEBOAT_DRILL_USER=\${line%%:*}; USER=$LIFEBOAT_DRILL_USER; LOGNAME=$USER
  home=\${line%:*}; HOME=\${home##*:}
  export LIFEBOAT_DRILL_USER USER LOGNAME HOME
}
check_password() {
  IFS= read -r given || given=
  [ "$given" = "$(cat "$LIFEBOAT_DRILL_ROOT/../state/password")" ]
}
`

const SUDO = `#!/bin/sh
# Simulated: changes who the other stand-ins think you are, nothing else.
${USERS}${BECOME}
target=root; ask=yes; stdin=no; prompt='[sudo] password: '
while [ $# -gt 0 ]; do
  case "$1" in
    -n|--non-interactive) ask=no ;;
    -S|--stdin) stdin=yes ;;
    -p|--prompt) prompt=$2; shift ;;
    -u|--user) target=$2; shift ;;
    -v|-k|-l) target=; ;;
    --) shift; break ;;
    -*) ;;
    *) break ;;
  esac
  shift
done
case "$LIFEBOAT_DRILL_USER" in
  root|admin) ;;
  operator)
    if [ "$ask" = no ] || [ "$stdin" = no ]; then echo 'sudo: a password is required' >&2; exit 1; fi
    printf %s "$prompt" >&2
    if ! check_password; then
      echo 'Sorry, try again.' >&2; printf %s "$prompt" >&2
      check_password || { echo 'sudo: 2 incorrect password attempts' >&2; exit 1; }
    fi ;;
  *) echo "$LIFEBOAT_DRILL_USER is not in the sudoers file." >&2; exit 1 ;;
esac
[ -n "$target" ] || exit 0
become "$target"
[ $# -gt 0 ] || set -- sh
exec "$@"
`

const SU = `#!/bin/sh
# Simulated: changes who the other stand-ins think you are, nothing else.
${USERS}${BECOME}
target=root; command=
while [ $# -gt 0 ]; do
  case "$1" in
    -c|--command) command=$2; shift ;;
    -s|--shell) shift ;;
    -|-l|--login|-m|-p) ;;
    -*) ;;
    *) target=$1 ;;
  esac
  shift
done
if [ "$LIFEBOAT_DRILL_USER" != root ]; then
  printf 'Password: ' >&2
  check_password || { echo 'su: Authentication failure' >&2; exit 1; }
fi
become "$target"
cd "$HOME" 2>/dev/null
if [ -n "$command" ]; then exec sh -c "$command"; fi
exec sh
`

const ID = `#!/bin/sh
${USERS}
what=
while [ $# -gt 0 ]; do case "$1" in -*) what=$what\${1#-} ;; *) name=$1 ;; esac; shift; done
line=$(account "\${name:-$LIFEBOAT_DRILL_USER}") || { echo "id: '$name': no such user" >&2; exit 1; }
user=\${line%%:*}; number=$(echo "$line" | cut -d: -f3)
case "$what" in
  u|ur|g|gr|G) echo "$number" ;;
  *n*) echo "$user" ;;
  *) echo "uid=$number($user) gid=$number($user) groups=$number($user)" ;;
esac
`

const GETENT = `#!/bin/sh
${USERS}
[ "$1" = passwd ] || [ "$1" = group ] || exec /usr/bin/getent "$@"
[ -n "$2" ] || set -- "$1" root zextras admin operator
base=$1; shift
for name; do
  line=$(account "$name") || exit 2
  if [ "$base" = group ]; then echo "\${line%%:*}:x:$(echo "$line" | cut -d: -f4):"; else echo "$line"; fi
done
`

const STAT = `#!/bin/sh
# Owners and sizes of the simulated disk come from the simulation, everything else from the real file.
case " $* " in *%U*|*%G*|*%u*|*%g*|*" -f "*|*" -fc "*) ;; *) exec /usr/bin/stat "$@" ;; esac
${ASK.replace('#!/bin/sh\n', '').replace('NAME', 'stat')}`

const FIND = `#!/bin/sh
# What zextras can read comes from the simulation, everything else from the real files.
case " $* " in *" -readable "*) ;; *) exec /usr/bin/find "$@" ;; esac
${ASK.replace('#!/bin/sh\n', '').replace('NAME', 'find')}`

const DPKG_QUERY = `#!/bin/sh
printf 'ii \\tcarbonio-core\\t24.12.0-0drill\\nii \\tcarbonio-appserver-service\\t24.12.0-0drill\\nii \\tcarbonio-advanced\\t24.12.0-0drill\\n'
`

const HOSTNAME = '#!/bin/sh\ncat "$LIFEBOAT_DRILL_ROOT/etc/hostname"\n'
const WHOAMI = '#!/bin/sh\necho "$LIFEBOAT_DRILL_USER"\n'

/** Writes `bin/` and `lib/` of a simulated server. Old ones are replaced, so that a newer Lifeboat brings its own. */
export function writePrograms(paths: ServerPaths): void {
  const programs: Record<string, string> = {
    sudo: SUDO,
    su: SU,
    id: ID,
    getent: GETENT,
    stat: STAT,
    find: FIND,
    'dpkg-query': DPKG_QUERY,
    hostname: HOSTNAME,
    whoami: WHOAMI,
  }
  for (const name of ASKED) programs[name] = ASK.replace('NAME', name)
  for (const name of RECORDED) programs[name] = ASK.replace('NAME', `recorded ${name}`)
  for (const [name, text] of Object.entries(programs)) {
    write(join(paths.bin, name), text)
    if (['carbonio', 'zmcontrol', 'zmlocalconfig', 'zmmailbox', 'zmprov'].includes(name))
      write(join(paths.zextras, 'bin', name), text)
  }
  write(join(paths.root, 'lib/ask.cjs'), ASK_PROGRAM)
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  chmodSync(file, 0o755)
}
