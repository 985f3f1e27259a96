"""Processes, signals, files, memory: harm to the machine, the grader, and the students who come after."""

# ruff: noqa: E501 - an attack per line reads as a table

from __future__ import annotations

from typing import Any

from .attack import HONEST, Attack


def harm(
    name: str,
    body: str = "return zeros(mu)",
    at_import: str = "",
    witness: str = "judge: dies",
    wall: str = "fresh worker",
    **options: Any,
) -> Attack:
    """An attack that is after harm."""
    return Attack(name, body, at_import, "harm", wall, witness, **options)


def filtered(name: str, body: str, **options: Any) -> Attack:
    """An attack that the system call filter refuses, and that says so where it is not refused."""
    return harm(name, body + "\nreturn zeros(mu)", **{"witness": "judge: bites", "wall": "filter", **options})


def endless(name: str, body: str = "return zeros(mu)", at_import: str = "", seconds: float = 0.5, **options: Any) -> Attack:
    """An attack that does not end."""
    return harm(name, body, at_import, "judge: hangs", "time", seconds=seconds, **options)


def greedy(name: str, body: str, **options: Any) -> Attack:
    """An attack that takes all memory."""
    return harm(name, body, witness="judge: swells", wall="limits", **options)


ATTACKS = [
    filtered("fork", "try:\n    if os.fork() == 0:\n        while True: time.sleep(1)\n    bite('a child')\nexcept OSError: pass"),
    filtered("fork bomb", "for _ in range(30):\n    try:\n        if os.fork() == 0: time.sleep(30)\n        bite('a child')\n    except OSError: break", seconds=1.5),
    filtered("daemon", "try:\n    if os.fork() == 0:\n        os.setsid()\n        if os.fork() == 0:\n            bite('a daemon'); time.sleep(1000)\n        os._exit(0)\n    os.wait()\nexcept OSError: pass"),
    harm("exec", "os.execv(SHELL, ['sh', '-c', 'echo CANARY > %sexec' % MEET])", witness="judge: leaves hostile-exec", wall="filter"),
    filtered("subprocess", "import subprocess\ntry: subprocess.Popen(['sleep', '1000']); bite('a program')\nexcept OSError: pass"),
    filtered("multiprocessing", "import multiprocessing\ntry: multiprocessing.Process(target=time.sleep, args=(1000,), daemon=True).start(); bite('a process')\nexcept OSError: pass"),
    filtered("three hundred threads", "threading.stack_size(2**17)\nk = 0\nwhile k < 300:\n    try: threading.Thread(target=time.sleep, args=(1000,), daemon=True).start(); k += 1\n    except RuntimeError: break\nelse: bite('three hundred threads')", wall="limits"),
    harm("thread that edits results", "threading.Thread(target=lambda: [setattr(torch, 'zeros', None) or time.sleep(0.01) for _ in range(100)], daemon=True).start()\nreturn zeros(mu)", witness="judge: raises"),
    harm("exit", "os._exit(0)"),
    harm("abort", "os.abort()"),
    harm("segmentation fault", "ctypes.string_at(0)"),
    harm("stops itself", "os.kill(os.getpid(), 19); time.sleep(100)", witness="judge: hangs", wall="time", seconds=0.5),
    harm("kills itself", "os.kill(os.getpid(), 9); time.sleep(100)", seconds=0.5),
    harm("signals to everybody", "for p in VICTIMS:\n    for s in (19, 15, 2, 9):\n        try:\n            if p != os.getpid(): os.kill(p, s)\n        except OSError: pass\nreturn zeros(mu)", witness="judge: harms the victim", wall="namespaces"),
    harm("signals to groups", "for p in VICTIMS:\n    for s in (19, 9):\n        try: os.killpg(os.getpgid(p) if p > 1 else p, s)\n        except OSError: pass\nreturn zeros(mu)", witness="judge: harms the victim", wall="namespaces"),
    filtered("traces and limits others", "libc = ctypes.CDLL(None)\nfor p in VICTIMS:\n    if p > 1 and not libc.prlimit(p, 7, (ctypes.c_ulong * 2)(0, 0), None): bite('limits')\n    if p > 1 and not libc.ptrace(16, p, 0, 0): bite('trace')"),
    endless("endless loop", "while True: pass"),
    endless("endless loop that ignores signals", "for s in range(1, 32):\n    try: signal.signal(s, signal.SIG_IGN)\n    except OSError: pass\nwhile True: pass"),
    endless("endless loop that swallows everything", "while True:\n    try:\n        while True: pass\n    except BaseException: pass"),
    endless("sleeps", "time.sleep(1000)"),
    endless("sleeps at import", at_import="time.sleep(1000)", seconds=6.0),
    endless("loop in a decorator", at_import="def forever(f):\n    while True: pass\n@forever\ndef g(): pass", seconds=6.0),
    endless("sleeps inside C with all signals blocked", "signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\nlibc = ctypes.PyDLL(None)\nwhile True: libc.usleep(900_000)"),
    endless("sorts by a comparison that never ends", "class H:\n    def __lt__(s, o):\n        while True: pass\nsorted([H(), H()])"),
    endless("catastrophic regular expression", "import re\nre.match('(a+)+$', 'a' * 60 + 'b')"),
    endless("integer without end", "return 10 ** 10 ** 10"),
    endless("locks held for ever", "lock = threading.Lock(); lock.acquire(); lock.acquire()"),
    endless("import lock held", "name = 'stringprep'\nheld = sys.modules['_frozen_importlib']._get_module_lock(name)\nt = threading.Thread(target=held.acquire); t.start(); t.join()\nimport stringprep\nreturn zeros(mu)"),
    harm("exit at import", HONEST, "sys.exit(0)", "judge: raises SystemExit", "loader", most=99),
    harm("hard exit at import", HONEST, "os._exit(0)", "judge: dies", "loader", most=99),
    harm("crash at import", HONEST, "ctypes.string_at(0)", "judge: dies", "loader", most=99),
    harm("input at import and in calls", "input()\nreturn zeros(mu)", "input()", "judge: raises EOFError", "loader"),
    harm("input is harmless", HONEST, "try: input()\nexcept EOFError: effect()", "judge: bites effect", "loader", most=99),
    greedy("tensor of hundreds of gigabytes", "torch.ones(10**11)\nreturn zeros(mu)"),
    greedy("list without end", "x = []\nwhile True: x.append(bytearray(10**7))", seconds=1.5),
    greedy("string without end", "x = 'a'\nwhile True: x += x", seconds=1.5),
    harm("recursion", "return gaussian_kl(mu, logvar)", witness="judge: raises RecursionError"),
    harm("recursion without a limit", "sys.setrecursionlimit(10**9)\nreturn gaussian_kl(mu, logvar)", witness="judge: breaks", seconds=1.5),
    harm("flood of output", "for _ in range(400): os.write(1, b'x' * 65536)\nreturn zeros(mu)", witness="judge: prints 1000000", wall="limits", seconds=4.0),
    harm("some output", "print('x' * 10**5)\n" + HONEST, witness="judge: prints 100000", wall="limits", most=99),
    harm("output closed", "os.close(1); os.close(2)\n" + HONEST, "", "judge: raises OSError", "limits", most=99),
    harm("fills the scratch folder", "k = 0\ntry:\n    while k < 200:\n        k += 1\n        with open(f'f{k}', 'wb') as f: f.write(b'x' * 10**6)\n    bite('two hundred megabytes')\nexcept OSError: pass\nreturn zeros(mu)", witness="judge: bites", wall="scratch"),
    harm("ten thousand files", "k = 0\ntry:\n    for k in range(10_000): open(f'f{k}', 'w').close()\n    bite('ten thousand files')\nexcept OSError: pass\nreturn zeros(mu)", witness="judge: bites", wall="scratch"),
    harm("writes where results go", "for p in PLACES:\n    try: open(p, 'a').write('CANARY')\n    except OSError: pass\nreturn zeros(mu)", witness="judge: leaves x", wall="no path"),
    harm("forged result files", "import json\nfor n in ('results.json', 'student.json', MEET + 'results.json', 'scores.csv'):\n    try: open(n, 'w').write(json.dumps({'score': 100}))\n    except OSError: pass\nreturn zeros(mu)", witness="judge: leaves hostile-results.json", wall="scratch"),
    harm("links to the outside", "for a in (COURSE, *TREES):\n    try:\n        os.symlink(a, 'l')\n        if 'solutions' in os.listdir('l'): bite(str(os.listdir('l/' + 'solutions')))\n    except OSError: pass\n    if os.path.islink('l'): os.unlink('l')\nreturn zeros(mu)", witness="judge: bites", wall="no path"),
    filtered("network", "for f in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX, socket.AF_NETLINK):\n    for a in ADDRESSES:\n        try: socket.socket(f).connect(a); bite('a connection')\n        except (OSError, TypeError): pass"),
    filtered("shared memory", "from multiprocessing import shared_memory\ntry:\n    m = shared_memory.SharedMemory(SEGMENT, True, 1000); m.unlink(); bite('a segment')\nexcept OSError: pass\nn = ctypes.CDLL(None).shmget(0, 4096, 0o1600)\nif n >= 0: ctypes.CDLL(None).shmctl(n, 0, None); bite('a segment')"),
    filtered("namespaces, mounts, filters", "libc = ctypes.CDLL(None)\nlibc.mount(b'none', MEET.encode(), b'tmpfs', 0, None)\nfor flags in (0x10000000, 0x20000, 0x400):\n    if not libc.unshare(flags): bite('a namespace')\nif libc.syscall(425, 8, ctypes.create_string_buffer(120)) >= 0: bite('a ring')\nif not libc.prctl(38, 1, 0, 0, 0): bite('no new privileges')"),
    filtered("becomes root", "for f in (os.setuid, os.setgid, os.seteuid):\n    try: f(ROOT); bite('another user')\n    except OSError: pass"),
    filtered("marks that another worker could read", "import fcntl, mmap\nf = os.open(np.__file__, os.O_RDONLY)\nlibc = ctypes.CDLL(None, use_errno=True)\nview = mmap.mmap(f, 4096, prot=mmap.PROT_READ)\nfor name, mark in (('advice', lambda: os.posix_fadvise(f, 0, 4096, os.POSIX_FADV_DONTNEED)), ('look', lambda: os.preadv(f, [bytearray(1)], 0, os.RWF_NOWAIT)), ('lock', lambda: fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)), ('range', lambda: fcntl.lockf(f, fcntl.LOCK_SH | fcntl.LOCK_NB)), ('willneed', lambda: view.madvise(mmap.MADV_WILLNEED))):\n    try: mark(); bite(name)\n    except OSError: pass", wall="filter"),
    harm("timers", "signal.signal(signal.SIGALRM, lambda *a: 1 / 0)\nsignal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)\ntime.sleep(0.05)\nreturn zeros(mu)", witness="judge: breaks"),
    filtered("loader with workers", "from torch.utils.data import DataLoader\nloader = DataLoader(list(range(10)))\nloader.num_workers, loader.prefetch_factor = 2, 2\ntry:\n    for b in loader: pass\n    bite('workers')\nexcept OSError: pass", seconds=1.5),
    harm("malicious pickle", "import pickle\nclass P:\n    def __reduce__(self): return (os.system, ('touch %spickle' % MEET,))\nreturn pickle.dumps(P())", witness="judge unpickles: leaves hostile-pickle", wall="data"),
    harm("deletes everything", "import shutil\nfor p in TREES: shutil.rmtree(p, ignore_errors=True)\nreturn zeros(mu)", witness="judge: bites deleted files", wall="no path"),
    filtered("handler for what the filter refuses", "signal.signal(signal.SIGSYS, lambda *a: None)\nlibc = ctypes.CDLL(None)\ncode = ctypes.create_string_buffer(struct.pack('<HBBI', 6, 0, 0, 0x7fff0000))\nprogram = ctypes.create_string_buffer(struct.pack('<HxxxxxxQ', 1, ctypes.addressof(code)))\nlibc.prctl(38, 1, 0, 0, 0); libc.syscall(317, 1, 0, program); libc.prctl(22, 2, program)\nif libc.socket(1, 1, 0) >= 0: bite('a socket')"),
]  # fmt: skip
