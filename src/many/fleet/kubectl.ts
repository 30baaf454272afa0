/** How does Kubernetes carry it? Into what runs in each pod, or as a container that is added to it. */
import { PystackError } from '../../errors.js';
import type { Ask, FleetRequest, Plan } from './model.js';
import { collectWords, sentWords } from './remote-words.js';
import { linesOfOne } from './sorters.js';

/** Throws PystackError `usage`, `engine-not-found`, `engine-failed`. */
export async function kubectlPlan(request: FleetRequest, ask: Ask): Promise<Plan> {
  const { send, clientOptions, where } = request;
  const client = request.client ?? 'kubectl';
  const pods = await podsOf(where ?? '', (args) => ask(client, [...clientOptions, ...args]));
  const calls = pods.map((pod) => {
    const named = { ...request, collect: ['--host', pod, ...request.collect] };
    const words = send === null ? collectWords(named) : sentWords(named);
    return {
      program: client,
      args: [...clientOptions, ...into(pod, request), '--', ...words],
      stdin: send,
      hosts: [pod],
      sorter: () => linesOfOne(pod),
    };
  });
  return { before: [], calls };
}

function into(pod: string, { image, target, send }: FleetRequest): string[] {
  const stdin = send === null ? [] : ['--stdin'];
  if (image === null) return ['exec', ...stdin, pod, ...(target === null ? [] : ['--container', target])];
  // `general` lets it trace; the target's processes are only seen where they are shared with it:
  // https://kubernetes.io/docs/tasks/debug/debug-application/debug-running-pod/#debugging-profiles
  const share = target === null ? [] : ['--target', target];
  return ['debug', '--stdin', '--quiet', '--profile', 'general', '--image', image, ...share, pod];
}

/** Names, or those that a selector such as `app=train` fits. */
async function podsOf(where: string, ask: (args: string[]) => Promise<string>): Promise<string[]> {
  const pods = where.includes('=')
    ? (await ask(['get', 'pods', '--selector', where, '--output', 'name'])).split('\n')
    : where.split(',');
  const names = [...new Set(pods.map((pod) => pod.trim().replace(/^pods?\//, '')).filter((pod) => pod !== ''))];
  const wrong = names.find((name) => !/^[a-z0-9][a-z0-9.-]*$/.test(name));
  if (names.length > 0 && wrong === undefined) return names;
  throw new PystackError('usage', `--kubectl needs pods, not '${where}'`, {
    cause: wrong === undefined ? 'No pod fits.' : `'${wrong}' cannot be the name of a pod.`,
    nextStep: 'list them with: kubectl get pods --show-labels',
  });
}
