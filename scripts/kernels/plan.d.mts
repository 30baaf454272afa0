export const PLAN: readonly { readonly name: string }[];
