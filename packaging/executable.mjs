// placeholder
export async function makeExecutable() {
  throw new Error('not yet');
}
