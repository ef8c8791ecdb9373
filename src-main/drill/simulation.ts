/** The one sentence by which everything of a drill says what it is. */
export const SIMULATION_NOTE = 'Simulated by Lifeboat for a rehearsal; Carbonio itself is not installed here.'

/** SIMULATION.txt at the top of a drill. */
export const SIMULATION_TEXT = `THIS IS A SIMULATION

Lifeboat made this folder for rehearsals (\`lifeboat drill\`). There is no Carbonio in it, no real mail and no real
person: the backup is synthetic, and the \`carbonio\` command is a stand-in written by the authors of Lifeboat from
public documentation. What it does right here proves nothing about a real server; it lets people practise the steps.

How it works
- old/root and new/root are the file systems of two simulated servers. They are plain folders of this computer.
- Both are reached over SSH on 127.0.0.1 only, with the key, passwords and host keys in access/ (mode 0600).
- Commands run in this computer's own sh, as the user who started the drill, with root/bin first in PATH. That is a
  separate environment, not a jail: who has the key can do what this user can do.
- /opt/zextras, /opt/zimbra, /mnt, /media, /etc/os-release, /etc/fstab, /etc/timezone and /proc/mdstat in a command
  mean the same path inside root/. What the commands print are the paths inside root/, as they really are.
- systemctl, systemd-run, mount, umount, firewalls, file system checks, reboots and the like are stand-ins that change nothing on
  this computer; what they were asked is in state/commands.log.
- mailboxes are in root/opt/zextras/store: one folder for each account, <id>.msg for each message, index.ndjson for all items.
- notifications/ holds the mails that a server would have sent.

Removing this folder removes the drill.
`
