/** How do groups look as JSON? One document, a line for each member of the top level and for each group. */
import type { Groups } from '../many/groups/model.js';

export function* groupsJson(groups: Groups): Generator<string> {
  let separator = '{\n';
  for (const [key, value] of Object.entries(groups)) {
    yield `${separator}${JSON.stringify(key)}: `;
    separator = ',\n';
    if (!Array.isArray(value) || value.length === 0) yield JSON.stringify(value);
    else {
      yield '[\n';
      for (const [i, item] of value.entries()) yield `${i === 0 ? '' : ',\n'}${JSON.stringify(item)}`;
      yield '\n]';
    }
  }
  yield '\n}\n';
}
