/**
 * What is socket number 4711 connected to? The kernel lists the sockets of a network namespace, those of each protocol in
 * a file. https://man7.org/linux/man-pages/man5/proc_pid_net.5.html, https://docs.kernel.org/networking/proc_net_tcp.html
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { errnoOf } from './proc-files.js';

/** Read of each list. A machine with more sockets than fit (about 50,000) has some that are told by number only. */
const MOST_BYTES = 8 * 1024 * 1024;

/** include/net/tcp_states.h, from 1 on. https://github.com/torvalds/linux/blob/v6.10/include/net/tcp_states.h#L12-L28 */
const TCP_STATES =
  'ESTABLISHED SYN_SENT SYN_RECV FIN_WAIT1 FIN_WAIT2 TIME_WAIT CLOSE CLOSE_WAIT LAST_ACK LISTEN CLOSING'.split(' ');

const LISTS: readonly { readonly file: string; readonly decode: (line: string) => Socket | null }[] = [
  { file: 'tcp', decode: (line) => decodeInternet('TCP', line) },
  { file: 'tcp6', decode: (line) => decodeInternet('TCP', line) },
  { file: 'unix', decode: decodeUnix },
  { file: 'udp', decode: (line) => decodeInternet('UDP', line) },
  { file: 'udp6', decode: (line) => decodeInternet('UDP', line) },
];

export interface Socket {
  readonly inode: number;
  /** As lsof has it: "TCP 127.0.0.1:50000->127.0.0.1:5432 (ESTABLISHED)", "UDP *:53", "unix /run/x.sock". */
  readonly words: string;
}

/** The sockets of a process's network namespace, each list read when it is first needed. */
export class Sockets {
  readonly #words = new Map<number, string>();
  #read = 0;

  constructor(readonly pid: number) {}

  /** In words; null: it is in none of the lists that can be read. */
  describe(inode: number): string | null {
    while (!this.#words.has(inode)) {
      const list = LISTS[this.#read++];
      if (!list) return null;
      for (const line of linesOf(`/proc/${this.pid}/net/${list.file}`)) {
        const socket = list.decode(line);
        if (socket) this.#words.set(socket.inode, socket.words);
      }
    }
    return this.#words.get(inode) ?? null;
  }
}

/** One line of net/tcp, tcp6, udp or udp6; null for the headline and what is no such line. */
export function decodeInternet(protocol: 'TCP' | 'UDP', line: string): Socket | null {
  const [, local, remote, state, , , , , , inode] = line.trim().split(/\s+/);
  const [here, there] = [local, remote].map((address) => decodeAddress(address ?? ''));
  if (!here || !there || !inode || Number(inode) === 0) return null;
  const name = protocol === 'TCP' ? TCP_STATES[Number.parseInt(state ?? '', 16) - 1] : undefined;
  const peer = there.endsWith(':*') ? '' : `->${there}`;
  return { inode: Number(inode), words: `${protocol} ${here}${peer}${name ? ` (${name})` : ''}` };
}

/** One line of net/unix: the path is the rest of the line, and absent where the socket has no name. null: as above. */
export function decodeUnix(line: string): Socket | null {
  const fields = /^[0-9a-f]+: (?:\S+\s+){5}(\d+)(?: (.*))?$/.exec(line);
  if (!fields) return null;
  const inode = Number(fields[1]);
  return { inode, words: `unix ${fields[2] ?? `socket:[${inode}]`}` };
}

/** "0100007F:1F90": words of 32 bits in the machine's order, here little-endian; the port is a number. */
function decodeAddress(text: string): string | null {
  const parts = /^((?:[0-9A-F]{8})+):([0-9A-F]{4})$/.exec(text);
  if (!parts?.[1] || !parts[2]) return null;
  const bytes = (parts[1].match(/.{8}/g) ?? []).flatMap((word) => [...Buffer.from(word, 'hex').reverse()]);
  const port = Number.parseInt(parts[2], 16) || '*';
  if (bytes.every((byte) => byte === 0)) return `*:${port}`;
  if (bytes.length === 4) return `${bytes.join('.')}:${port}`;
  // ::ffff:0:0/96, an IPv4 address on a socket that speaks both.
  if (bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255) {
    return `${bytes.slice(12).join('.')}:${port}`;
  }
  const groups = Array.from({ length: 8 }, (_, i) =>
    ((bytes[2 * i] ?? 0) * 256 + (bytes[2 * i + 1] ?? 0)).toString(16),
  );
  return `${new URL(`http://[${groups.join(':')}]`).hostname}:${port}`;
}

/** The lines of a file of /proc as far as we read; none where it cannot be read. */
function* linesOf(path: string): Generator<string> {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    return;
  }
  try {
    const chunk = Buffer.alloc(256 * 1024);
    const text = new TextDecoder();
    let rest = '';
    for (let all = 0; all < MOST_BYTES; ) {
      const got = readSync(fd, chunk);
      if (got === 0) break;
      all += got;
      const lines = (rest + text.decode(chunk.subarray(0, got), { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
    if (rest !== '') yield rest;
  } finally {
    closeSync(fd);
  }
}
