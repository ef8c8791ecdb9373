"""Lets every read of some files hang (fanotify permission events that nobody answers), as a dying disk does.
usage: hang-reads.py FILE...      prints `ready`, hangs until its standard input is closed; needs root
"""
import ctypes
import os
import sys

FAN_CLASS_CONTENT = 0x4
FAN_CLOEXEC = 0x1
FAN_MARK_ADD = 0x1
FAN_ACCESS_PERM = 0x20000
AT_FDCWD = -100

libc = ctypes.CDLL("libc.so.6", use_errno=True)
group = libc.fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC, os.O_RDONLY)
if group < 0:
    sys.exit(os.strerror(ctypes.get_errno()))
for path in sys.argv[1:]:
    mask = ctypes.c_uint64(FAN_ACCESS_PERM)
    if libc.fanotify_mark(group, FAN_MARK_ADD, mask, AT_FDCWD, path.encode()) < 0:
        sys.exit(os.strerror(ctypes.get_errno()))
print("ready", flush=True)
sys.stdin.read()
