/** What is the value of an option? Commander hands out an untyped bag; what is not of the type asked for is absent. */

export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

export function stringOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

export function stringsOf(value: unknown): string[] | undefined {
  return Array.isArray(value) ? value.map(String) : undefined;
}
