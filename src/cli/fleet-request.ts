/** What is `pystack fleet` to do, and with which words is `pystack collect` started there? */
import { PystackError } from '../errors.js';
import { CARRIERS, type FleetRequest } from '../many/fleet/model.js';
import { DEFAULT_FANOUT, DEFAULT_TIMEOUT_S } from './fleet-options.js';
import type { Opts } from './handlers.js';
import { numberOf } from './option-values.js';

/** Throws a usage error where nothing says where, or two things do. */
export function fleetRequest(opts: Opts): FleetRequest {
  const given = CARRIERS.filter((carrier) => opts[carrier] !== undefined);
  const [carrier, another] = given;
  if (carrier === undefined || another !== undefined) {
    throw new PystackError(
      'usage',
      another === undefined ? 'it was not said what carries it there' : 'more than one way to get there was given',
      {
        cause: `It takes one of ${CARRIERS.map((each) => `--${each}`).join(', ')}.`,
        nextStep: 'pystack fleet --ssh <hosts>, or pystack fleet --srun <job>',
      },
    );
  }
  const where = textOf(opts[carrier]);
  for (const flag of ['image', 'target'] as const) {
    if (opts[flag] !== undefined && carrier !== 'kubectl') {
      throw new PystackError('usage', `--${flag} is for --kubectl only`, { nextStep: 'leave it out' });
    }
  }
  const fanout = numberOf(opts['fanout']) ?? DEFAULT_FANOUT;
  return {
    carrier,
    where,
    client: textOf(opts['client']),
    clientOptions: textsOf(opts['clientOption']),
    pystack: textOf(opts['pystack']) ?? 'pystack',
    send: textOf(opts['send']),
    collect: collectArguments(opts, otherwiseOf(carrier, where)),
    timeoutS: numberOf(opts['timeout']) ?? DEFAULT_TIMEOUT_S,
    fanout: Math.max(1, fanout),
    image: textOf(opts['image']),
    target: textOf(opts['target']),
  };
}

/** Which processes, where nothing says so. Of Ray those that run its tasks and actors, as it calls them, but for our own. */
function otherwiseOf(carrier: FleetRequest['carrier'], where: string | null): string[] {
  if (carrier === 'srun') return [`--env=SLURM_JOB_ID=${where}`];
  return carrier === 'ray' ? ['--match=^ray::(?!pystack_|IDLE|DashboardAgent|RuntimeEnvAgent)'] : ['--all'];
}

const SEARCHES = ['match', 'user', 'cgroup', 'container'] as const;
const VALUES = {
  timeBudget: '--time-budget',
  maxPause: '--max-pause',
  library: '--library',
} as const;
const FLAGS = { children: '--children', exhaustive: '--exhaustive' } as const;
const REFUSALS = {
  block: '--no-block',
  demangle: '--no-demangle',
  debuginfod: '--no-debuginfod',
} as const;
const NATIVE: Readonly<Record<string, string>> = { python: '--native', all: '--native-all', last: '--native-last' };

/**
 * The options of `collect` that say the same. Each value is one word with its flag, so that none can be taken for an option.
 * @param otherwise where nothing says which processes
 */
function collectArguments(opts: Opts, otherwise: readonly string[]): string[] {
  const searches = [
    ...(opts['all'] === true ? ['--all'] : []),
    ...SEARCHES.filter((name) => opts[name] !== undefined).map((name) => `--${name}=${opts[name]}`),
    ...textsOf(opts['env']).map((entry) => `--env=${entry}`),
  ];
  const given = <Name extends string>(table: Readonly<Record<Name, string>>, is: (value: unknown) => boolean) =>
    (Object.entries(table) as [Name, string][]).filter(([name]) => is(opts[name]));
  const locateBy = textsOf(opts['locateBy']);
  const native = NATIVE[String(opts['native'])];
  return [
    ...(searches.length > 0 ? searches : otherwise),
    ...given(FLAGS, (value) => value === true).map(([, flag]) => flag),
    ...given(REFUSALS, (value) => value === false).map(([, flag]) => flag),
    ...given(VALUES, (value) => value !== undefined).map(([name, flag]) => `${flag}=${opts[name]}`),
    ...(locateBy.length > 0 ? [`--locate-by=${locateBy.join(',')}`] : []),
    ...(native === undefined ? [] : [native]),
  ];
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
