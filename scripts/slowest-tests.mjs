// Which test files take longest, and what do they do meanwhile? A reporter for vitest: the slowest files, how long each
// took from its first import to its last clean-up, and how much of CPUs it used with the programs it started. One that
// takes long and uses little waits.
const SHOWN = 25;

export default class SlowestTests {
  onTestRunEnd(modules) {
    const files = modules
      .map((module) => {
        const { collectDuration, duration } = module.diagnostic();
        const tests = [...module.children.allTests()].length;
        return {
          name: module.relativeModuleId,
          ms: collectDuration + duration,
          cpuMs: module.meta().cpuMs ?? 0,
          tests,
        };
      })
      .sort((a, b) => b.ms - a.ms);
    const sum = (name) => files.reduce((total, file) => total + file[name], 0);
    const lines = files
      .slice(0, SHOWN)
      .map(
        ({ name, ms, cpuMs, tests }) =>
          `${seconds(ms)} s, CPU ${seconds(cpuMs)} s  ${name} (${tests} ${tests === 1 ? 'test' : 'tests'})`,
      );
    process.stdout.write(
      `\nthe ${lines.length} slowest of ${files.length} test files (${seconds(sum('ms'))} s in all, CPU ${seconds(sum('cpuMs'))} s)\n${lines.join('\n')}\n`,
    );
  }
}

function seconds(ms) {
  return (ms / 1000).toFixed(1).padStart(6);
}
