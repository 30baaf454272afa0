/**
 * Which space does a number live in?
 *
 * User-space addresses on the machines we read (x86-64: 47 bits, AArch64: 48 or 52; more only for programs that ask) are
 * below 2^53, so they fit a JavaScript number exactly. Three brands keep three spaces apart:
 * an address in the target's memory, an address as written inside an ELF file (before the load bias), and an offset
 * into a file. Bitwise operators truncate to 32 bits: never use them on these.
 */

declare const brand: unique symbol;

/** An address in the target's address space, always made by {@link toAddress} or {@link addressOrNull}. */
export type Address = number & { readonly [brand]: 'Address' };
/** An address as written inside an ELF file (`st_value`, `p_vaddr`): add the load bias to get an {@link Address}. */
export type ElfAddress = number & { readonly [brand]: 'ElfAddress' };
/** A byte offset into a file. */
export type FileOffset = number & { readonly [brand]: 'FileOffset' };

/**
 * The first address taken for no user space: 2^47 ends it on x86-64 with four-level page tables, 2^48 or 2^52 on AArch64;
 * what lies above on five-level x86-64 is only mapped for programs that ask for it, and would not fit a double exactly.
 * The largest is used, and the memory itself says no to the rest.
 * https://docs.kernel.org/arch/x86/x86_64/5level-paging.html
 */
export const USER_SPACE_END = 2 ** 52;

/** mmap_min_addr's usual value: nothing a process uses lies below. A pointer here is a null pointer plus a field. */
export const USER_SPACE_START = 4096;

export class InvalidAddress extends Error {
  override readonly name = 'InvalidAddress';
  constructor(readonly value: number) {
    super(`0x${value.toString(16)} is not a user-space address`);
  }
}

export function isUserSpace(value: number): boolean {
  return value >= USER_SPACE_START && value < USER_SPACE_END && Number.isInteger(value);
}

/** The one door through which a number becomes an address. Throws {@link InvalidAddress} outside user space. */
export function toAddress(value: number): Address {
  if (!isUserSpace(value)) throw new InvalidAddress(value);
  return value as Address;
}

/** As {@link toAddress}, but a null pointer is `null`: for links that may end. */
export function addressOrNull(value: number): Address | null {
  return value === 0 ? null : toAddress(value);
}

/** `address` moved by `delta` bytes (which may be negative). Throws {@link InvalidAddress} when that leaves user space. */
export function offsetBy(address: Address, delta: number): Address {
  return toAddress(address + delta);
}

/** Six hexadecimal digits. */
const HALF = 0x1_00_0000;

/** `0x` and lower-case hexadecimal digits, as everywhere in the output. */
export function formatAddress(address: number): string {
  // Numbers beyond 31 bits are slow to write. The digit in front of the lower half keeps its zeros.
  if (address < HALF) return `0x${address.toString(16)}`;
  const high = Math.floor(address / HALF);
  return `0x${high.toString(16)}${(address - high * HALF + HALF).toString(16).slice(1)}`;
}
