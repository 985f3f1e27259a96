"""Frames that no honest worker sends, and callbacks that no honest submission makes."""

# ruff: noqa: E501 - an attack per line reads as a table

from __future__ import annotations

from typing import Any

from .attack import Attack

_WHO = "line, seq, _ = serving()\nimport msgpack\n"
_LOOP = {
    "assignment": "diffusion",
    "exercise": "ddim.ddim_sample_loop",
    "parameters": "denoise_fn, shape, alphas_cumprod, num_steps, eta=0.0, generator=None, y=None",
}
_ASK = "line, seq, scope = serving()\ninvoke = scope['bench'].invoke\nx = torch.zeros(shape)\nt = torch.zeros(shape[0], dtype=torch.int64)\n"


def frames(name: str, seen: str, body: str, wall: str = "protocol", **options: Any) -> Attack:
    """An attack on the data socket, and what becomes of a reader without limits that believes what comes."""
    return Attack(name, _WHO + body + "\nreturn zeros(mu)", "", _intent(seen), wall, f"client: {seen}", **options)


def calls(name: str, seen: str, body: str, wall: str = "callbacks", **options: Any) -> Attack:
    """An attack by means of a function of the grader's."""
    return Attack(name, _ASK + body + "\nreturn x", "", _intent(seen), wall, f"client: {seen}", **_LOOP, **options)  # type: ignore[arg-type]


def _intent(seen: str) -> str:
    return "gain" if seen.startswith("takes") else "harm"


ATTACKS = [
    frames("forged early reply", "takes 7.25", "send(frame([seq, 'reply', [['ok', FORGED]]]))"),
    frames("forged replies for the whole batch", "takes 7.25", "send(frame([seq, 'reply', [['ok', FORGED]] * 50]))"),
    frames("forged replies of the future", "takes None", "for k in range(1, 20): send(frame([seq + k, 'reply', [['ok', None]]]))"),
    frames("wrong sequence number", "takes 7.25", "send(frame([seq + 7, 'reply', [['ok', FORGED]]]))"),
    frames("sequence number that is true", "takes 7.25", "send(frame([True, 'reply', [['ok', FORGED]]]))"),
    frames("garbage", "raises", "send(b'\\x00\\x00\\x00\\x10' + os.urandom(16))"),
    frames("impossible length", "hangs", "send(b'\\xff\\xff\\xff\\xff' + b'x' * 100)"),
    frames("length of nothing", "raises", "send(b'\\x00\\x00\\x00\\x00')"),
    frames("half a frame", "hangs", "send(b'\\x00\\x01\\x00\\x00abc'); time.sleep(30)", seconds=0.7),
    frames("drips a byte at a time", "hangs", "send(struct.pack('>I', 1000))\nwhile True: send(b'\\x91'); time.sleep(0.02)", seconds=0.7),
    frames("deep nesting", "raises", "d = b'\\x91' * 10**6 + b'\\xc0'; send(struct.pack('>I', len(d)) + d)"),
    frames("array of four billion", "breaks", "d = b'\\xdd\\xff\\xff\\xff\\xff'; send(struct.pack('>I', len(d)) + d)"),
    frames("sixty megabytes of empty lists", "breaks", "d = b'\\xdd' + struct.pack('>I', 5 * 10**7) + b'\\x90' * (5 * 10**7); send(struct.pack('>I', len(d)) + d)", wall="memory ceiling"),
    frames("nested lists in a handle's header", "breaks", "tree = b'\\x90'\nfor _ in range(23): tree = b'\\x92' + tree * 2\nd = msgpack.packb([seq, 'reply', [['ok', msgpack.ExtType(5, tree)]]]); send(struct.pack('>I', len(d)) + d)", wall="memory ceiling"),
    frames("nine hundred thousand empty tensors", "breaks", "one = msgpack.packb(sys.modules['autograder.wire.tensors'].encode_tensor(torch.zeros(0), [10**6])); d = b'\\xdd' + struct.pack('>I', 900000) + one * 900000; send(struct.pack('>I', len(d)) + d)", wall="memory ceiling"),
    frames("timestamp for an answer", "takes Timestamp", "d = msgpack.packb([seq, 'reply', [['ok', msgpack.Timestamp(1)]]]); send(struct.pack('>I', len(d)) + d)"),
    frames("callback reference for an answer", "takes CallbackRef", "send(frame([seq, 'reply', [['ok', wire().CallbackRef(0)]]]))"),
    frames("handle that does not exist", "takes CANARY", "send(frame([seq, 'reply', [['ok', wire().Handle(10**9, 'CANARY')]]]))"),
    frames("replies of the wrong form", "takes fine", "send(frame([seq, 'reply', [['fine', 1]]]))"),
    frames("replies that are a map", "takes {0", "send(frame([seq, 'reply', {0: ['ok', 1]}]))"),
    frames("too few replies", "takes reply []", "send(frame([seq, 'reply', []]))"),
    frames("verdict instead of a value", "takes passed", "send(frame([seq, 'passed', {'score': 100}]))"),
    frames("function of the grader that is not lent", "raises", "send(frame([seq, 'callback', [0, [(), {}], [], False]])); time.sleep(0.2)"),
    frames("vjp of nothing", "raises", "send(frame([seq, 'vjp', [-1, []]])); time.sleep(0.2)"),
    frames("descriptors instead of data", "raises", "socket.send_fds(line._connection, [b'\\x00\\x00\\x00\\x01\\xc0'], [0, 1, 2])"),
    frames("socket shut down", "raises EOFError", "line._connection.shutdown(socket.SHUT_RDWR)"),
    frames("socket closed", "raises EOFError", "os.close(3)"),
    frames("all descriptors closed", "raises EOFError", "os.closerange(0, 100)"),
    frames("socket replaced", "raises EOFError", "os.dup2(1, 3)", seconds=1.0),
    frames("answers by a thread, before and after", "breaks", "def run():\n    while True:\n        try: send_raw(b'\\x00\\x00\\x00\\x05abcde')\n        except OSError: return\n        sent.set(); time.sleep(0.001)\nc, sent = line._connection, threading.Event()\nsend_raw = c.sendall\nthreading.Thread(target=run, daemon=True).start(); sent.wait(2)"),
    calls("endless calls", "hangs", "while True: denoise_fn(x, t)", seconds=0.6),
    calls("outer product in the grader", "swells", "try: denoise_fn(torch.zeros(1, 60000), torch.zeros(60000, dtype=torch.int64))\nexcept RuntimeError: pass\ndenoise_fn(torch.zeros(1, 400000), torch.zeros(400000, dtype=torch.int64))", seconds=1.5, wall="memory ceiling"),
    calls("giant tensors", "hangs", "while True:\n    try: denoise_fn(torch.zeros(7 * 10**6), t[:1])\n    except (RuntimeError, ValueError): pass", seconds=1.0),
    calls("graph of everything", "hangs", "x.requires_grad_()\nwhile True: x = denoise_fn(x, t)", seconds=1.0),
    calls("graph of large tensors", "swells", "big = torch.zeros(1, 1000, 1000).requires_grad_()\nwhile True: denoise_fn(big, t[:1])", seconds=1.0, wall="memory ceiling"),
    calls("weird arguments", "raises", "for bad in ('x' * 1000, None, 1j, [[[]]], {'$': 5}, torch.zeros(2, dtype=torch.bool), 10**800, torch.zeros(0), np.zeros(3), float('nan')):\n    try: denoise_fn(bad, bad)\n    except Exception: pass"),
    calls("wrong number of arguments", "raises TypeError", "for k in (0, 1, 5):\n    try: denoise_fn(*[x] * k, **{'CANARY': 1})\n    except Exception: pass"),
    calls("placeholder out of range", "raises", "invoke('callback', 0, [({'$': 3},), {}], [x], False)"),
    calls("placeholder that is true", "raises", "invoke('callback', 0, [({'$': True},), {}], [x, x], False)"),
    calls("pattern of the wrong form", "raises", "invoke('callback', 0, 5, [x], False)"),
    calls("function by another number", "raises", "invoke('callback', True, [(x, t), {}], [], False)"),
    calls("number that is huge", "raises", "invoke('callback', 2**62, [(x, t), {}], [], False)"),
    calls("tensors that are none", "raises", "invoke('callback', 0, [(x, t), {}], ['a'], True)"),
    calls("vjp with wrong cotangents", "raises", "n = invoke('callback', 0, [({'$': 0}, {'$': 1}), {}], [x, t], True)[0]\nfor bad in ([], [x, x, x], [torch.zeros(7)], [t]):\n    try: invoke('vjp', n, bad)\n    except RuntimeError: pass\n    except ValueError: pass"),
    calls("vjp many times over", "hangs", "n, v, _ = invoke('callback', 0, [({'$': 0}, {'$': 1}), {}], [x, t], True)\nwhile True: n, v, _ = invoke('vjp', n, [torch.ones_like(k) for k in v])", seconds=1.0),
    calls("question of an unknown kind", "takes expected", "invoke('expected', 0)"),
    calls("question without a body", "raises TypeError", "line.write([seq, 'callback', None])\nline.read()"),
    calls("call after the reply", "takes 7.25", "line.write([seq, 'reply', [['ok', FORGED]]])\nline.write([seq, 'callback', [0, [(x, t), {}], [], False]])\nline.read()"),
    calls("call from two threads", "breaks", "big = torch.zeros(1, 2**18)\ndef run():\n    for _ in range(50):\n        try: denoise_fn(big, t[:1])\n        except Exception: return\nthreads = [threading.Thread(target=run) for _ in range(3)]\nfor th in threads: th.start()\nrun()\nfor th in threads: th.join(0.5)", seconds=1.5),
    calls("the function itself returned", "takes RemoteCallback", "return denoise_fn"),
    calls("error text of the grader's function", "takes denoise()", "try: denoise_fn()\nexcept Exception as e: raise ValueError('CANARY' + str(e))"),
]  # fmt: skip
