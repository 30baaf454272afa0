/** See green-packages.mjs. */
export function greenPackages(minorVersion: string, packages: readonly string[], own?: string | null): string | null;
