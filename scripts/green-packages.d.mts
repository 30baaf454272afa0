export function greenPackages(minorVersion: string, packages: readonly string[], base?: string): string | null;
