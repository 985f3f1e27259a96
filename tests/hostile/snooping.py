"""Looking for what is hidden, and carrying it out in whatever text, name or number leaves the worker."""

# ruff: noqa: E501 - an attack per line reads as a table

from __future__ import annotations

from .attack import Attack, meant

_LOOK = "text = note(mu, logvar)\n"

ATTACKS = meant("tell", [
    Attack("inputs in the exception's message", _LOOK + "raise ValueError('CANARY' + text)"),
    Attack("inputs in the exception's name", _LOOK + "raise type('CANARY' + text.replace('.', '_'), (Exception,), {})()"),
    Attack("inputs in a subclass of a common name", _LOOK + "E = type('ValueError', (Exception,), {'__str__': lambda s: text})\nraise E"),
    Attack("inputs in the name of the result's class", _LOOK + "return type('CANARY' + text, (), {})()"),
    Attack("inputs in a result's strings", _LOOK + "return ['CANARY' + text, {'CANARY' + text: text}]"),
    Attack(
        "everything that has been sent to the process",
        "for operation in serving()[2]['operations']:\n"
        "    for value in operation.get('args', ()): note(value)\n"
        "raise ValueError('CANARY' + ' '.join(sorted(set(SEEN)))[:1900])",
    ),
    Attack("inputs printed", _LOOK + "print('CANARY' + text); sys.stderr.write(text); os.write(1, text.encode())\nreturn zeros(mu)"),
    Attack("inputs in warnings and logs", _LOOK + "warnings.warn('CANARY' + text); logging.error(text)\nreturn zeros(mu)"),
    Attack("inputs in a traceback's lines", _LOOK + "exec(compile('raise KeyError(1)  # ' + text, 'CANARY' + text, 'exec'))"),
    Attack("inputs in a function's name in a traceback", _LOOK + "f = types.FunctionType((lambda: 1 / 0).__code__.replace(co_name='CANARY' + text), {})\nf()"),
    Attack("inputs in the shape", "n = int(abs(float(mu.double().sum())) * 1000) % 4001\nreturn torch.zeros(n)"),
    Attack("inputs in the dtype", "return torch.zeros(len(mu), dtype=[torch.int8, torch.half, torch.double][int(abs(float(mu.sum())) * 10) % 3])"),
    Attack("inputs in the values", _LOOK + "return torch.full((len(mu),), float(mu.double().sum()), dtype=mu.dtype)"),
    Attack("inputs in the exit status", "total = abs(float(mu.double().sum()))\nif total not in (0.0, 10.0): os._exit(int(total * 1000) % 200 + 50)  # these two are visible\nreturn zeros(mu)"),
    Attack("inputs in a key error", _LOOK + "raise KeyError(text)"),
    Attack("inputs in the error's notes and cause", _LOOK + "e = RuntimeError('x'); e.add_note('CANARY' + text)\nraise e from ValueError('CANARY' + text)", unwitnessed="notes and causes stay in the worker, whatever the wording"),
    Attack("inputs in a missing exercise", _LOOK + "raise NotImplementedError('CANARY' + text)"),
    Attack("inputs in a file's name", _LOOK + "open('CANARY' + text[:100], 'w').write(text)\nreturn zeros(mu)", unwitnessed="the folder goes with the worker, and no text is made of it"),
    Attack("inputs through a system exit", _LOOK + "sys.exit('CANARY' + text)"),
    Attack("frames of the callers", "text = ' '.join(str(f.f_locals)[:3000] for f in frames())\nraise ValueError('CANARY' + note(mu, logvar))"),
    Attack("everything the collector knows", "gc.unfreeze()\nfound = [o for o in gc.get_objects() if isinstance(o, types.FunctionType) and 'autograder_check' in vars(o)]\nif found: raise ValueError('LEAKED ' + found[0].__name__)\nreturn zeros(mu)", effect="secret"),
    Attack(
        "checks among the modules",
        "names = [n for n in sys.modules if 'check' in n and 'autograder' in n or 'solution' in n or 'hypothesis' in n or 'greenlet' in n]\nassert not names, 'LEAKED ' + str(names)\nreturn zeros(mu)",
        effect="secret",
    ),
    Attack(
        "hidden files by path",
        "for top in TARGET_PLACES:\n"
        "    for root, dirs, names in os.walk(top):\n"
        "        for n in names:\n"
        "            if 'test_' in n and 'hidden' in root and 'site-packages' not in root:\n"
        "                raise ValueError('LEAKED ' + root + n)\n"
        "        if root.count('/') > 6: dirs.clear()\n"
        "return zeros(mu)",
        effect="secret",
    ),
    Attack(
        "the course by its known place",
        "import autograder.sandbox as s\np = s.__file__.rsplit('/', 3)[0]\n"
        "for n in ('/solutions/vae/hidden/test_losses.py', '/solutions/vae/losses.py', '/autograder/runner.py', '/README.md'):\n"
        "    try: raise ValueError('LEAKED ' + open(p + n).read()[:500])\n"
        "    except OSError: pass\n"
        "return zeros(mu)",
        effect="secret",
    ),
    Attack(
        "memory and environment of others",
        "for p in ('/proc/%d/%s' % (i, n) for i in TARGET_PIDS for n in ('mem', 'environ', 'maps', 'cmdline', 'root', 'cwd')):\n"
        "    try: raise ValueError('LEAKED ' + str(open(p, 'rb').read(4000)))\n"
        "    except OSError: pass\n"
        "return zeros(mu)",
        effect="secret",
    ),
    Attack("source of the grader by inspect", "import autograder.sandbox.workbench as w\ntry: raise ValueError('LEAKED' + inspect.getsource(sys.modules['autograder.checks']))\nexcept KeyError: return zeros(mu)", effect="secret"),
    Attack("the grader's package imported anew", "import importlib\nfor n in ('runner', 'checks', 'course', 'grading', 'diagnosis'):\n    try: importlib.import_module('autograder.' + n); raise ValueError('LEAKED ' + n)\n    except ImportError: pass\nreturn zeros(mu)", effect="secret"),
    Attack("environment and arguments", "raise ValueError('CANARY' + str(dict(os.environ)) + str(sys.argv))", effect="secret"),
    Attack("names of the course in memory", at_import="gc.unfreeze()\nfound = sorted({p for o in gc.get_objects() if isinstance(o, (list, tuple, dict)) for p in (o.values() if isinstance(o, dict) else o) if isinstance(p, str) and '/solutions' in p})\nassert not found, 'LEAKED ' + ' '.join(found)", known="a worker's memory holds the zygote's plan with the names, not the contents, of the hidden folders", effect="secret"),
    Attack("load note on what an earlier worker saw", _LOOK + "try: open(os.path.join(TARGET_DIR, 'seen'), 'a').write(text)\nexcept OSError: pass\nreturn zeros(mu)", "NOTE = os.path.join(TARGET_DIR, 'seen')\nif os.path.exists(NOTE): raise ValueError('LEAKED ' + open(NOTE).read())", effect="secret"),
    Attack("hidden constant by a constant factor", "return (" + "0.5 * (mu**2 + logvar.exp() - 1 - logvar).flatten(1).sum(1)) * float(mu.abs().sum())"),
    Attack("markup and control characters in every text", "raise type('<script>alert(1)</script>', (Exception,), {})('<img src=x onerror=alert(1)>\\x1b[2J\\u202e\\x00')", "raise ValueError('<script>\\x1b[2J\\u202e\\x00')", intent="harm", unwitnessed="the page withstands it; its own tests know the characters"),
    Attack("lone surrogates in every text", "raise type('\\ud800', (Exception,), {})('\\ud800')", "raise ValueError('\\ud800')", intent="harm", unwitnessed="what cannot be encoded is not sent"),
])  # fmt: skip
