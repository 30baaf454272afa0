/** Do the mappings of one file, and of each time that it is mapped, come together? */
import { expect, test } from 'vitest';
import { decodeMappings } from '../../src/process/mappings.js';
import { groupByFile, groupByImage } from '../../src/process/modules.js';

const MAPS = `\
10000-11000 r--p 00000000 08:01 7 /lib/a.so
11000-12000 r-xp 00001000 08:01 7 /lib/a.so
12000-13000 rw-p 00000000 00:00 0
13000-14000 rw-p 00001000 08:01 7 /lib/a.so
20000-22000 r--p 00000000 08:01 8 /lib/b.so
30000-31000 r--p 00000000 08:01 7 /lib/a.so
31000-32000 r-xp 00001000 08:01 7 /lib/a.so
40000-41000 r-xp 00000000 08:02 7 /lib/a.so
50000-51000 rw-p 00000000 00:00 0 [heap]
60000-62000 r-xp 00000000 00:00 0 [vdso]
`;

test('all mappings of a file are one group, of which each time that it is mapped is one', () => {
  const mappings = decodeMappings(MAPS);
  const starts = (groups: ReturnType<typeof groupByFile>) =>
    groups.map((group) => group.map(({ start }) => start.toString(16)));
  expect(starts(groupByFile(mappings))).toEqual([
    ['10000', '11000', '13000', '30000', '31000'],
    ['20000'],
    ['40000'],
    ['60000'],
  ]);
  expect(starts(groupByImage(mappings))).toEqual([
    ['10000', '11000', '13000'],
    ['20000'],
    ['30000', '31000'],
    ['40000'],
    ['60000'],
  ]);
});
