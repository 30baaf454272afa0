/** Byte offset of a field inside its struct. */
export type Offset = number;
