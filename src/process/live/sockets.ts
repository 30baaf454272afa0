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
/** The first of them are TCP's. */
const TCP_LISTS = 2;

export interface Socket {
  /** 0: nobody has it open. The kernel has taken a connection that the program has not, or keeps one that was closed. */
  readonly inode: number;
  readonly kind: 'TCP' | 'UDP' | 'unix';
  /** As lsof has it: "TCP 127.0.0.1:50000->127.0.0.1:5432 (ESTABLISHED)", "UDP *:53", "unix /run/x.sock". */
  readonly words: string;
  /** "127.0.0.1:50000->127.0.0.1:5432", "*:80->*:*"; null: a Unix socket. */
  readonly ends: { readonly here: string; readonly there: string; readonly state: string | null } | null;
}

/** Inodes; 0: there is none, or nobody has it open. */
export interface TcpPeer {
  /** Of the other end of the connection. */
  readonly peer: number;
  /** Of who listens where a connection leads that no program has taken yet. */
  readonly listener: number;
}

/** The sockets of a process's network namespace, each list read when it is first needed. */
export class Sockets {
  readonly #byInode = new Map<number, Socket>();
  /** Of TCP, by both ends. */
  readonly #byEnds = new Map<string, Socket>();
  readonly #listening = new Map<string, Socket>();
  #read = 0;

  constructor(readonly pid: number) {}

  /** In words; null: it is in none of the lists that can be read. */
  describe(inode: number): string | null {
    return this.find(inode)?.words ?? null;
  }

  /** null: it is in none of the lists that can be read. */
  find(inode: number): Socket | null {
    while (!this.#byInode.has(inode) && this.#read < LISTS.length) this.#readList();
    return this.#byInode.get(inode) ?? null;
  }

  /** null: it is no TCP socket, or connected to none of this network namespace. */
  peerOf(inode: number): TcpPeer | null {
    const { kind, ends } = this.find(inode) ?? {};
    if (kind !== 'TCP' || !ends) return null;
    while (this.#read < TCP_LISTS) this.#readList();
    const peer = this.#byEnds.get(`${ends.there} ${ends.here}`);
    if (!peer) return null;
    if (peer.inode !== 0) return { peer: peer.inode, listener: 0 };
    const listener = this.#listening.get(ends.there) ?? this.#listening.get(`*:${portOf(ends.there)}`);
    return { peer: 0, listener: listener?.inode ?? 0 };
  }

  #readList(): void {
    const list = LISTS[this.#read++];
    for (const line of list ? linesOf(`/proc/${this.pid}/net/${list.file}`) : []) {
      const socket = list?.decode(line);
      if (!socket) continue;
      const { inode, kind, ends } = socket;
      if (inode !== 0) this.#byInode.set(inode, socket);
      if (kind !== 'TCP' || !ends) continue;
      if (ends.state === 'LISTEN') this.#listening.set(ends.here, socket);
      else this.#byEnds.set(`${ends.here} ${ends.there}`, socket);
    }
  }
}

function portOf(end: string): string {
  return end.slice(end.lastIndexOf(':') + 1);
}

/** One line of net/tcp, tcp6, udp or udp6; null for the headline and what is no such line. */
export function decodeInternet(protocol: 'TCP' | 'UDP', line: string): Socket | null {
  const [, local, remote, code, , , , , , inode] = line.trim().split(/\s+/);
  const [here, there] = [local, remote].map((address) => decodeAddress(address ?? ''));
  if (!here || !there || !inode) return null;
  const state = TCP_STATES[Number.parseInt(code ?? '', 16) - 1];
  const peer = there.endsWith(':*') ? '' : `->${there}`;
  return {
    inode: Number(inode),
    kind: protocol,
    words: `${protocol} ${here}${peer}${protocol === 'TCP' && state ? ` (${state})` : ''}`,
    ends: { here, there, state: state ?? null },
  };
}

/** One line of net/unix: the path is the rest of the line, and absent where the socket has no name. null: as above. */
export function decodeUnix(line: string): Socket | null {
  const fields = /^[0-9a-f]+: (?:\S+\s+){5}(\d+)(?: (.*))?$/.exec(line);
  if (!fields) return null;
  const inode = Number(fields[1]);
  return { inode, kind: 'unix', words: `unix ${fields[2] ?? `socket:[${inode}]`}`, ends: null };
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
