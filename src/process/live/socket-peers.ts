/**
 * Which processes have the other end of a socket open? Of TCP the two ends name each other by their addresses in the list
 * of the network namespace; of Unix sockets the kernel tells which is connected to which.
 */
import { readlinkSync } from 'node:fs';
import { native } from '../native.js';
import type { OutsideOwners } from '../process.js';
import { openEndsOf, readOpenEnd } from './open-ends.js';
import { ownersOf } from './other-processes.js';
import { errnoOf } from './proc-files.js';
import type { Sockets } from './sockets.js';

/** null: it is no socket, it is connected to none, or to one that cannot be found out (another machine's, for one). */
export function readSocketPeer(pid: number, fd: number, sockets: Sockets): OutsideOwners | null {
  const link = readOpenEnd(pid, fd)?.link;
  const inode = Number(/^socket:\[(\d+)\]$/.exec(link ?? '')?.[1] ?? 0);
  if (inode === 0) return null;
  const socket = sockets.find(inode);
  if (!socket) return null;
  return socket.kind === 'unix' ? unixPeer(pid, inode) : internetPeer(pid, inode, sockets);
}

function unixPeer(pid: number, inode: number): OutsideOwners | null {
  // The kernel is asked as to our own namespace.
  if (networkOf(pid) !== networkOf('self')) return null;
  const peer = attempt(() => native().unixSocketPeer(inode)) ?? 0;
  return peer === 0 ? null : ownersOfSocket(pid, inode, peer);
}

function internetPeer(pid: number, inode: number, sockets: Sockets): OutsideOwners | null {
  const { peer, listener } = sockets.peerOf(inode) ?? { peer: 0, listener: 0 };
  if (peer !== 0) return ownersOfSocket(pid, inode, peer);
  if (listener === 0) return null;
  // Nobody has taken the connection yet; whoever listens may, and may not.
  const { id, owners } = ownersOfSocket(pid, inode, listener);
  return { id, owners: owners.map((owner) => ({ ...owner, evidence: 'probable' })), complete: false };
}

/** The same name for the two ends of one connection would be wrong: each is waited for by the other side. */
function ownersOfSocket(pid: number, inode: number, peer: number): OutsideOwners {
  const { ends, complete } = openEndsOf(`socket:[${peer}]`, pid);
  const { owners, all } = ownersOf(ends.map((end) => end.pid));
  return { id: `socket:[${inode}] peer:[${peer}]`, owners, complete: complete && all };
}

function networkOf(pid: number | 'self'): string | null {
  return attempt(() => readlinkSync(`/proc/${pid}/ns/net`));
}

/** null: the kernel refuses. */
function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    return null;
  }
}
