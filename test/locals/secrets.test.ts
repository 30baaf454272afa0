/** Is a secret withheld wherever it stands, and nothing else? */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import { inspectCore } from '../../src/inspect-core.js';
import { secretNames } from '../../src/python/objects/index.js';
import { Secrets } from '../../src/python/objects/secrets.js';
import { snapshotProcess } from '../../src/save-snapshot.js';
import { secretPlaces } from '../../src/secrets/formats.js';
import type { PythonFrame, Snapshot } from '../../src/snapshot.js';
import { withFolder } from '../support/cores.js';
import { onEveryInterpreter } from '../support/matrix.js';
import { withProgram } from '../support/target.js';

const SECRETS = /[a-z0-9]+-secret|sk-live-\d|AKIA|MIIpem|raw-part|onlyletters/g;

function variablesOf({ threads }: Snapshot): Record<string, string> {
  const frames = threads.flatMap(({ frames }) => frames);
  const frame = frames.find((each): each is PythonFrame => each.kind === 'python' && each.function === 'call');
  const variables = [...(frame?.arguments ?? []), ...(frame?.locals ?? [])];
  return Object.fromEntries(variables.map(({ name, value }) => [name, value.repr.replace(/ (at )?0x[0-9a-f]+/g, '')]));
}

onEveryInterpreter('what is secret under one name is under all', (interpreter) =>
  withFolder((folder) =>
    withProgram(interpreter, 'secrets_by_value.py', {}, async ({ pid }) => {
      const live = await inspectProcess(pid, { locals: {} });
      // The program's own text may say how its secrets look; its variables, and the lines shown of it, may not.
      expect(JSON.stringify(live.threads).match(SECRETS)).toEqual(null);
      const shown = variablesOf(live);
      const u = interpreter.version.major === 2 ? '' : 'b';
      expect(shown).toMatchObject({
        url: "'postgresql://app:<redacted>@db/x'",
        conninfo: "'host=db password=<redacted> dbname=x'",
        cmd: "['mysql', '-p<redacted>', '--password=<redacted>', 'db']",
        args: '(<redacted>,)',
        body: `'{"user": "u", "password": "<redacted>", "n": 1}'`,
        argsrepr: `"('<redacted>', 5)"`,
        wrapped: "[<redacted>, {'k': <redacted>}, (<redacted>,)]",
        same_cookies: '<redacted>',
        one_cookie: '<redacted>',
        header: "'Authorization: Bearer <redacted>'",
        query: "'https://example.org/x?user=a&access_token=<redacted>&page=2'",
        odbc: "'Server=db;Database=x;User Id=sa;Password=<redacted>;'",
        aws: '[<redacted>]',
        option: "['curl', '--token', <redacted>, '-v']",
        octets: `${u}'password=<redacted>'`,
        long: `'${'x'.repeat(195)}<redacted>'… (212 characters)`.replace(
          'characters',
          u === '' ? 'bytes' : 'characters',
        ),
        renamed: '<redacted>',
        plain: "['nothing: here', 'a=b', 'http://host:8080/x', '-p8080', 'the author said so']",
        where: "'/tmp/auth/x'",
        entry: "'db.example.org:5432:app:me:<redacted>'",
        message: "'password=%s for %s'",
        values: "(<redacted>, 'somebody')",
        query_and_values: "('UPDATE users SET name = %s, password = %s', ('somebody', <redacted>))",
        row: `"INSERT INTO users (name, password) VALUES ('somebody', '<redacted>')"`,
        login: "['sudo', 'docker', 'login', '-u', 'me', '-p', <redacted>, 'registry']",
        line: "'env A=1 sshpass -p <redacted> ssh host'",
        scope: `[(${u}'host', ${u}'example.org'), (${u}'x-api-key', <redacted>), (${u}'cookie', <redacted>)]`,
        written: `"[(${u}'host', ${u}'example.org'), (${u}'x-api-key', ${u}'<redacted>'), (${u}'cookie', ${u}'<redacted>')]"`,
        form: `'name="password"\\r\\n\\r\\n<redacted>\\r\\n--x'`,
        times: "['12:30:45:a:b', 'main.py:1234:in:call:raised', 'docker run -p 8080:80 nginx', ('token', 'NAME')]",
      });
      expect(shown['env']).toContain("'PWD': '/where/we/are'");
      expect(shown['record']).toContain("msg='password=%s for %s'");
      expect(shown['record']).toContain("args=(<redacted>, 'somebody')");
      expect(shown['by_name']).toContain("msg='the token %(value)s'");
      expect(shown['by_name']).toContain("args={'value': <redacted>}");
      const path = join(folder, 'snapshot');
      await snapshotProcess(pid, path, { locals: true });
      const bytes = readFileSync(path).toString('latin1');
      for (const secret of [
        'url',
        'dsn',
        'cmd',
        'opt',
        'json',
        'hdr',
        'cookie',
        'token',
        'query',
        'odbc',
        'next',
        'bytes',
        'pgpass',
        'logged',
        'named',
        'bound',
        'row',
        'docker',
        'line',
        'asgi',
        'form',
      ]) {
        expect(bytes.includes(`${secret}-secret`), `${secret} in the file`).toBe(false);
      }
      for (const other of ['sk-live-1', 'raw-part', 'onlyletters']) expect(bytes).not.toContain(other);
      const back = await inspectCore(path, { locals: {} });
      expect(variablesOf(back)).toEqual(shown);
    }),
  ),
);

test('shapes of secrets, and what only looks like one', () => {
  const secrets = new Secrets({ redact: [], redactDefaults: true });
  const open = (text: string) => {
    let shown = text;
    for (const { start, end } of secrets.partsOf(text, 'whole').reverse()) {
      shown = `${shown.slice(0, start)}*${shown.slice(end)}`;
    }
    return shown;
  };
  expect(open('redis://:pw@cache:6379/0')).toBe('redis://:*@cache:6379/0');
  expect(open('amqp://u:p%40ss@mq//vhost')).toBe('amqp://u:*@mq//vhost');
  expect(open("{'password': 'it\\'s', 'user': 'me'}")).toBe("{'password': '*', 'user': 'me'}");
  expect(open('password: hunter2\nuser: me')).toBe('password: *\nuser: me');
  expect(open('Cookie: a=1; session=2\r\nHost: x')).toBe('Cookie: *\r\nHost: x');
  expect(open('Authorization: Basic dXNlcjpwYXNz')).toBe('Authorization: Basic *');
  expect(open('--api-key=abc --verbose')).toBe('--api-key=* --verbose');
  expect(open('eyJhbGciOiJIUzI1.eyJzdWIiOiIx.abc')).toBe('*');
  for (const [text, shown] of [
    ['mysql+pymysql://u:p@ss@h/db', 'mysql+pymysql://u:*@h/db'],
    ['redis://default:a/b@h:6379/0', 'redis://default:*@h:6379/0'],
    ['jdbc:oracle:thin:scott/tiger@//h:1521/s', 'jdbc:oracle:thin:scott/*@//h:1521/s'],
    ['jdbc:mysql://h:3306/db?user=u&password=x1&useSSL=false', 'jdbc:mysql://h:3306/db?user=u&password=*&useSSL=false'],
    ['Driver={ODBC 17};UID=sa;PWD={a;b};Encrypt=yes', 'Driver={ODBC 17};UID=sa;PWD=*};Encrypt=yes'],
    ["user='app' password='with room' host=db", "user='app' password='*' host=db"],
    ['mysql -u root -phunter2 db', 'mysql -u root -p* db'],
    ['sshpass -p hunter2 ssh h', 'sshpass -p * ssh h'],
    ['curl -s -u me:hunter2 https://h', 'curl -s -u me:* https://h'],
    ['"{\\"password\\": \\"x\\"}"', '"{\\"password\\": \\"*\\"}"'],
    ['{"password": ["a", "b"], "n": 1}', '{"password": *, "n": 1}'],
    ["<Task coro=<f(password='x')>>", "<Task coro=<f(password='*')>>"],
    ['db:\n  password: x1\n  user: me', 'db:\n  password: *\n  user: me'],
    ['secret: |\n  one\n  two\nnext: 1', 'secret: *\nnext: 1'],
    ['<password>x</password>', '<password>*</password>'],
    ["CREATE USER u IDENTIFIED BY 'x'", "CREATE USER u IDENTIFIED BY '*'"],
    ['https://h/c?sv=1&sig=abc%3D&se=2', 'https://h/c?sv=1&sig=*&se=2'],
    ['AccountKey=ab+c==;EndpointSuffix=x', 'AccountKey=*;EndpointSuffix=x'],
    ['rk_live_51Habcdefghij', '*'],
    ['*:*:*:postgres:pw\nlocalhost:5432:*:me:a\\:b\n', '*:*:*:postgres:*\nlocalhost:5432:*:me:*\n'],
    ['10.0.0.1:5432:db:me:pw', '10.0.0.1:5432:db:me:*'],
    ['machine h login me password hunter2', 'machine h login me password *'],
    ['docker login -u me -p hunter2 registry', 'docker login -u me -p * registry'],
    ["mysql -p'with room' db", 'mysql -p* db'],
    ['/usr/bin/mysql -u root "-phunter2" db', '/usr/bin/mysql -u root "-p*" db'],
    ['curl -ume:hunter2 https://h', 'curl -ume:* https://h'],
    ['ldapsearch -D cn=me -w hunter2', 'ldapsearch -D cn=me -w *'],
    ['openssl enc -pass pass:hunter2', 'openssl enc -pass pass:*'],
    ['deploy --token hunter2 -v', 'deploy --token * -v'],
    ["['curl', '-u', 'me:hunter2']", "['curl', '-u', 'me:*']"],
    ["('X-Api-Key', 'a1b2c3')", "('X-Api-Key', '*')"],
    ["{'auth': ('me', 'hunter2')}", "{'auth': *}"],
    ['token = """a\nb"""', 'token = """*"""'],
    ['Set-Cookie: id=1; Path=/', 'Set-Cookie: *'],
    ['HTTP_AUTHORIZATION=Bearer abcdef1', 'HTTP_AUTHORIZATION=Bearer *'],
    ['https://h/c?key=AbCdEf0123456789xyz', 'https://h/c?key=*'],
    ['ya29.a0AfH6SMBx-abcdefghijkl', '*'],
    ['root:$6$salt$0123456789abcdefghij:19000', 'root:$6$*:19000'],
    ['pbkdf2_sha256$260000$salt$abcdefghijklmnop=', 'pbkdf2_sha256$*'],
    ['*2\r\n$4\r\nAUTH\r\n$7\r\nhunter2\r\n', '*2\r\n$4\r\nAUTH\r\n*'],
    ['USER me\r\nPASS hunter2\r\n', 'USER me\r\nPASS *\r\n'],
    ["smtp.login('me', 'hunter2')", "smtp.login('me', '*')"],
    ["insert into t (a, secret) values (1, 'x''y')", "insert into t (a, secret) values (1, '*')"],
    ['DB_PASS=hunter2', 'DB_PASS=*'],
  ] as const)
    expect(open(text)).toBe(shown);
  for (const text of ['postgresql://h1:5432,h2:5432/db?x=a@b', 'make -p all', 'the password is wrong', 'x < y </b>']) {
    expect(open(text)).toBe(text);
  }
  for (const text of [
    '12:30:45:a:b',
    '2024-01-01T12:30:45',
    'a:b:c:d:e',
    'fe80::1:2:3:4',
    'arn:aws:s3:us-east-1:bucket',
    'root:x:0:0:root:/root:/bin/bash',
    'src/main.py:1200:in:main:raised',
    '/usr/bin:/bin:/sbin:/usr/local/bin:/x',
    'docker run -p 8080:80 nginx',
    'mkdir -p /tmp/x; ssh -p 2222 h',
    'password=%s user=%s',
    'the token: %(value)s, password=%r.',
    'token: {} {!r}',
    'UPDATE t SET password = ? WHERE token = $1',
    'usage: x --token TOKEN --password PASSWORD',
    "('token', 'NAME')",
    'forward_pass=3',
    'costs $5 or $6',
  ]) {
    expect(open(text)).toBe(text);
  }
  for (const text of ['http://auth:8080/x', '/etc/passwd', 'tokens 5', 'a: b', 'PWD=/home', 'the secret of it', '']) {
    expect(open(text)).toBe(text);
  }
});

test('which values a text says to be secret', () => {
  const isSecret = secretNames({ redact: [], redactDefaults: true });
  const places = (text: string) => {
    const found = secretPlaces(text, isSecret);
    return found && [...found.positions, ...found.names];
  };
  expect(places('login %s with password %r')).toEqual([1]);
  expect(places('%d%% of %*d, token=%s, %s')).toEqual([3]);
  expect(places('%(user)s: %(api_key)s')).toEqual(['api_key']);
  expect(places('password is "{}", not {}')).toEqual([0]);
  expect(places('{1} token={0!r}')).toEqual([0]);
  expect(places('SET password = ? WHERE id = ?')).toEqual([0]);
  expect(places('WHERE a = $1 AND token = $2')).toEqual([1]);
  expect(places('WHERE token = :value')).toEqual(['value']);
  expect(places('INSERT INTO t (a, secret) VALUES (%s, crypt(%s, 1)), (%s, %s)')).toEqual([1]);
  expect(places('used %d tokens: %d, in %s')).toBe(null);
  expect(places('password for %s')).toBe(null);
});

test('PWD is where the process is, pwd is not', () => {
  const isSecret = secretNames({ redact: [], redactDefaults: true });
  expect(['PWD', 'OLDPWD', 'pwd', 'DB_PWD'].map(isSecret)).toEqual([false, false, true, true]);
});

test('words that only have one of the names in them', () => {
  const isSecret = secretNames({ redact: [], redactDefaults: true });
  for (const name of [
    'secretary',
    'passenger',
    'keyboard',
    'token_count',
    'max_tokens',
    'tokenizer',
    'cookiecutter',
    'bypass',
  ]) {
    expect([name, isSecret(name)]).toEqual([name, false]);
  }
  for (const name of [
    'secretary_password',
    'tokens',
    'token_id',
    'password_reset_url',
    'tokenizer_api_key',
    'X-Auth-Token',
  ]) {
    expect([name, isSecret(name)]).toEqual([name, true]);
  }
  expect(secretNames({ redact: ['secretary'], redactDefaults: true })('secretary')).toBe(true);
});

test('no text takes for ever to be looked through', () => {
  const secrets = new Secrets({ redact: [], redactDefaults: true });
  const pieces = [
    'a="',
    'a=',
    'mysql -u ',
    '<a ',
    '\\\\"a',
    'x://a:',
    'uid=;',
    "password '",
    'curl -u a',
    'a:\n ',
    "'a', '",
    '--token ',
    '*:*:a:',
    'name="a"\n',
    'into t (',
    '%s',
    'docker login ',
  ];
  const begun = process.cpuUsage();
  for (const piece of pieces) secrets.partsOf(piece.repeat(Math.ceil(4000 / piece.length)), 'whole');
  const { user, system } = process.cpuUsage(begun);
  expect((user + system) / 1000).toBeLessThan(5000);
});
