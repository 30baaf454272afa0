/** Is of tensors of PyTorch shown what each says of itself, and nothing of those that are laid out in another way? Skipped where there is none. */
import { expect, test } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import type { PythonFrame } from '../../src/snapshot.js';
import { pythonThatImports } from '../support/real-python.js';
import { withProgram } from '../support/target.js';

const interpreter = pythonThatImports('torch');

interface Facts {
  readonly shape: string;
  readonly dtype: string;
  readonly device: string;
  readonly requires_grad: boolean;
}

/** Those whose gradients may come from what they are a view of, of which nothing is told. */
const VIEWS: ReadonlySet<string> = new Set(['turned', 'part', 'spread', 'mine']);

test.skipIf(interpreter === null)('tensors as they say themselves', { timeout: 120_000 }, async () => {
  if (interpreter === null) return;
  await withProgram(interpreter, 'torch_values.py', { flags: ['-W', 'ignore'] }, async ({ pid, ready }) => {
    const snapshot = await inspectProcess(pid, { locals: { maxItems: 1000, maxString: 100_000 } });
    expect(snapshot.warnings).toEqual([]);
    const frames = snapshot.threads.flatMap(({ frames }) => frames);
    const frame = frames.find((each): each is PythonFrame => each.kind === 'python' && each.function === 'hold');
    const shown = new Map(
      frame?.locals?.map(({ name, value }) => [name, value.repr.replace(/ at 0x[0-9a-f]+/g, '')]) ?? [],
    );
    for (const [name, facts] of Object.entries(ready['shown'] as Record<string, Facts>)) {
      const type = {
        weights: 'torch.nn.parameter.Parameter',
        frozen: 'torch.nn.parameter.Parameter',
        mine: '__main__.Mine',
      };
      const asks = facts.requires_grad ? 'True' : 'False';
      const gradients = VIEWS.has(name) ? '' : `, requires_grad=${asks}`;
      const own = name === 'named' ? ", label='x'" : '';
      const head = type[name as keyof typeof type] ?? 'torch.Tensor';
      const parts = `shape=${facts.shape}, dtype=${facts.dtype}, device=${facts.device}${gradients}${own}`;
      expect(shown.get(name), name).toBe(`<${head}: ${parts}>`);
    }
    const one = 'dtype=torch.float32, device=cpu, requires_grad=False';
    expect(shown.get('several')).toBe(`[<torch.Tensor: shape=(1,), ${one}>, <torch.Tensor: shape=(2,), ${one}>]`);
    expect(shown.get('layers')).toContain(
      "'weight': <torch.nn.parameter.Parameter: shape=(2, 3), dtype=torch.float32, device=cpu, requires_grad=True>",
    );
    expect(shown.get('sparse')).toBe('<torch.Tensor>');
    expect(shown.get('nested')).toBe('<torch.Tensor>');
    expect(shown.get('other')).toBe('<__main__.Other>');
    expect(shown.get('later')).toBe('<torch.nn.parameter.UninitializedParameter>');
    expect(shown.get('password')).toBe('<redacted>');
    // Every type by its name.
    const types = [
      ...(shown.get('types') ?? '').matchAll(/'(torch\.\w+)': <torch\.Tensor: shape=\(3,\), dtype=(torch\.\w+),/g),
    ];
    expect(types.map(([, key]) => key).sort()).toEqual(ready['types']);
    expect(types.filter(([, key, name]) => key !== name)).toEqual([]);
  });
});
