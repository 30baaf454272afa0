/**
 * Which commands and options are declared but not there yet? They are hidden from the help, and using one is refused
 * rather than ignored. To finish a feature is to delete its lines here.
 */
export const NOT_YET: ReadonlySet<string> = new Set([]);
