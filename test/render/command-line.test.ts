/** Is a command line shown without the secrets on it, and else as it is? */
import { expect, test } from 'vitest';
import { secretNames } from '../../src/python/objects/index.js';
import { commandLineText } from '../../src/render/command-line.js';

const shown = (...words: string[]) => commandLineText(words, secretNames({ redact: [], redactDefaults: true }));

test('secrets on a command line', () => {
  expect(shown('app', '--password', 'hunter2', '-v')).toBe('app --password <redacted> -v');
  expect(shown('app', '--api-key=hunter2', 'DB_PASSWORD=hunter2')).toBe(
    'app --api-key=<redacted> DB_PASSWORD=<redacted>',
  );
  expect(shown('app', 'mysql://u:hun@ter2@h/db')).toBe('app mysql://u:<redacted>@h/db');
  expect(shown('app', '-H', 'Authorization: Bearer hunter2')).toBe('app -H Authorization: <redacted>');
  expect(shown('app', '--config', '{"user": "me", "password":"hunter2"}')).toBe(
    'app --config {"user": "me", "password":"<redacted>"}',
  );
  expect(shown('docker', 'login', '-u', 'me', '-p', 'hunter2')).toBe('docker login -u me -p <redacted>');
  expect(shown('sh', '-c', 'mysql -phunter2 db')).toBe('sh -c mysql -p<redacted> db');
  expect(shown('app', '--token=ghp_0123456789abcdefghij0123456789abcdef')).toBe('app --token=<redacted>');
  expect(shown('app: worker with Bearer hunter2hunter2')).toBe('app: worker with Bearer <redacted>');
});

test('what is none stays', () => {
  expect(shown('app', '--max-tokens', '100', '--tokenizer=bert', '-p', '8080')).toBe(
    'app --max-tokens 100 --tokenizer=bert -p 8080',
  );
  expect(shown('app', 'http://h:8080/x', '{"user": "me"}')).toBe(`app http://h:8080/x '{"user": "me"}'`);
});
