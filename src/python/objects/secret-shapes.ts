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
  /[:=]|-----BEGIN|[Bb]earer|AKIA|ASIA|AIza|gh[pousr]_|github_pat_|glpat-|xox|sk[-_]|eyJ|npm_|hf_|SG\.|^--/;

/** `scheme://user:PASSWORD@host`; of a text that was cut, up to its end. */
const URL_CUT = /[a-z][a-z0-9+.-]*:\/\/[^\s/?#:@'"]*:([^\s@'"]+?)(?=@|$)/gi;
const URL = /[a-z][a-z0-9+.-]*:\/\/[^\s/?#:@'"]*:([^\s/@'"]+)(?=@)/gi;

/** A name, `=` or `:`, and a value: quoted, or up to a space or a separator. Not in the middle of a URL or a path. */
const NAMED =
  /(?<![\w./@])(?:--?)?(["']?)([A-Za-z_][\w.-]*)\1(\s*[=:]\s*)(?:u?b?"((?:[^"\\]|\\.)*)"?|u?b?'((?:[^'\\]|\\.)*)'?|([^\s,;&'")\]}]+))/g;

/** After a scheme, the credentials themselves. */
const SCHEME = /^(?:Bearer|Basic|Token|Digest|Negotiate|ApiKey)$/i;
const CREDENTIALS = /\bBearer\s+([\w.~+/=-]{6,})|\bBasic\s+(?=[\w+/]*[\d=])([\w+/]{8,}={0,2})/g;

/** https://www.rfc-editor.org/rfc/rfc7468 */
const PRIVATE_KEY = /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----([\s\S]*?)(?=-----END|$)/g;

/** Keys that say by their first letters whose they are: AWS, GitHub, GitLab, Slack, Google, Stripe, OpenAI, npm, Hugging Face, SendGrid; JSON Web Tokens. */
const KEYS =
  /\b(?:(?:AKIA|ASIA)[0-9A-Z]{16}|AIza[\w-]{35}|gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{22,}|glpat-[\w-]{20,}|xox[abeoprs]-[\w-]{10,}|sk[-_](?:live|test|proj|ant)[-_][\w-]{8,}|sk-[A-Za-z0-9]{20,}|npm_[A-Za-z0-9]{36}|hf_[A-Za-z]{30,}|SG\.[\w-]{16,}\.[\w-]{16,}|eyJ[\w-]{8,}\.eyJ[\w-]{8,}(?:\.[\w-]*)?)/g;

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
  for (const match of text.matchAll(NAMED)) {
    const isName = kind === 'code' && match[6] !== undefined;
    if (!isName && isSecret(match[2] ?? '')) parts.push(valueAfter(match, text));
  }
  for (const match of text.matchAll(CREDENTIALS)) parts.push(lastOf(match, match[1] ?? match[2] ?? ''));
  for (const match of text.matchAll(PRIVATE_KEY)) parts.push(lastOf(match, match[1] ?? ''));
  for (const match of text.matchAll(KEYS)) parts.push({ start: match.index, end: match.index + match[0].length });
  return parts.filter(({ start, end }) => end > start);
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
  // `Authorization: Bearer …`, and cookies, which go on to the end of the line.
  const line = /^[^\r\n'"]*/.exec(text.slice(end))?.[0] ?? '';
  if (SCHEME.test(plain)) return { start: end + (/^\s*/.exec(line)?.[0].length ?? 0), end: end + line.length };
  return /cookie/i.test(name) ? { start, end: end + line.length } : { start, end };
}

/** Options whose value is what follows them, of programs that people give passwords. */
const PASSWORD_PROGRAMS = /(?:^|\/)(?:mysql\w*|mariadb[\w-]*|sshpass|mongo\w*)$/;

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
    if (i > 0 && PASSWORD_PROGRAMS.test(program) && /^-p./.test(item)) found.set(i, { start: 2, end: item.length });
  });
  return found;
}
