"""Frames that no honest worker sends, and callbacks that no honest submission makes.

`MARK` stands before what is sent, because the grader may answer by ending the worker.
"""

# ruff: noqa: E501 - an attack per line reads as a table

from __future__ import annotations

from .attack import Attack

_WHO = "line, seq, _ = serving()\n"
_LOOP = {
    "assignment": "diffusion",
    "exercise": "ddim.ddim_sample_loop",
    "parameters": "denoise_fn, shape, alphas_cumprod, num_steps, eta=0.0, generator=None, y=None",
}
_ASK = "line, seq, scope = serving()\ninvoke = lambda *a: (wire().encode(list(a)), MARK(), scope['bench'].invoke(*a))[-1]\nx = torch.zeros(shape)\nt = torch.zeros(shape[0], dtype=torch.int64)\n"


def frames(name: str, body: str, **options: object) -> Attack:
    """An attack on the data socket."""
    return Attack(name, _WHO + body + "\nreturn zeros(mu)", **options)  # type: ignore[arg-type]


def calls(name: str, body: str, **options: object) -> Attack:
    """An attack by means of a function of the grader's."""
    return Attack(name, _ASK + body + "\nreturn x", **_LOOP, **options)  # type: ignore[arg-type]


ATTACKS = [
    frames("forged early reply", "send(frame([seq, 'reply', [['ok', zeros(mu)]]]))"),
    frames("forged replies for the whole batch", "send(frame([seq, 'reply', [['ok', zeros(mu)]] * 50]))"),
    frames("forged replies of the future", "for k in range(1, 20): send(frame([seq + k, 'reply', [['ok', None]]]))"),
    frames("wrong sequence number", "send(frame([seq + 7, 'reply', [['ok', 0]]]))"),
    frames("sequence number that is true", "send(frame([True, 'reply', [['ok', 0]]]))"),
    frames("garbage", "send(b'\\x00\\x00\\x00\\x10' + os.urandom(16))"),
    frames("impossible length", "send(b'\\xff\\xff\\xff\\xff' + b'x' * 100)"),
    frames("length of nothing", "send(b'\\x00\\x00\\x00\\x00')"),
    frames("half a frame", "send(b'\\x00\\x01\\x00\\x00abc'); time.sleep(30)", seconds=0.7),
    frames("drips a byte at a time", "send(struct.pack('>I', 1000))\nwhile True: send(b'\\x91'); time.sleep(0.02)", seconds=0.7),
    frames("deep nesting", "d = b'\\x91' * 10**6 + b'\\xc0'; send(struct.pack('>I', len(d)) + d)"),
    frames("array of four billion", "d = b'\\xdd\\xff\\xff\\xff\\xff'; send(struct.pack('>I', len(d)) + d)"),
    frames("sixty megabytes of empty lists", "d = b'\\xdd' + struct.pack('>I', 5 * 10**7) + b'\\x90' * (5 * 10**7); send(struct.pack('>I', len(d)) + d)"),
    frames("nested lists in an array's header", "tree = b'\\x90'\nfor _ in range(5): tree = b'\\xdc\\x00\\x10' + tree * 16\nimport msgpack\nd = msgpack.packb([seq, 'reply', [['ok', msgpack.ExtType(2, b'\\x9c' + tree * 12)]]]); send(struct.pack('>I', len(d)) + d)"),
    frames("nine hundred thousand empty tensors", "import msgpack\none = msgpack.packb(sys.modules['autograder.sandbox.wire_tensors']._encode_tensor(torch.zeros(0), [10**6])); d = b'\\xdd' + struct.pack('>I', 900000) + one * 900000; send(struct.pack('>I', len(d)) + d)"),
    frames("timestamp for an answer", "import msgpack\nd = msgpack.packb([seq, 'reply', [['ok', msgpack.Timestamp(1)]]]); send(struct.pack('>I', len(d)) + d)"),
    frames("callback reference for an answer", "send(frame([seq, 'reply', [['ok', wire().CallbackRef(0)]]]))"),
    frames("handle that does not exist", "send(frame([seq, 'reply', [['ok', wire().Handle(10**9, 'CANARY')]]]))"),
    frames("replies of the wrong form", "send(frame([seq, 'reply', [['fine', 1]]]))"),
    frames("replies that are a map", "send(frame([seq, 'reply', {0: ['ok', 1]}]))"),
    frames("too few replies", "send(frame([seq, 'reply', []]))"),
    frames("verdict instead of a value", "send(frame([seq, 'passed', {'score': 100}]))"),
    frames("function of the grader that is not lent", "send(frame([seq, 'callback', [0, [(), {}], [], False]])); time.sleep(0.2)"),
    frames("vjp of nothing", "send(frame([seq, 'vjp', [-1, []]])); time.sleep(0.2)"),
    frames("descriptors instead of data", "MARK(); socket.send_fds(line._connection, [b'\\x00\\x00\\x00\\x01\\xc0'], [0, 1, 2])"),
    frames("socket shut down", "line._connection.shutdown(socket.SHUT_RDWR); MARK()"),
    frames("socket closed", "os.close(3); MARK()"),
    frames("all descriptors closed", "os.closerange(0, 100); MARK()"),
    frames("socket replaced", "os.dup2(1, 3); MARK()", seconds=1.0),
    frames("answers by a thread, before and after", "def run():\n    while True:\n        try: MARK(); send_raw(b'\\x00\\x00\\x00\\x05abcde')\n        except OSError: return\n        time.sleep(0.001)\nc = line._connection\nsend_raw = c.sendall\nthreading.Thread(target=run, daemon=True).start(); time.sleep(0.01)"),
    calls("endless calls", "while True: denoise_fn(x, t); MARK()", seconds=0.6),
    calls("outer product in the grader", "try: denoise_fn(torch.zeros(1, 60000), torch.zeros(60000, dtype=torch.int64))\nexcept RuntimeError: pass\nMARK()\ndenoise_fn(torch.zeros(1, 400000), torch.zeros(400000, dtype=torch.int64))", seconds=1.5),
    calls("giant tensors", "while True:\n    try: denoise_fn(torch.zeros(7 * 10**6), t)\n    except (RuntimeError, ValueError): MARK()", seconds=1.0),
    calls("graph of everything", "x.requires_grad_()\nwhile True: x = denoise_fn(x, t); MARK()", seconds=1.0),
    calls("graph of large tensors", "big = torch.zeros(1000, 1000).requires_grad_()\nwhile True: denoise_fn(big, t[:1]); MARK()", seconds=1.0),
    calls("weird arguments", "for bad in ('x' * 1000, None, 1j, [[[]]], {'$': 5}, torch.zeros(2, dtype=torch.bool), 10**800, torch.zeros(0), np.zeros(3), float('nan')):\n    try: denoise_fn(bad, bad)\n    except Exception: MARK()"),
    calls("wrong number of arguments", "for k in (0, 1, 5):\n    try: denoise_fn(*[x] * k, **{'CANARY': 1})\n    except Exception: MARK()"),
    calls("placeholder out of range", "invoke('callback', 0, [({'$': 3},), {}], [x], False)"),
    calls("placeholder that is true", "invoke('callback', 0, [({'$': True},), {}], [x, x], False)"),
    calls("pattern of the wrong form", "invoke('callback', 0, 5, [x], False)"),
    calls("function by another number", "invoke('callback', True, [(x, t), {}], [], False)"),
    calls("number that is huge", "invoke('callback', 2**62, [(x, t), {}], [], False)"),
    calls("tensors that are none", "invoke('callback', 0, [(x, t), {}], ['a'], True)"),
    calls("graph flag of the wrong type", "invoke('callback', 0, [({'$': 0}, {'$': 1}), {}], [x, t], 1)"),
    calls("vjp with wrong cotangents", "n = invoke('callback', 0, [({'$': 0}, {'$': 1}), {}], [x, t], True)[0]\nfor bad in ([], [x, x, x], [torch.zeros(7)], [t]):\n    try: invoke('vjp', n, bad)\n    except RuntimeError: pass\n    except ValueError: pass"),
    calls("vjp many times over", "n, v, _ = invoke('callback', 0, [({'$': 0}, {'$': 1}), {}], [x, t], True)\nwhile True: n = invoke('vjp', n, [x])[0]", seconds=1.0),
    calls("question of an unknown kind", "invoke('expected', 0)"),
    calls("question without a body", "MARK(); line.write([seq, 'callback', None])\nline.read()"),
    calls("call after the reply", "MARK(); line.write([seq, 'reply', [['ok', x]]])\nline.write([seq, 'callback', [0, [(x, t), {}], [], False]])\nline.read()"),
    calls("call from two threads", "def run():\n    for _ in range(50):\n        try: (threading.current_thread() is threading.main_thread()) or MARK(); denoise_fn(x, t)\n        except Exception: return\nthreads = [threading.Thread(target=run) for _ in range(3)]\nfor th in threads: th.start()\nrun()\nfor th in threads: th.join(0.5)", seconds=1.5),
    calls("the function itself returned", "MARK()\nreturn denoise_fn"),
    calls("error text of the grader's function", "try: denoise_fn()\nexcept Exception as e: MARK(); raise ValueError('CANARY' + str(e))"),
]  # fmt: skip
