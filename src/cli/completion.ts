/**
 * What completes pystack in a shell? A script for each, made from the declared commands. Process ids are offered as the
 * shell finds them in /proc: those of which the program's name says Python, else all.
 */
import type { CommandEntry, OptionEntry, Program } from './command-tree.js';
import { declaredTree } from './declared.js';
import type { Shell } from './program.js';

/** The script, with the way to install it in its first lines. */
export function completionScript(shell: Shell, program: Program = declaredTree()): string {
  switch (shell) {
    case 'bash':
      return bashScript(program);
    case 'zsh':
      return zshScript(program);
    case 'fish':
      return fishScript(program);
  }
}

/** Prints the ids of processes that look like Python, or of all; for every POSIX shell. */
const PIDS = `  local dir pids all
  for dir in /proc/[0-9]*; do
    all="$all \${dir##*/}"
    case "$(readlink "$dir/exe" 2>/dev/null)" in *python*) pids="$pids \${dir##*/}" ;; esac
  done
  echo "\${pids:-$all}"`;

/** What completes the value of an option. */
function valueKind({ value, long }: OptionEntry): 'none' | 'file' | 'directory' | 'other' {
  if (value === null) return 'none';
  if (value === 'file') return 'file';
  return value.startsWith('dir') || long === '--sysroot' ? 'directory' : 'other';
}

type ArgumentKind = 'pid' | 'file' | 'choices' | 'none';

/** What completes a command's argument; those of `core` are both files. */
function argumentKind({ arguments: [first] }: CommandEntry): ArgumentKind {
  if (first === undefined) return 'none';
  if (first.choices.length > 0) return 'choices';
  return first.name === 'pid' ? 'pid' : 'file';
}

function flagsOf(options: readonly OptionEntry[]): string[] {
  return options.flatMap(({ short, long }) => (short === null ? [long] : [short, long]));
}

function bashScript({ options, commands }: Program): string {
  const names = [...commands.map(({ name }) => name), 'help'];
  const cases = commands.map((command) => {
    const files = command.options.filter((option) => valueKind(option) === 'file');
    const folders = command.options.filter((option) => valueKind(option) === 'directory');
    const others = command.options.filter((option) => valueKind(option) === 'other');
    const values = [
      ...pattern(files, 'COMPREPLY=($(compgen -f -- "$word")); return'),
      ...pattern(folders, 'COMPREPLY=($(compgen -d -- "$word")); return'),
      ...pattern(others, 'COMPREPLY=(); return'),
    ];
    const argument = {
      pid: 'words=$(_pystack_pids)',
      file: 'COMPREPLY=($(compgen -f -- "$word")); return',
      choices: `words="${command.arguments[0]?.choices.join(' ')}"`,
      none: 'words=""',
    }[argumentKind(command)];
    return `    ${command.name})
      case $before in
${values.map((line) => `        ${line}`).join('\n')}
      esac
      if [[ $word == -* ]]; then words="${flagsOf(command.options).join(' ')}"
      else ${argument}
      fi ;;`;
  });
  return `# Completion of pystack for bash. In this shell: source <(pystack completion bash)
# In every one: pystack completion bash > ~/.local/share/bash-completion/completions/pystack
_pystack_pids() {
${PIDS}
}
_pystack() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} command= words= i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    if [[ \${COMP_WORDS[i]} != -* ]]; then command=\${COMP_WORDS[i]}; break; fi
  done
  case $command in
    '') if [[ $word == -* ]]; then words="${flagsOf(options).join(' ')}"; else words="${names.join(' ')}"; fi ;;
${cases.join('\n')}
    help) words="${commands.map(({ name }) => name).join(' ')}" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o filenames -F _pystack pystack
`;
}

function pattern(options: readonly OptionEntry[], then: string): string[] {
  return options.length === 0 ? [] : [`${flagsOf(options).join('|')}) ${then} ;;`];
}

/** In single quotes. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function zshScript({ options, commands }: Program): string {
  const list = [...commands, HELP_COMMAND].map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`);
  const cases = commands.map((command) => {
    const argument = {
      pid: command.arguments[0]?.repeated ? "'*:process id:_pystack_pids'" : "'1:process id:_pystack_pids'",
      file: "'*:file:_files'",
      choices: quoted(`1:${command.arguments[0]?.name}:(${command.arguments[0]?.choices.join(' ')})`),
      none: '',
    }[argumentKind(command)];
    const specs = [...command.options.map(zshOption), argument].filter(Boolean);
    return `    ${command.name}) _arguments -s ${specs.join(' \\\n      ')} ;;`;
  });
  return `#compdef pystack
# Completion of pystack for zsh. In every one: pystack completion zsh > ~/.zfunc/_pystack, with ~/.zfunc in $fpath
_pystack_pids() {
  local -a ids
  ids=($(_pystack_ids))
  compadd -a ids
}
_pystack_ids() {
${PIDS}
}
_pystack() {
  local curcontext=$curcontext state line context
  typeset -A opt_args
  _arguments -C ${options.map(zshOption).join(' ')} '1:command:->command' '*::argument:->argument'
  case $state in
    command)
      local -a names=(
${list.join('\n')}
      )
      _describe command names ;;
    argument)
      case $words[1] in
${cases.map((line) => line.replaceAll(/^/gm, '  ')).join('\n')}
      help) _values command ${commands.map(({ name }) => name).join(' ')} ;;
      esac ;;
  esac
}
if [ "$funcstack[1]" = _pystack ]; then _pystack "$@"; else compdef _pystack pystack; fi
`;
}

const HELP_COMMAND = { name: 'help', summary: 'print the help of a command' };

function zshOption(option: OptionEntry): string {
  const text = option.description.replaceAll(/[[\]:]/g, (mark) => `\\${mark}`);
  const complete = { none: '', file: ':file:_files', directory: ':directory:_files -/', other: `:${option.value}: ` };
  const rest = `[${text}]${complete[valueKind(option)]}`;
  if (option.short === null) return quoted(`*${option.long}${rest}`);
  return `{-h,--help}`.includes(option.short)
    ? `'(- *)'{${option.short},${option.long}}${quoted(rest)}`
    : `'*'{${option.short},${option.long}}${quoted(rest)}`;
}

function fishScript({ options, commands }: Program): string {
  const lines = commands.flatMap((command) => {
    const on = `-n '__fish_seen_subcommand_from ${command.name}'`;
    const kind = argumentKind(command);
    const argument = {
      pid: [`complete -c pystack ${on} -f -a '(__pystack_pids)'`],
      file: [`complete -c pystack ${on} -F`],
      choices: [`complete -c pystack ${on} -f -a ${quoted(command.arguments[0]?.choices.join(' ') ?? '')}`],
      none: [],
    }[kind];
    return [...argument, ...command.options.map((option) => fishOption(option, on))];
  });
  const first = [...commands, HELP_COMMAND].map(
    ({ name, summary }) => `complete -c pystack -n __fish_use_subcommand -f -a ${name} -d ${fishQuoted(summary)}`,
  );
  return `# Completion of pystack for fish. In this shell: pystack completion fish | source
# In every one: pystack completion fish > ~/.config/fish/completions/pystack.fish
function __pystack_pids
  set -l pids
  set -l all
  for pid in (string match -rg '^/proc/(\\d+)$' /proc/*)
    set -a all $pid
    string match -q '*python*' (readlink /proc/$pid/exe 2>/dev/null); and set -a pids $pid
  end
  if test (count $pids) -gt 0
    string join \\n $pids
  else
    string join \\n $all
  end
end
complete -c pystack -e
complete -c pystack -n __fish_use_subcommand -f
${options.map((option) => fishOption(option, '-n __fish_use_subcommand')).join('\n')}
${first.join('\n')}
complete -c pystack -n '__fish_seen_subcommand_from help' -f -a '${commands.map(({ name }) => name).join(' ')}'
${lines.join('\n')}
`;
}

function fishOption(option: OptionEntry, on: string): string {
  const { short, long, description } = option;
  const flags = [short === null ? '' : `-s ${short.slice(1)}`, `-l ${long.slice(2)}`].filter(Boolean).join(' ');
  const value = { none: '', file: ' -r -F', directory: " -x -a '(__fish_complete_directories)'", other: ' -x' };
  return `complete -c pystack ${on} ${flags}${value[valueKind(option)]} -d ${fishQuoted(description)}`;
}

/** In fish, quotes inside single quotes are escaped. */
function fishQuoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
