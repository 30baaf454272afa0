/** See folders-picture.mjs. */
export function pageWithPicture(page?: string): string;
