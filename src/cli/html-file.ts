/** Can a page be written to that file? Asked before anybody is looked at: a look at a thousand hosts is not to be in vain. */
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { PystackError } from '../errors.js';

/** `-` is standard output. Throws PystackError `output` where it can be seen that it cannot. */
export function checkHtmlFile(path: string): void {
  if (path === '-') return;
  const cannot = (cause: string, nextStep: string) =>
    new PystackError('output', `${path === '' ? 'a file without a name' : path} cannot be written`, {
      cause,
      nextStep,
    });
  if (path === '') throw cannot('The name after --html is empty.', 'pystack … --html page.html');
  const folder = statSync(dirname(path), { throwIfNoEntry: false });
  if (!folder?.isDirectory()) throw cannot(`There is no folder ${dirname(path)}.`, 'make it, or name another file');
  const there = statSync(path, { throwIfNoEntry: false });
  if (there && !there.isFile()) {
    throw cannot('It is there already, and is no file.', 'name a file, or - for standard output');
  }
}
