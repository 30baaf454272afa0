/** How is a length of time told to people? Pure. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** In the largest unit that says something, and the next: `3 d 4 h`. @param ms not negative */
export function durationText(ms: number): string {
  if (ms < MINUTE) return `${(ms / SECOND).toFixed(ms < 10 * SECOND ? 1 : 0)} s`;
  const units: [string, number][] = [
    ['d', DAY],
    ['h', HOUR],
    ['min', MINUTE],
  ];
  const at = units.findIndex(([, size]) => ms >= size);
  const [name, size] = units[at] ?? ['min', MINUTE];
  const next = units[at + 1];
  const whole = `${Math.floor(ms / size)} ${name}`;
  const rest = next ? Math.floor((ms % size) / next[1]) : 0;
  return next && rest > 0 ? `${whole} ${rest} ${next[0]}` : whole;
}
