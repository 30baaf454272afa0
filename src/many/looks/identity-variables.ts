/**
 * Which variables of a target's environment say where its place in a job is? These, and no other is ever kept or sent:
 * environments hold secrets.
 */

/** A way in which a launcher numbers the processes of a job: the variables of the number, and of how many there are. */
export interface RankSource {
  readonly rank: string;
  readonly size: readonly string[];
  /** Whether the number counts only with its size: the name alone is too common a word. */
  readonly needsSize?: true;
}

/** Best first: what a framework says to its processes goes before what the launcher below it says. */
export const RANK_SOURCES: readonly RankSource[] = [
  // torchrun and what follows it: https://docs.pytorch.org/docs/stable/elastic/run.html
  { rank: 'RANK', size: ['WORLD_SIZE'], needsSize: true },
  // https://docs.open-mpi.org/en/v5.0.x/tuning-apps/environment-var.html
  { rank: 'OMPI_COMM_WORLD_RANK', size: ['OMPI_COMM_WORLD_SIZE'] },
  { rank: 'MV2_COMM_WORLD_RANK', size: ['MV2_COMM_WORLD_SIZE'] },
  { rank: 'PMIX_RANK', size: ['PMIX_SIZE'] },
  { rank: 'PMI_RANK', size: ['PMI_SIZE'] },
  { rank: 'FLUX_TASK_RANK', size: ['FLUX_JOB_SIZE'] },
  { rank: 'PALS_RANKID', size: [] },
  // https://slurm.schedmd.com/srun.html#SECTION_OUTPUT-ENVIRONMENT-VARIABLES
  { rank: 'SLURM_PROCID', size: ['SLURM_STEP_NUM_TASKS', 'SLURM_NTASKS', 'SLURM_NPROCS'] },
  // https://kubernetes.io/docs/concepts/workloads/controllers/job/#completion-mode
  { rank: 'JOB_COMPLETION_INDEX', size: [] },
];

/** What names a job; of several that are set the first counts. */
export const JOB_VARIABLES: readonly string[] = [
  'TORCHELASTIC_RUN_ID',
  'SLURM_JOB_ID',
  'PMIX_NAMESPACE',
  'OMPI_MCA_ess_base_jobid',
  'PBS_JOBID',
  'LSB_JOBID',
  'FLUX_JOB_ID',
  'RAY_JOB_ID',
];

/** Step of a Slurm job: its processes are numbered anew in each. */
export const STEP_VARIABLE = 'SLURM_STEP_ID';

const PLACES: readonly string[] = [
  'LOCAL_RANK',
  'GROUP_RANK',
  'OMPI_COMM_WORLD_LOCAL_RANK',
  'SLURM_LOCALID',
  'SLURM_NODEID',
  'SLURMD_NODENAME',
  'HOSTNAME',
  'NODE_NAME',
  'POD_NAME',
  'POD_NAMESPACE',
  'CUDA_VISIBLE_DEVICES',
  'NVIDIA_VISIBLE_DEVICES',
  'HIP_VISIBLE_DEVICES',
  'ROCR_VISIBLE_DEVICES',
  'ZE_AFFINITY_MASK',
];

export const IDENTITY_VARIABLES: ReadonlySet<string> = new Set([
  ...RANK_SOURCES.flatMap(({ rank, size }) => [rank, ...size]),
  ...JOB_VARIABLES,
  STEP_VARIABLE,
  ...PLACES,
]);

/** A value longer than this is none of these. */
const MAX_VALUE = 256;

/** Of `NAME=value` lines those that say where the process stands. */
export function identityOf(environment: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of environment) {
    const at = entry.indexOf('=');
    const name = entry.slice(0, at);
    if (at > 0 && IDENTITY_VARIABLES.has(name) && entry.length - at <= MAX_VALUE) found[name] = entry.slice(at + 1);
  }
  return found;
}
