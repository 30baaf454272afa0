// How does a command look in a terminal of a certain width? Run in one (tmux), read back as it stands there, and drawn as an
// SVG, on a dark or a light ground.
import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

const CHARACTER_WIDTH = 8.4;
const LINE_HEIGHT = 19;
const MARGIN = 16;
const ESCAPE = String.fromCharCode(27);
const EACH_COLOUR = new RegExp(`${ESCAPE}\\[([\\d;]*)m([^${ESCAPE}]*)`, 'g');
/** The eight colours of a terminal. */
const THEMES = {
  dark: {
    ground: '#0d1117',
    text: '#c9d1d9',
    31: '#ff7b72',
    32: '#7ee787',
    33: '#e3b341',
    34: '#79c0ff',
    35: '#d2a8ff',
  },
  light: {
    ground: '#ffffff',
    text: '#1f2328',
    31: '#cf222e',
    32: '#116329',
    33: '#7d4e00',
    34: '#0969da',
    35: '#8250df',
  },
};

export function hasTerminal() {
  return !spawnSync('tmux', ['-V']).error;
}

/**
 * What stands on a terminal of that size after the command has run, with its colour escapes, a string a line.
 * @param {string[]} command
 */
export async function onTerminal(command, columns, rows = 60) {
  const socket = `pystack-picture-${process.pid}`;
  const tmux = (...args) => spawnSync('tmux', ['-L', socket, ...args], { encoding: 'utf8' });
  const quoted = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const environment = ['-e', 'TERM=xterm-256color', '-e', 'NO_COLOR='];
  const line = `${quoted}; printf '\\n--end--'; sleep 60`;
  tmux('-f', '/dev/null', 'new-session', '-d', '-x', `${columns}`, '-y', `${rows}`, ...environment, 'sh', '-c', line);
  try {
    for (let i = 0; i < 600; i++) {
      await sleep(50);
      const { stdout } = tmux('capture-pane', '-p', '-e', '-S', '-2000');
      const at = stdout.indexOf('--end--');
      if (at >= 0) return stdout.slice(0, at).trimEnd().split('\n');
    }
    throw new Error(`${command.join(' ')} did not end`);
  } finally {
    tmux('kill-server');
  }
}

/** An SVG of these lines. */
export function picture(title, lines, columns, theme) {
  const colours = THEMES[theme];
  const width = columns * CHARACTER_WIDTH + 2 * MARGIN;
  const height = lines.length * LINE_HEIGHT + 2 * MARGIN;
  const texts = lines.map((line, i) => {
    const y = MARGIN + (i + 0.75) * LINE_HEIGHT;
    return `<text x="${MARGIN}" y="${y.toFixed(1)}" xml:space="preserve">${spans(line, colours)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>${escaped(title)}</title>
<rect width="100%" height="100%" rx="8" fill="${colours.ground}"/>
<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,monospace" font-size="14" fill="${colours.text}">
${texts.join('\n')}
</g>
</svg>
`;
}

/** Colour escapes (SGR) as tspans. */
function spans(line, colours) {
  let colour = null;
  let faint = false;
  let out = '';
  for (const [, codes, text] of `${ESCAPE}[m${line}`.matchAll(EACH_COLOUR)) {
    for (const code of codes === '' ? ['0'] : codes.split(';')) {
      if (code === '2') faint = true;
      else if (code === '0') [colour, faint] = [null, false];
      else if (code === '22') faint = false;
      else if (code === '39') colour = null;
      else if (code in colours) colour = colours[code];
    }
    if (text === '') continue;
    const attributes = `${colour ? ` fill="${colour}"` : ''}${faint ? ' opacity="0.6"' : ''}`;
    out += attributes === '' ? escaped(text) : `<tspan${attributes}>${escaped(text)}</tspan>`;
  }
  return out;
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
