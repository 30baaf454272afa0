"""Runs inside a booted system: starts programs, looks at each as the plan says, and prints all that was said as one block of
base64 for whoever reads the console. Judges nothing. Needs a Python of 3.7 or later and nothing else."""
import base64
import glob
import hashlib
import json
import os
import platform
import resource
import signal
import subprocess
import sys
import time
import zlib

HOME = '/pystack'
PYSTACK = os.path.join(HOME, 'pystack')
# An emulated processor is slow, and two of them contend for the machine's, which may have other things to do.
PATIENCE_S = 400


def command(words, names):
    return [names.get(word, word) if word.startswith('{') else word for word in words]


def look(words, names):
    words = [word.replace('{folder}', names.get('{folder}', '/tmp')) for word in words]
    began = time.monotonic()
    try:
        done = subprocess.run([PYSTACK] + command(words, names), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              stdin=subprocess.DEVNULL, timeout=PATIENCE_S)
        status, stdout, stderr = done.returncode, done.stdout, done.stderr
    except subprocess.TimeoutExpired as late:
        status, stdout, stderr = None, late.stdout or b'', late.stderr or b''
    return {
        'words': words,
        'status': status,
        'stdout': stdout.decode('utf-8', 'replace'),
        'stderr': stderr.decode('utf-8', 'replace')[-4000:],
        'seconds': round(time.monotonic() - began, 2),
    }


def ready_line(child):
    """What a program says once it stands; None if it ends before."""
    for line in child.stdout:
        if line.startswith(b'ready '):
            return json.loads(line[len(b'ready '):].decode('utf-8'))
    return None


def wait_until(condition):
    end = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError('waited in vain')
        time.sleep(0.05)


def run_step(step):
    folder = os.path.join('/tmp', step['name'])
    os.makedirs(folder)
    for name, size in step.get('files', {}).items():
        with open(os.path.join(folder, name), 'wb') as file:
            file.write(bytes(size))
    names = {'{folder}': folder}
    result = {'name': step['name'], 'ready': None, 'looks': [], 'problem': None, 'files': {}}
    if 'program' not in step:
        result['looks'] = [look(words, names) for words in step['looks']]
        return result
    args = [word.replace('{folder}', folder) for word in step.get('args', [])]
    program = os.path.join(HOME, 'programs', step['program'])
    errors = open(os.path.join(folder, 'stderr'), 'w+b')

    def before():
        os.setsid()
        resource.setrlimit(resource.RLIMIT_STACK, (1 << 20, resource.RLIM_INFINITY))
        resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    child = subprocess.Popen([sys.executable, '-W', 'ignore', program] + args, cwd=folder, stdout=subprocess.PIPE,
                             stderr=errors, stdin=subprocess.DEVNULL, preexec_fn=before,
                             env=dict(os.environ, MALLOC_ARENA_MAX='1', PYTHONDONTWRITEBYTECODE='1', PYTHONUTF8='1'))
    try:
        ready = result['ready'] = ready_line(child)
        if ready is None:
            errors.seek(0)
            result['problem'] = 'it ended before it was ready: ' + errors.read().decode('utf-8', 'replace')[-1000:]
            return result
        pid = ready.get('pid', child.pid)
        names['{pid}'] = str(pid)
        if 'oracle' in ready:
            wait_until(lambda: not os.path.exists('/proc/%d/task/%d' % (pid, ready['oracle'])))
        # One that cannot ask where it stands says `ready` just before it goes to sleep.
        time.sleep(step.get('settle', 0))
        result['looks'] = [look(words, names) for words in step.get('looks', [])]
        for name in step.get('files', {}):
            with open(os.path.join(folder, name), 'rb') as file:
                result['files'][name] = file.read().hex()
        if 'signal' in step:
            os.kill(pid, getattr(signal, step['signal']))
            child.wait(PATIENCE_S)
            cores = glob.glob(os.path.join(folder, 'core*'))
            if not cores:
                result['problem'] = 'the kernel wrote no core'
                return result
            names['{core}'] = cores[0]
            result['looks'] += [look(words, names) for words in step['core']]
        return result
    finally:
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        child.wait()
        subprocess.call(['rm', '-rf', folder])


def main():
    with open(os.path.join(HOME, 'plan.json')) as file:
        plan = json.load(file)
    steps = []
    for step in plan:
        print('step %s' % step['name'], flush=True)
        try:
            steps.append(run_step(step))
        except Exception as error:
            steps.append({'name': step['name'], 'ready': None, 'looks': [], 'files': {}, 'problem': repr(error)})
    result = {
        'release': platform.release(),
        'version': platform.version(),
        'processor': platform.machine(),
        'python': platform.python_version(),
        'libc': platform.libc_ver()[1],
        'steps': steps,
    }
    data = zlib.compress(json.dumps(result).encode('ascii'))
    print('results begin %s' % hashlib.sha256(data).hexdigest())
    text = base64.b64encode(data).decode('ascii')
    for at in range(0, len(text), 100):
        print(text[at:at + 100])
    print('results end', flush=True)


main()
