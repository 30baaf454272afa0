/**
 * Which parts of a text are secret by what stands around them: the password in a URL or a connection string, what follows
 * `password=`, a header's credentials, a private key? Pure. Names are those of redaction.ts.
 */

/** Characters [start, end) of a text, as JavaScript counts them. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Texts in which nothing of it is are told by one look. */
const SUSPECT =
  /[:=]|-----BEGIN|[Bb]earer|AKIA|ASIA|AIza|gh[pousr]_|github_pat_|glpat-|xox|[rs]k[-_]|eyJ|npm_|hf_|SG\.|whsec_|dop_v1_|shp[a-z]{2}_|pypi-|^--| -[apu]|<\/|password |identified by/i;

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
  /\b(?:mysql\w*|mariadb[\w-]*|mongo\w*)\s(?:[^\n;|&]*?\s)?-p([^\s'"]+)/g,
  /\bsshpass\s+-p\s*([^\s'"]+)/g,
  /\bredis-cli\s(?:[^\n;|&]*?\s)?(?:-a|--pass)\s+([^\s'"]+)/g,
  /\bcurl\s(?:[^\n;|&]*?\s)?(?:-u|--user)[\s=]+['"]?[^\s:'"]+:([^\s'"]+)/g,
  /\b(?:password|identified\s+by)\s+(?:password\s+)?'((?:[^'\\]|\\.)*)/gi,
  /\blogin\s+\S+\s+password\s+(\S+)/g,
  /\bjdbc:oracle:\w+:[^\s/@:]+\/([^\s@'"]+)/gi,
  /\b(?:uid|driver|server|data source|user id)\s*=[^\n]*?;\s*pwd\s*=\s*(\{[^}]*|[^;\s'"]+)/gi,
  /\b(?:AccountKey|SharedAccessKey|SharedAccessSignature)=([^\s;'"]+)/g,
  /[?&](?:sig|X-(?:Amz|Goog)-Signature)=([^\s&'"]+)/gi,
  /\bhooks\.slack\.com\/(?:services|workflows)\/([\w/]+)/g,
];

/** https://www.rfc-editor.org/rfc/rfc7468 */
const PRIVATE_KEY = /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----([\s\S]*?)(?=-----END|$)/g;

/**
 * Keys that say by their first letters whose they are: AWS, GitHub, GitLab, Slack, Google, Stripe, OpenAI, npm, PyPI, Hugging Face,
 * SendGrid, DigitalOcean, Shopify; JSON Web Tokens.
 */
const KEYS =
  /\b(?:(?:AKIA|ASIA)[0-9A-Z]{16}|AIza[\w-]{35}|gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{22,}|glpat-[\w-]{20,}|xox[abeoprs]-[\w-]{10,}|[rs]k[-_](?:live|test|proj|ant)[-_][\w-]{8,}|whsec_\w{16,}|dop_v1_[0-9a-f]{32,}|shp(?:at|ca|pa|ss)_[0-9a-fA-F]{24,}|pypi-[\w-]{40,}|sk-[A-Za-z0-9]{20,}|npm_[A-Za-z0-9]{36}|hf_[A-Za-z]{30,}|SG\.[\w-]{16,}\.[\w-]{16,}|eyJ[\w-]{8,}\.eyJ[\w-]{8,}(?:\.[\w-]*)?)/g;

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
  for (const pattern of OTHERS) for (const match of text.matchAll(pattern)) parts.push(lastOf(match, match[1] ?? ''));
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
    if (!isName && isSecret(match[2] ?? '')) {
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

function valueAfter(match: RegExpExecArray, text: string): Span {
  const [whole, , name = '', , double, single, plain] = match;
  const end = match.index + whole.length;
  if (plain === undefined) {
    const quote = double === undefined ? "'" : '"';
    const content = double ?? single ?? '';
    const last = whole.endsWith(`${content}${quote}`) ? end - 1 : end;
    return { start: last - content.length, end: last };
  }
  const start = end - plain.length;
  // A list of secrets, or a value in braces (ODBC), up to where it is closed.
  const open = plain[0] ?? '';
  if (open === '[' || open === '{') {
    const close = text.indexOf(open === '[' ? ']' : '}', start + 1);
    return { start, end: close < 0 ? text.length : close + 1 };
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

/** Options whose value is what follows them, of programs that people give passwords. */
const PASSWORD_PROGRAMS = /(?:^|\/)(?:mysql\w*|mariadb[\w-]*|sshpass|mongo\w*)$/;
/** Of others, which option a password follows, and what stands before it in that item. */
const PASSWORD_OPTIONS: readonly (readonly [program: RegExp, option: RegExp, before: RegExp])[] = [
  [/(?:^|\/)redis-cli$/, /^(?:-a|--pass)$/, /^/],
  [/(?:^|\/)sshpass$/, /^-p$/, /^/],
  [/(?:^|\/)curl$/, /^(?:-u|--user)$/, /^[^:]*:(?=.)/],
];

/** Which items of an argument list are secret: after `--password`, in `-pPASSWORD`. By index; null: all of that item. */
export function secretArguments(
  items: readonly (string | null)[],
  isSecret: (name: string) => boolean,
): Map<number, Span | null> {
  const found = new Map<number, Span | null>();
  const program = items[0] ?? '';
  items.forEach((item, i) => {
    if (item === null) return;
    const option = /^--?([A-Za-z][\w-]*)$/.exec(item);
    if (option && isSecret(option[1] ?? '') && items[i + 1] !== undefined && !items[i + 1]?.startsWith('-')) {
      found.set(i + 1, null);
    }
    for (const [named, asked, before] of PASSWORD_OPTIONS) {
      const next = items[i + 1];
      const start = i > 0 && named.test(program) && asked.test(item) && next ? before.exec(next) : null;
      if (start && next) found.set(i + 1, { start: start[0].length, end: next.length });
    }
    if (i > 0 && PASSWORD_PROGRAMS.test(program) && /^-p./.test(item)) found.set(i, { start: 2, end: item.length });
  });
  return found;
}
