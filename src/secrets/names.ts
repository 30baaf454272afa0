/** Which names announce a secret? Values under them are not read, so they cannot be shown by any way round. */

/**
 * Found anywhere in a name, in any case, words joined by `_`, `-` or nothing. `pass` alone and `key` alone are not among
 * them: what they match is mostly harmless. Whose pass it is tells it from one over data (`forward_pass`).
 */
export const DEFAULT_SECRETS: readonly string[] = [
  'passw(or)?d',
  'passwd',
  'passphrase',
  'passcode',
  '(^|[^a-z])(db|database|user|admin|root|login|smtp|e?mail|ssh|ftp|http|proxy|redis|mysql|pg|postgres|mongo|ldap|sudo|become|vault|key|store)_?pass$',
  '(^|[^a-z])pw$',
  '(^|[^a-z])pwd',
  'secret',
  'token',
  'api[_-]?key',
  'access[_-]?key',
  'private[_-]?key',
  'encryption[_-]?key',
  'signing[_-]?key',
  '(^|[^a-z])(master|account|subscription|ssh|rsa|aes|hmac|fernet|jwt)[_-]?key$',
  'authori[sz]ation',
  '(^|[^a-z])auth$',
  'credential',
  'cookie',
  'session[_-]?(id|key)',
  'bearer',
  'csrf',
  'connection[_-]?string',
  '(^|[^a-z])dsn($|[^a-z])',
];

/**
 * Words that have one of these in them and announce none: numbers of tokens, what makes them, `secretary`. They are left out of a
 * name before it is looked at.
 */
const HARMLESS_WORDS =
  /secretar(?:y|ies|ial)|cookie[_-]?cutter|tokeni[sz](?:ers?|ed|ation|e)|(?:max|min|num|n|total|prompt|completion|input|output|new|cached)[_-]tokens|tokens?[_-](?:count|type|limit|usage|length|len|budget)/gi;

/** Environment variables that no password is in: where the process is. */
const HARMLESS: ReadonlySet<string> = new Set(['PWD', 'OLDPWD']);

/** Which names to withhold; the shape of the options. */
export interface RedactionSettings {
  /** Case-insensitive regular expressions. */
  readonly redact: readonly string[];
  /** Whether {@link DEFAULT_SECRETS} apply too. */
  readonly redactDefaults: boolean;
}

/** Tells whether a name is to be withheld. Throws SyntaxError for what is no regular expression. */
export function secretNames(settings: RedactionSettings): (name: string) => boolean {
  // Checked one by one, so that a pattern with an unmatched parenthesis cannot change what its neighbours mean.
  const compiled = (patterns: readonly string[]) => patterns.map((pattern) => new RegExp(pattern, 'iu'));
  const preset = compiled(settings.redactDefaults ? DEFAULT_SECRETS : []);
  const added = compiled(settings.redact);
  if (preset.length + added.length === 0) return () => false;
  const withoutHarmless = (name: string) => name.replace(HARMLESS_WORDS, ' ');
  const isHarmless = (name: string) => settings.redact.length === 0 && HARMLESS.has(name);
  const known = new Map<string, boolean>();
  return (name) => {
    let secret = known.get(name);
    if (secret === undefined) {
      secret =
        !isHarmless(name) &&
        (added.some((pattern) => pattern.test(name)) || preset.some((pattern) => pattern.test(withoutHarmless(name))));
      known.set(name, secret);
    }
    return secret;
  };
}
