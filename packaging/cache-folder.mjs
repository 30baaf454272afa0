// Where is kept what takes long to make or to download, and is the same for every checkout on this machine? In the user's
// cache folder; `PYSTACK_CACHE` names another. Everything in it is named after what it was made of, and may be deleted at
// any time.
import { homedir } from 'node:os';
import { join } from 'node:path';

export const CACHE =
  process.env.PYSTACK_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'pystack');
