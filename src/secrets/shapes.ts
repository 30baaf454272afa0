/**
 * Which parts of a text are secret by what stands around them: the password in a URL or a connection string, what follows
 * `password=`, a header's credentials, a private key? Pure. Names are those of names.ts.
 */

import { type PlacedWord, secretSpans, secretWords } from './commands.js';
import { insertedItems, isPlaceAt } from './formats.js';
import type { Span } from './span.js';

/** Texts in which nothing of it is are told by one look. */
const SUSPECT =
  /[:=$%]|-----BEGIN|bearer|AKIA|ASIA|AIza|gh[pousr]_|github_pat_|glpat-|xox|[rsg]s?k[-_]|eyJ|npm_|hf_|SG\.|whsec_|dop_v1_|shp[a-z]{2}_|pypi-|dckr_pat_|ya29\.|hvs\.|dapi|glsa_|sq0|key-|AGE-SECRET|[ "']--?[a-z]|["'], ?[ub]?["']|<\/|password |identified by|values ?\(|AUTH |^PASS |\nPASS |LOGIN /i;

/**
 * `scheme://user:PASSWORD@host`, which may have an `@` in it, or a `/` where it cannot be a port; of a text that was cut, up to
 * its end.
 */
const URL_CUT = /[a-z][a-z0-9+.-]*:\/\/[^\s/?#:@'"]*:([^\s@'"]+?)(?=@|$)/gi;
const URL = /[a-z][a-z0-9+.-]*:\/\/[^\s/?#:@'"]*:([^\s/'"]+(?=@)|(?!\d{1,5}[/?#,])[^\s'"]+(?=@))/gi;

/** A name, `=` or `:`, and a value: quoted, or up to a space or a separator. Not in the middle of a URL or a path. */
const NAMED =
  /(?<![\w./@])(?:--?)?(["']?)([A-Za-z_][\w.-]*)\1(\s*[=:]\s*)(?:u?b?"((?:[^"\\]|\\.)*)"?|u?b?'((?:[^'\\]|\\.)*)'?|([^\s,;&'")\]}]+))/g;

/** After a scheme, the credentials themselves. */
const SCHEME = /^(?:Bearer|Basic|Token|Digest|Negotiate|ApiKey)$/i;
const CREDENTIALS = /\bBearer\s+([\w.~+/=-]{6,})|\bBasic\s+(?=[\w+/]*[\d=])([\w+/]{8,}={0,2})/g;

/** JSON in a string of JSON: `\"password\": \"…\"`. */
const ESCAPED = /\\+"([A-Za-z_][\w.-]*)\\+"\s*:\s*\\+"((?:(?!\\+").)*)/g;

/** `<password>…</password>` */
const ELEMENT = /<([A-Za-z_][\w.:-]*)(?:\s[^<>]*)?>([^<]+)<\//g;

/**
 * Where neither `=` nor `:` stands between: the options of programs that people give passwords, SQL, `.netrc`, Oracle's addresses,
 * `PWD=` where it is beside what says that it is a connection string, keys of Azure, what signs an address.
 */
const OTHERS: readonly RegExp[] = [
  /\b(?:password|identified\s+by)\s+(?:password\s+)?'((?:[^'\\]|\\.)*)/gi,
  /\blogin\s+\S+\s+password\s+(\S+)/g,
  /\bjdbc:oracle:\w+:[^\s/@:]+\/([^\s@'"]+)/gi,
  /\b(?:uid|driver|server|data source|user id)\s*=[^\n]*?;\s*pwd\s*=\s*(\{[^}]*|[^;\s'"]+)/gi,
  /\b(?:AccountKey|SharedAccessKey|SharedAccessSignature)=([^\s;'"]+)/g,
  /[?&](?:sig|signature|X-(?:Amz|Goog)-Signature)=([^\s&'"]+)/gi,
  /[?&](?:key|code)=((?=[\w.~%/+-]*\d)(?=[\w.~%/+-]*[a-z])[\w.~%/+-]{16,})/gi,
  /\bhooks\.slack\.com\/(?:services|workflows)\/([\w/]+)/g,
  /\bapi\.telegram\.org\/bot(\d+:[\w-]+)/g,
  // What a client says to Redis; to a mail or file server.
  /\$4\r\nAUTH\r\n((?:\$\d+\r\n[^\r\n]*(?:\r\n)?){1,2})/gi,
  /^AUTH (?:PLAIN|LOGIN|XOAUTH2|CRAM-MD5) ([\w+/=]{4,})/gm,
  /^PASS (\S+)(?=[ \r]*$)/gm,
  /\.login\(\s*[ub]?(?:"[^"\n]*"|'[^'\n]*'),\s*[ub]?["']([^"'\n]+)/g,
  /^\w{1,8} LOGIN \S+ (\S+)(?=[ \r]*$)/gm,
];

/** Parts of forms: `name="password"`, an empty line, and the value. */
const FORM_PART = /\bname="([^"\r\n]{1,200})"[^\r\n]*(?:\r?\n[^\r\n]+){0,5}\r?\n\r?\n([^\r\n]*)/g;

/**
 * Lines of a `.pgpass`: host, port, database, user, password; a colon in one of them has a backslash.
 * A host has a letter or is `*`, so that no time is one, and is no file of a program's message.
 * https://www.postgresql.org/docs/current/libpq-pgpass.html
 */
const PGPASS =
  /^(?:\*|(?=[^:\s]*[A-Za-z])(?![^:\s]*\.(?:py|pyx|c|cc|cpp|h|js|ts|go|rs|java|rb|sh):)(?:\\.|[^:\\\s])+|\d{1,3}(?:\.\d{1,3}){3}|\[?(?:[0-9a-f]*\\:)+[0-9a-f]*\]?):(?:\*|\d{4,5}):(?:\*|(?=[^:\s]*[A-Za-z])(?:\\.|[^:\\\s])+):(?:\*|(?=[^:\s]*[A-Za-z])(?:\\.|[^:\\\s])+):((?:\\.|[^:\\\s])+)$/gm;

const ENDING_WITH_IT: readonly RegExp[] = [...OTHERS, PGPASS];

/** Passwords as files of users have them: crypt's, Django's. Whoever has them may try them out. */
const HASHED =
  /\$(?:[156y7]|2[abxy]?|apr1|argon2(?:id?|d)|pbkdf2[\w-]*|scrypt)\$([\w./+=,$-]{16,})|\b(?:pbkdf2_sha\d+|bcrypt(?:_sha256)?|scrypt|argon2)\$([\w./+=,$-]{16,})/g;

/** `--password secret` in a text, where the second is no word of a language. */
const OPTION = /(?<![\w-])--?([A-Za-z][\w-]*)[ \t]+(?!-)["']?([^\s"']+)/g;

/** A list or pair of texts that was written as Python does. */
const QUOTED = /(?<![\w'"])[ub]?(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)")/g;
const BETWEEN = /^, ?$/;
/** Texts of a list that are looked at. */
const MOST_QUOTED = 2000;

/** https://www.rfc-editor.org/rfc/rfc7468 */
const PRIVATE_KEY = /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----([\s\S]*?)(?=-----END|$)/g;

/**
 * Keys that say by their first letters whose they are: AWS, GitHub, GitLab, Slack, Google, Stripe, OpenAI, npm, PyPI, Hugging Face,
 * SendGrid, DigitalOcean, Shopify, Docker, Vault, Databricks, Grafana, Groq, Square, age; JSON Web Tokens.
 */
const KEYS =
  /\b(?:(?:AKIA|ASIA)[0-9A-Z]{16}|AIza[\w-]{35}|gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{22,}|glpat-[\w-]{20,}|xox[abeoprs]-[\w-]{10,}|[rs]k[-_](?:live|test|proj|ant)[-_][\w-]{8,}|whsec_\w{16,}|dop_v1_[0-9a-f]{32,}|dckr_pat_[\w-]{20,}|ya29\.[\w-]{20,}|hvs\.[\w-]{20,}|dapi[0-9a-f]{32}|glsa_\w{20,}|gsk_[A-Za-z0-9]{20,}|sq0[a-z]{3}-[\w-]{20,}|xapp-[\w-]{10,}|key-[0-9a-f]{32}|AGE-SECRET-KEY-1[0-9A-Z]{20,}|shp(?:at|ca|pa|ss)_[0-9a-fA-F]{24,}|pypi-[\w-]{40,}|sk-[A-Za-z0-9]{20,}|npm_[A-Za-z0-9]{36}|hf_[A-Za-z]{30,}|SG\.[\w-]{16,}\.[\w-]{16,}|eyJ[\w-]{8,}\.eyJ[\w-]{8,}(?:\.[\w-]*)?|eyJ[\w-]{8,}(?:\.[\w-]*){4})/g;

/**
 * What a text is: `whole`; `cut`, so what it ends with may be the beginning of a secret; or a line of `code`, where what
 * follows a name without quotes is a name itself.
 */
export type TextKind = 'whole' | 'cut' | 'code';

/** The secret parts of `text`, in no order. */
export function secretParts(text: string, isSecret: (name: string) => boolean, kind: TextKind): Span[] {
  if (!SUSPECT.test(text)) return [];
  const parts: Span[] = [];
  for (const match of text.matchAll(kind === 'cut' ? URL_CUT : URL)) parts.push(lastOf(match, match[1] ?? ''));
  parts.push(...namedParts(text, isSecret, kind));
  for (const match of text.matchAll(ESCAPED)) if (isSecret(match[1] ?? '')) parts.push(lastOf(match, match[2] ?? ''));
  for (const match of text.matchAll(ELEMENT)) {
    const start = match.index + match[0].length - 2 - (match[2] ?? '').length;
    if (isSecret(match[1] ?? '')) parts.push({ start, end: start + (match[2] ?? '').length });
  }
  for (const pattern of ENDING_WITH_IT)
    for (const match of text.matchAll(pattern)) parts.push(lastOf(match, match[1] ?? ''));
  if (text.includes('$')) {
    for (const match of text.matchAll(HASHED)) parts.push(lastOf(match, match[1] ?? match[2] ?? ''));
  }
  if (text.includes('name="')) {
    for (const match of text.matchAll(FORM_PART)) {
      if (isSecret(match[1] ?? '')) parts.push(lastOf(match, match[2] ?? ''));
    }
  }
  for (const match of text.matchAll(OPTION)) {
    if (isSecret(match[1] ?? '') && !isWords(match[2] ?? '')) parts.push(lastOf(match, match[2] ?? ''));
  }
  for (const { column, start, end } of insertedItems(text)) {
    const quote = text[start] ?? '';
    if (!isSecret(column) || (quote !== "'" && quote !== '"')) continue;
    parts.push({ start: start + 1, end: text[end - 1] === quote && end - start > 1 ? end - 1 : end });
  }
  if (/[ '"]-/.test(text)) parts.push(...secretWords(text));
  parts.push(...quotedParts(text, isSecret));
  for (const match of text.matchAll(CREDENTIALS)) parts.push(lastOf(match, match[1] ?? match[2] ?? ''));
  for (const match of text.matchAll(PRIVATE_KEY)) parts.push(lastOf(match, match[1] ?? ''));
  for (const match of text.matchAll(KEYS)) parts.push({ start: match.index, end: match.index + match[0].length });
  return parts.filter(({ start, end }) => end > start);
}

/** After how many names values are no longer looked into for more names. */
const MOST_NAMES = 10_000;

/** The values under secret names. What another name has for a value may have more of them in it: `coro=<f(password='…')>`. */
function namedParts(text: string, isSecret: (name: string) => boolean, kind: TextKind): Span[] {
  const parts: Span[] = [];
  const pattern = new RegExp(NAMED);
  for (let n = 0, match = pattern.exec(text); match !== null; n++, match = pattern.exec(text)) {
    const isName = kind === 'code' && match[6] !== undefined;
    if (
      !isName &&
      isSecret(match[2] ?? '') &&
      !isPlaceAt(text, match.index + match[0].length - (match[6] ?? match[0]).length)
    ) {
      const part = valueAfter(match, text);
      parts.push(part);
      pattern.lastIndex = Math.max(pattern.lastIndex, part.end);
    } else if (n < MOST_NAMES) {
      const [whole, , , separator = '', double, single, plain] = match;
      const before = whole.indexOf(separator, whole.search(/[A-Za-z_]/)) + separator.length;
      const quotes = plain === undefined ? whole.slice(before).search(/["']/) + 1 : 0;
      if ((double ?? single ?? plain ?? '') !== '') pattern.lastIndex = match.index + before + quotes;
    }
  }
  return parts;
}

/** What a match ends with. */
function lastOf(match: RegExpExecArray, part: string): Span {
  const end = match.index + match[0].length;
  return { start: end - part.length, end };
}

const CLOSED_BY: Readonly<Record<string, string>> = { '[': ']', '{': '}', '(': ')' };

function valueAfter(match: RegExpExecArray, text: string): Span {
  const [whole, , name = '', , double, single, plain] = match;
  const end = match.index + whole.length;
  if (plain === undefined) {
    const three = /^("""|''')/.exec(text.slice(end - 2, end + 1))?.[0];
    // TOML's and Python's texts of many lines.
    if (three && (double ?? single) === '') {
      const close = text.indexOf(three, end + 1);
      return { start: end + 1, end: close < 0 ? text.length : close };
    }
    const quote = double === undefined ? "'" : '"';
    const content = double ?? single ?? '';
    const last = whole.endsWith(`${content}${quote}`) ? end - 1 : end;
    return { start: last - content.length, end: last };
  }
  const start = end - plain.length;
  // A list or pair of secrets, or a value in braces (ODBC), up to where it is closed.
  const close = CLOSED_BY[plain[0] ?? ''];
  if (close !== undefined) {
    const closed = text.indexOf(close, start + 1);
    return { start, end: closed < 0 ? text.length : closed + 1 };
  }
  // YAML's lines below, which are further in.
  if (/^[|>][+-]?$/.test(plain)) {
    const block = /^\s*?\n(?:[ \t]+[^\n]*(?:\n|$))+/.exec(text.slice(end))?.[0] ?? '';
    return { start, end: end + block.trimEnd().length };
  }
  // `Authorization: Bearer …`, and cookies, which go on to the end of the line.
  const line = /^[^\r\n'"]*/.exec(text.slice(end))?.[0] ?? '';
  if (SCHEME.test(plain)) return { start: end + (/^\s*/.exec(line)?.[0].length ?? 0), end: end + line.length };
  return /cookie/i.test(name) ? { start, end: end + line.length } : { start, end };
}

/** Whether a value may be a name itself: only letters. */
function isWords(value: string): boolean {
  return /^[A-Za-z_ ]*$/.test(value);
}

/** What only headers are called. */
const HEADER = /^(?:x-[\w-]+|(?:proxy-)?authorization|(?:set-)?cookie|api-?key|[\w-]+-(?:token|key|auth))$/i;

/**
 * Whether in a pair of a name and a value the value is secret. Two words beside each other may be two names; not where the
 * first is called as only headers are.
 */
export function isSecretPair(name: string, value: string, isSecret: (name: string) => boolean): boolean {
  return value !== '' && isSecret(name) && (!isWords(value) || HEADER.test(name));
}

/** The secret texts in lists that were written as Python does: arguments of a command, a name and its value. */
function quotedParts(text: string, isSecret: (name: string) => boolean): Span[] {
  if (!/["'], ?[ub]?["']/.test(text)) return [];
  const parts: Span[] = [];
  let run: PlacedWord[] = [];
  let last = 0;
  const end = () => {
    const before = (run[0]?.start ?? 0) - 1;
    const isPair =
      /[([][ub]?$/.test(text.slice(Math.max(0, before - 2), before)) && /^[)\]]/.test(text.slice(last, last + 1));
    parts.push(...secretOf(run, isPair, isSecret));
    run = [];
  };
  let count = 0;
  for (const match of text.matchAll(QUOTED)) {
    if (count++ >= MOST_QUOTED) break;
    if (!BETWEEN.test(text.slice(last, Math.min(match.index, last + 3)))) {
      end();
    }
    const inside = match[1] ?? match[2] ?? '';
    last = match.index + match[0].length;
    run.push({ inside, start: last - 1 - inside.length });
  }
  end();
  return parts;
}

/** `isPair`: there are brackets around it. */
function secretOf(run: readonly PlacedWord[], isPair: boolean, isSecret: (name: string) => boolean): Span[] {
  const [first, second, ...more] = run;
  if (!first || !second) return [];
  const whole = ({ inside, start }: PlacedWord) => ({ start, end: start + inside.length });
  if (more.length === 0) {
    return isPair && isSecretPair(first.inside, second.inside, isSecret) ? [whole(second)] : [];
  }
  return secretSpans(run, isSecret);
}
