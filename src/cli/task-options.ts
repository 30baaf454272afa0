/** What can be asked of the tasks of event loops? */
import { Option } from 'commander';
import { DEFAULT_MAX_TASKS } from '../options.js';
import { parseCount } from './values.js';

export function taskOptions(): Option[] {
  return [
    new Option('--tasks', 'tasks of event loops as well, who waits for whom and why (default: where there are any)'),
    new Option('--no-tasks', 'threads only'),
    new Option('--max-tasks <n>', `tasks looked at; the others are counted (default: ${DEFAULT_MAX_TASKS})`).argParser(
      parseCount('--max-tasks'),
    ),
  ];
}
