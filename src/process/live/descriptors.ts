/** What are the file descriptors of the target open on? */
import { readlinkSync } from 'node:fs';
import type { OutsideOwners } from '../process.js';
import { errnoOf, readProcText } from './proc-files.js';
import { readSocketPeer } from './socket-peers.js';
import { Sockets } from './sockets.js';

/** Descriptors of an epoll that are named; the others are counted. */
const MOST_WATCHED = 3;

export class Descriptors {
  readonly #sockets: Sockets;

  /** Reads nothing yet. */
  constructor(readonly pid: number) {
    this.#sockets = new Sockets(pid);
  }

  /**
   * "/var/log/app.log", "pipe:[12]", "TCP 10.0.0.5:41234->10.0.0.9:5432 (ESTABLISHED)", "socket:[4711]" where nothing is
   * known of it, "epoll of fd 5 (…)"; null: it is closed, or may not be looked at.
   */
  describe(fd: number): string | null {
    const link = this.#linkOf(fd);
    if (link === 'anon_inode:[eventpoll]') return this.#describeEpoll(fd) ?? link;
    return link === null ? null : this.#describeLink(link);
  }

  /** Who has the other end of a socket; null: it is none, or that is not known. */
  peerOf(fd: number): OutsideOwners | null {
    return readSocketPeer(this.pid, fd, this.#sockets);
  }

  #describeLink(link: string): string {
    const inode = /^socket:\[(\d+)\]$/.exec(link)?.[1];
    return (inode === undefined ? null : this.#sockets.describe(Number(inode))) ?? link;
  }

  /** What an epoll watches; one within another is not followed. null: nothing, or it is not told. */
  #describeEpoll(fd: number): string | null {
    const info = readProcText(`/proc/${this.pid}/fdinfo/${fd}`) ?? '';
    const watched = [...info.matchAll(/^tfd:\s+(\d+)/gm)].map((line) => Number(line[1]));
    if (watched.length === 0) return null;
    const named = watched.slice(0, MOST_WATCHED).map((one) => {
      const link = this.#linkOf(one);
      return link === null ? `fd ${one}` : `fd ${one} (${this.#describeLink(link)})`;
    });
    const more = watched.length - named.length;
    return `epoll of ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  }

  #linkOf(fd: number): string | null {
    try {
      return readlinkSync(`/proc/${this.pid}/fd/${fd}`);
    } catch (error) {
      if (errnoOf(error) === null) throw error;
      return null;
    }
  }
}
