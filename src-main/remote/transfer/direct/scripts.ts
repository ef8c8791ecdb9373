/**
 * What runs on the two servers of a direct copy: constant texts for `sh`; everything that varies is an argument. None of
 * them goes on for long when the connection from this computer is gone: its input is the leash.
 */

/** Its name becomes part of a line of authorized_keys: nothing that would have to be quoted there. */
const FOLDER = `
case \${TMPDIR:=/tmp} in *[!A-Za-z0-9_./-]*) TMPDIR=/tmp ;; esac
d=$(mktemp -d "$TMPDIR/lifeboat-direct.XXXXXXXXXX") || exit 1
`

/**
 * A folder on the old server for this run; says it and the socket of the agent. A sign each minute keeps it. $1: the line for
 * known_hosts; $2: the folder that an earlier one of this run may have left.
 */
export const HOLD_SOURCE = `
umask 077
command -v ssh >/dev/null 2>&1 || { printf 'nossh\\0'; exit 0; }
${FOLDER}
trap 'rm -rf -- "$d"' EXIT
trap 'exit 1' HUP INT TERM
case $2 in */lifeboat-direct.*) rm -rf -- "$2" ;; esac
printf '%s\\n' "$1" > "$d/known_hosts" && mkfifo -- "$d/out" || exit 1
printf 'socket %s\\0folder %s\\0' "$SSH_AUTH_SOCK" "$d"
if command -v timeout >/dev/null 2>&1; then
  while [ -n "$(timeout 300 head -c 1)" ]; do :; done
else
  cat >/dev/null
fi
`

/**
 * A folder on the new server: the pipe that the bytes come through, and what the key may run. At the end the key goes out
 * of authorized_keys, and old ones of copies that could not clear up go with it. $1: the mark of this run;
 * $2: which one of this run it is; $3: the folder that an earlier one may have left.
 */
export const HOLD_TARGET = `
umask 077
mark=$1; turn=$2
f="$HOME/.ssh/authorized_keys"
[ -L "$f" ] && f=$(readlink -f -- "$f")
${FOLDER}
made=
[ -d "$HOME/.ssh" ] || made=folder
[ -n "$made" ] || [ -e "$f" ] || made=file
away() {
  trap '' HUP INT TERM PIPE
  if [ -f "$f" ]; then
    if cp -p -- "$f" "$f.$mark" && awk -v now="$(date +%s)" -v mark="$mark" -v turn="$turn" '
      { split($NF, part, "-") }
      $NF ~ /^lifeboat-direct-[0-9a-f]+-[0-9]+-[0-9]+$/ &&
        (part[3] == mark && part[4] + 0 <= turn + 0 || part[5] + 0 < now + 0) { next }
      { print }' "$f" > "$f.$mark"
    then mv -f -- "$f.$mark" "$f" && printf 'cleared\\0'; else rm -f -- "$f.$mark"; fi
    if [ -n "$made" ] && [ -f "$f" ] && [ ! -s "$f" ]; then rm -f -- "$f"; fi
    [ "$made" = folder ] && rmdir -- "$HOME/.ssh" 2>/dev/null
  fi
  # Whoever waits to write into the pipe is let go.
  { exec 4<>"$d/in"; } 2>/dev/null
  exec 4>&-
  rm -rf -- "$d"
}
trap away EXIT
case $3 in */lifeboat-direct.*) rm -rf -- "$3" ;; esac
trap 'exit 1' HUP INT TERM
mkfifo -- "$d/in" || exit 1
cat > "$d/run" <<'END'
d=$(dirname -- "$0")
if [ "$SSH_ORIGINAL_COMMAND" = hello ]; then
  printf 'lifeboat %s\\n' "$SSH_CONNECTION"
  exit 0
fi
exec cat > "$d/in"
END
printf 'folder %s\\0' "$d"
if command -v timeout >/dev/null 2>&1; then
  while [ -n "$(timeout 300 head -c 1)" ]; do :; done
else
  cat >/dev/null
fi
`

/**
 * Lets the key in for a while, or for a while longer. $1: public key; $2: mark; $3: seconds; $4: the only address it may come
 * from, or nothing; $5: the folder; $6: which one of this run it is.
 */
export const LET_IN = `
umask 077
now=$(date +%s)
end=$((now + $3))
till=$(date -d "@$end" +%Y%m%d%H%M%S 2>/dev/null) || { printf 'notime\\0'; exit 0; }
f="$HOME/.ssh/authorized_keys"
[ -d "$HOME/.ssh" ] || mkdir -- "$HOME/.ssh" || exit 1
[ -L "$f" ] && f=$(readlink -f -- "$f")
# A link to /dev/null is a way to let nobody in: neither it nor the device is replaced.
[ -f "$f" ] || [ ! -e "$f" ] || { echo "authorized_keys is no regular file" >&2; exit 1; }
[ -e "$f" ] || : > "$f" || exit 1
from=
[ -z "$4" ] || from="from=\\"$4\\","
cp -p -- "$f" "$f.$2" || exit 1
awk -v now="$now" -v mark="$2" '
  { split($NF, part, "-") }
  $NF ~ /^lifeboat-direct-[0-9a-f]+-[0-9]+-[0-9]+$/ && (part[3] == mark || part[5] + 0 < now + 0) { next }
  { print }' "$f" > "$f.$2" &&
printf 'restrict,expiry-time="%s",%scommand="sh %s/run" %s lifeboat-direct-%s-%s-%s\\n' "$till" "$from" "$5" "$1" "$2" "$6" "$end" >> "$f.$2" &&
mv -f -- "$f.$2" "$f" || { rm -f -- "$f.$2"; exit 1; }
printf 'in\\0'
`

/**
 * Reads the listed files and hands them to ssh. $1: folder; $2: root; $3: bytes of the list; $4: blocks that go out together;
 * then ssh with its arguments. It says how ssh ended and waits to be let go.
 */
export const SEND = `
LC_ALL=C; export LC_ALL
d=$1; root=$2; blocks=$4
head -c "$3" > "$d/list" || exit 9
shift 4
{
  t=; s=; trap '' PIPE
  trap 'kill $t $s 2>/dev/null; exit 1' TERM
  tar -C "$root" --no-recursion --null --format=gnu --hard-dereference --ignore-failed-read -b "$blocks" -T "$d/list" -cf - > "$d/out" & t=$!
  "$@" < "$d/out" & s=$!
  wait "$s"; c=$?
  kill "$t" 2>/dev/null
  printf 'code %s\\0' "$c"
} </dev/null & work=$!
cat >/dev/null
kill "$work" 2>/dev/null
exit 0
`

/**
 * Unpacks what comes through the pipe into a folder of its own, reads everything back, and gives names to what is right;
 * their numbers are the answer. $1: the folder; $2: the root; $3: the folder with the pipe; $4: bytes of the list;
 * $5: perl or sh; $6: its text; $7: uid:gid or nothing. It says when it is done and waits to be let go.
 */
export const RECEIVE = `
LC_ALL=C; export LC_ALL
umask 077
dir=$1
mkdir -p -- "$dir/f" && cd -- "$dir" || exit 1
head -c "$4" > names || exit 9
{
  t=; trap '' PIPE
  trap 'kill $t 2>/dev/null; cd /; rm -rf -- "$dir"; exit 1' TERM
  umask 000
  tar -C f -x -v -o -f - < "$3/in" & t=$!
  wait "$t"; c=$?
  umask 077
  printf '\\0received %s\\0' "$c"
  if [ "$5" = perl ]; then perl -e "$6" "$2" "$7" < names & t=$!
  else xargs -0 -n 100 sh -c "$6" sh "$2" "$7" < names & t=$!; fi
  wait "$t"; c=$?
  cd / && rm -rf -- "$dir"
  printf 'done %s\\0' "$c"
} </dev/null & work=$!
cat >/dev/null
kill "$work" 2>/dev/null
exit 0
`

/**
 * Records: number, kind, size, hash in hex, time with its fraction or `-`, path, with a blank between and NUL behind. The kind is `s` for the SHA-256 of the
 * file, else the bits of the hash over what is in the gzip. Nothing may follow the gzip, nothing but a regular file counts.
 */
export const JUDGE_PERL = String.raw`
use Digest::SHA; use Compress::Zlib;
my ($root, $owner) = @ARGV; my $bad = 0; $| = 1;
my $fine = eval { require Time::HiRes; defined &Time::HiRes::utime };
sub file { my ($name) = @_; my $d = Digest::SHA->new(256); open(my $h, "<", $name) or return ""; binmode $h;
  while (read($h, my $piece, 1 << 18)) { $d->add($piece) } return $d->hexdigest }
sub content { my ($name, $bits) = @_; my $d = Digest::SHA->new($bits); open(my $h, "<", $name) or return ""; binmode $h;
  my ($z) = inflateInit(-WindowBits => WANT_GZIP); my $end = 0;
  while (read($h, my $piece, 1 << 14)) { return "" if $end;
    my ($out, $state) = $z->inflate($piece); $d->add($out) if defined $out;
    if ($state == Z_STREAM_END) { return "" if length $piece; $end = 1 } elsif ($state != Z_OK) { return "" } }
  return $end ? $d->hexdigest : "" }
$/ = "\0"; binmode STDIN; binmode STDOUT;
while (defined(my $record = <STDIN>)) { chomp $record;
  my ($number, $kind, $size, $hex, $time, $path) = split / /, $record, 6; my $name = "f/$path";
  my @stat = lstat $name; next unless @stat && -f _ && $stat[7] == $size;
  next unless ($kind eq "s" ? file($name) : content($name, $kind)) eq $hex;
  chmod(($stat[2] & 0777) | 0600, $name) or next;
  if ($owner =~ /^(\d+):(\d+)$/) { chown($1, $2, $name) or next }
  if ($fine && $time ne "-" && int($time) == $stat[9]) { eval { Time::HiRes::utime($time, $time, $name) } }
  if (rename($name, "$root/$path")) { print "$number\0" } else { print STDERR "$path: $!\n"; $bad = 3 } }
exit $bad;
`

/** The same where perl or its modules are not there. */
export const JUDGE_SH = String.raw`
root=$1; owner=$2; shift 2; bad=0
for record; do
  number=${'${record%% *}'}; record=${'${record#* }'}
  kind=${'${record%% *}'}; record=${'${record#* }'}
  size=${'${record%% *}'}; record=${'${record#* }'}
  hex=${'${record%% *}'}; record=${'${record#* }'}
  time=${'${record%% *}'}; path=${'${record#* }'}
  name="f/$path"
  [ -f "$name" ] && [ ! -L "$name" ] && [ "$(stat -c %s -- "$name")" = "$size" ] || continue
  if [ "$kind" = s ]; then sum=$(sha256sum < "$name")
  else sum=$({ gzip -dc < "$name" || echo wrong; } 2>/dev/null | "sha${'${kind}'}sum"); fi
  [ "${'${sum%% *}'}" = "$hex" ] || continue
  chmod u+rw,u-s,g-s,o-t -- "$name" || continue
  if [ -n "$owner" ]; then chown -- "$owner" "$name" || continue; fi
  [ "$(stat -c %Y -- "$name")" = "${'${time%.*}'}" ] && touch -c -d "@$time" -- "$name" 2>/dev/null
  if mv -f -- "$name" "$root/$path"; then printf '%s\0' "$number"; else bad=3; fi
done
exit $bad
`

/** Whether the old server can send and reach, without a trace: nobody is let in. $1 to the end: ssh with its arguments. */
export const CAN_REACH = `
command -v ssh >/dev/null 2>&1 || { printf 'nossh\\0'; exit 0; }
case "$(tar --version 2>/dev/null)" in *'GNU tar'*) ;; *) printf 'notar\\0'; exit 0 ;; esac
said=$("$@" </dev/null 2>&1 >/dev/null)
printf 'said %s\\0' "$said"
`
