// How do files become an initramfs? As an archive that the kernel unpacks into memory at its start, uncompressed: an
// emulated processor takes longer to unpack it than to copy it. The format ("newc") is in the kernel's
// Documentation/driver-api/early-userspace/buffer-format.rst.
import { closeSync, lstatSync, openSync, readdirSync, readFileSync, readlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const FILE = 0o100000;
const FOLDER = 0o040000;
const TRAILER = 'TRAILER!!!';

/**
 * Writes an archive of folders, one over the other, and of single files. All belongs to root; links stay links; devices,
 * pipes and sockets are left out.
 * @param {string} archive path of what is written
 * @param {{ folders: string[], files: Record<string, { path?: string, text?: string, folder?: boolean, mode: number }> }} content
 *   files: by their path in the archive, from another place or as text; `folder`: an empty one
 */
export function writeCpio(archive, { folders, files }) {
  const fd = openSync(archive, 'w');
  let inode = 0;
  const append = (name, mode, bytes) => {
    inode++;
    // Order: inode, mode, uid, gid, links, time, size, device (2), special device (2), length of the name, checksum.
    const fields = [inode, mode, 0, 0, 1, 0, bytes.length, 0, 0, 0, 0, Buffer.byteLength(name) + 1, 0];
    const header = `070701${fields.map((value) => value.toString(16).padStart(8, '0')).join('')}${name}\0`;
    for (const part of [padded(Buffer.from(header)), padded(bytes)]) {
      for (let at = 0; at < part.length; ) at += writeSync(fd, part, at);
    }
  };
  try {
    for (const folder of folders) {
      for (const name of ['', ...readdirSync(folder, { recursive: true }).sort()]) {
        const path = join(folder, name);
        const stat = lstatSync(path);
        if (stat.isDirectory()) append(name || '.', stat.mode, Buffer.alloc(0));
        else if (stat.isSymbolicLink()) append(name, stat.mode, Buffer.from(readlinkSync(path)));
        else if (stat.isFile()) append(name, stat.mode, readFileSync(path));
      }
    }
    for (const [name, { path, text = '', folder = false, mode }] of Object.entries(files)) {
      if (folder) append(name, FOLDER | mode, Buffer.alloc(0));
      else append(name, FILE | mode, path === undefined ? Buffer.from(text) : readFileSync(path));
    }
    append(TRAILER, 0, Buffer.alloc(0));
  } finally {
    closeSync(fd);
  }
}

/** Everything begins at a multiple of four bytes. */
function padded(bytes) {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}
