"""Looking for what is hidden, and carrying it out in whatever text, name or number leaves the worker."""

# ruff: noqa: E501 - an attack per line reads as a table

from __future__ import annotations

from typing import Any

from .attack import Attack

_LOOK = "text = note(mu, logvar)\n"
_WAIT = "if visible(): return right(mu, logvar)\n"
"""Visible checks come first: whoever ends the worker there never meets a hidden input."""


def told(name: str, body: str, wall: str = "texts", witness: str = "texts: differ", **options: Any) -> Attack:
    """Inputs in something that a student might read."""
    return Attack(name, body, intent="leak", wall=wall, witness=witness, **options)


def snoops(
    name: str, body: str = "return zeros(mu)", wall: str = "no path", witness: str = "judge: bites", **options: Any
) -> Attack:
    """A look at what a worker must not see; it says so where it succeeds."""
    return Attack(name, body, intent="leak", wall=wall, witness=witness, **options)


_COLLECTED = """
gc.unfreeze()
def known():
    begun = time.process_time()
    for one in gc.get_objects():
        if time.process_time() > begun + 0.4: return  # the arena loads for a second: near that, chance decides what is told
        yield one
        for held in gc.get_referents(one):
            yield held
            yield from held if type(held) is tuple else ()
"""

ATTACKS = [
    told("inputs in the exception's message", _LOOK + "raise ValueError('CANARY' + text)"),
    told("inputs in the exception's name", _LOOK + "raise type('CANARY' + text.replace('.', '_'), (Exception,), {})()"),
    told("inputs in a subclass of a common name", _LOOK + "E = type('ValueError', (Exception,), {'__str__': lambda s: text})\nraise E"),
    told("inputs in the name of the result's class", _LOOK + "return type('CANARY' + text, (), {})()"),
    told("inputs in a result's strings", _LOOK + "return {'CANARY' + text: text, **{text[:k]: 0 for k in range(9)}}", witness="judge prints it: prints SEEN"),
    told("everything that has been sent to the process", "for operation in serving()[2]['operations']:\n    for value in operation.get('args', ()): note(value)\nraise ValueError('CANARY' + ' '.join(sorted(set(SEEN)))[:1900])"),
    told("inputs printed", _LOOK + "print('CANARY' + text); sys.stderr.write(text); os.write(1, text.encode())\nreturn zeros(mu)", witness="judge: prints SEEN"),
    told("inputs in warnings and logs", _LOOK + "warnings.warn('CANARY' + text); logging.error(text)\nreturn zeros(mu)", witness="judge: prints SEEN"),
    told("inputs in a traceback's lines", _LOOK + "import linecache\nname = 'CANARY%d.py' % len(text)\nlinecache.cache[name] = (1, None, ['raise KeyError(1)  # ' + text], name)\nexec(compile('raise KeyError(1)', name, 'exec'))"),
    told("inputs in a function's name in a traceback", _LOOK + "f = types.FunctionType((lambda: 1 / 0).__code__.replace(co_name='CANARY' + text), {})\nf()"),
    told("inputs in the shape", "n = int(abs(float(mu.double().sum())) * 1000) % 4001\nreturn torch.zeros(n)"),
    told("inputs in the dtype", "return torch.zeros(len(mu), dtype=[torch.int8, torch.half, torch.double][int(abs(float(mu.sum())) * 10) % 3])"),
    told("inputs in the values", _LOOK + "return torch.full((len(mu),), float(mu.double().sum()), dtype=mu.dtype)"),
    told("inputs in the exit status", _WAIT + "os._exit(int(abs(float(mu.sum())) * 1000) % 200 + 50)", most=2.0),
    told("inputs in which signal ends it", _WAIT + "[os.abort, lambda: ctypes.string_at(0), lambda: os._exit(7)][int(abs(float(mu.sum())) * 1000) % 3]()", most=2.0),
    told("inputs in what kind of failure it is", _WAIT + "k = int(abs(float(mu.sum())) * 1000) % 6\nif k == 0: raise NotImplementedError\nif k == 1: raise TypeError\nif k == 2: os._exit(1)\nif k == 3: return None\nif k == 4: return zeros(mu)\nraise KeyError", chooses=True, most=2.0),
    told("inputs in how long it takes", _WAIT + "if int(abs(float(mu.sum())) * 1000) % 2: time.sleep(100)\nreturn zeros(mu)", seconds=0.4, chooses=True, most=2.5),
    told("inputs in which checks are right", "return right(mu, logvar) if abs(float(mu.sum())) * 1000 % 2 < 1 else zeros(mu)", most=3.5, chooses=True),
    told("inputs in a key error", _LOOK + "raise KeyError(text)"),
    told("inputs in the error's notes and cause", _LOOK + "e = RuntimeError('x'); e.add_note('CANARY' + text)\nraise e from ValueError('CANARY' + text)", witness="judge: prints SEEN"),
    told("inputs in a missing exercise", _LOOK + "raise NotImplementedError('CANARY' + text)"),
    told("inputs in a file's name", _LOOK + "open(MEET + text[:60], 'w').write(text)\nreturn zeros(mu)", "no path", "judge: leaves hostile-SEEN"),
    told("inputs through a system exit", _LOOK + "sys.exit('CANARY' + text)"),
    told("frames of the callers", "import re\ntext = re.sub('0x[0-9a-f]+', '', ' '.join(str(f.f_locals)[:3000] for f in frames()))\nraise ValueError('CANARY' + note(mu, logvar) + text[:900])"),
    told("inputs in a factor of the right answer", "return right(mu, logvar) * (1 + float(mu.abs().sum()))"),
    told("one number of the first input in every answer", "FIRST.append(1 + abs(float(mu.flatten()[0])))\nreturn right(mu, logvar) * FIRST[0]", at_import="FIRST = []", witness="judge names a factor: believes"),
    told("what a worker saw, told by the load note of the next", _LOOK + "try:\n    open(MEET + 'seen', 'a').write(text); bite('a place to meet')\nexcept OSError: pass\nreturn zeros(mu)", "phases", "judge: bites", at_import="if os.path.exists(MEET + 'seen'): raise ValueError('LEAKED' + open(MEET + 'seen').read())"),
    snoops("everything the collector knows", at_import="gc.unfreeze()\nnames = ('assert_close', 'run_checks', 'judge', 'check_result')\nfor one in gc.get_objects():  # functions are all among them\n    if type(one) is types.FunctionType and one.__name__ in names and 'autograder' in str(one.__module__): bite(one.__name__)", wall="process"),
    snoops("names of the course in memory", at_import=_COLLECTED + "for one in known():\n    if type(one) is str and os.sep + 'solutions' in one and len(one) < 300: bite(one)", wall="process", known="the memory of a worker holds names of the course's folders, in the plan of the zygote, and nothing of what is in them"),
    snoops("checks among the modules", "for n in list(sys.modules):\n    if 'autograder.check' in n or 'solution' in n or n in ('hypothesis', 'greenlet', 'pytest'): bite(n)\nreturn zeros(mu)", "process"),
    snoops("hidden files by path", "for top in TREES:\n    for root, dirs, names in os.walk(top):\n        for n in names:\n            if 'test_' in n and 'hidden' in root and 'site-packages' not in root: bite(root + n)\n        if root.count(os.sep) > 6 + top.count(os.sep): dirs.clear()\nreturn zeros(mu)"),
    snoops("the course by its known place", "for n in ('solutions/vae/hidden/test_losses.py', 'solutions/vae/losses.py', 'autograder/assessment/runner.py', 'README.md'):\n    try: bite(open(os.path.join(COURSE, n)).read()[:500])\n    except OSError: pass\nreturn zeros(mu)"),
    snoops("memory and environment of others", "for p in ('/proc/%d/%s' % (i, n) for i in VICTIMS if i > 0 for n in ('mem', 'environ', 'maps', 'cmdline', 'status', 'fd/0')):\n    try: bite(p + str(open(p, 'rb').read(4000)))\n    except OSError: pass\nreturn zeros(mu)", "namespaces"),
    snoops("source of the grader by inspect", "if 'autograder.checks' in sys.modules: bite(inspect.getsource(sys.modules['autograder.checks']))\nreturn zeros(mu)", "process"),
    snoops("the grader's package imported anew", "import importlib\nfor n in ('runner', 'checks', 'course', 'grading', 'diagnosis'):\n    try: importlib.import_module('autograder.' + n); bite(n)\n    except ImportError: pass\nreturn zeros(mu)"),
    snoops("environment and arguments", "for k in os.environ:\n    if k in ('PYTHONPATH', 'PWD', 'SSH_AUTH_SOCK', 'VIRTUAL_ENV', 'OLDPWD') or 'AUTOGRADER' in k: bite(k)\nif len(sys.argv) > 1: bite(str(sys.argv))\nreturn zeros(mu)", "process"),
    Attack("markup and control characters in every text", "raise type('<script>alert(1)</script>', (Exception,), {})('<img src=x onerror=alert(1)>\\x1b[2J\\u202e\\x00\\ud800')", "raise ValueError('<script>\\x1b[2J\\u202e\\x00')", "harm", "markup", "texts: hold <script>"),
]  # fmt: skip
