/** What has to be run here so that `pystack collect` runs there? */
import { kubectlPlan } from './kubectl.js';
import type { Ask, FleetRequest, Plan } from './model.js';
import { mpirunPlan } from './mpirun.js';
import { daskPlan, rayPlan } from './python-drivers.js';
import { srunPlan } from './srun.js';
import { sshPlan } from './ssh.js';

/** Throws PystackError. */
export function planOf(request: FleetRequest, ask: Ask): Plan | Promise<Plan> {
  switch (request.carrier) {
    case 'ssh':
      return sshPlan(request);
    case 'srun':
      return srunPlan(request, ask);
    case 'mpirun':
      return mpirunPlan(request);
    case 'kubectl':
      return kubectlPlan(request, ask);
    case 'ray':
      return rayPlan(request);
    case 'dask':
      return daskPlan(request);
  }
}
