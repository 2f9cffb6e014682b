/** Completion scripts for shells, made from the existing commands. Pure. */

/** Shells that have a script. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** An option and its possible values. */
export interface CompletableOption {
  /** With the dashes. */
  readonly flag: string;
  readonly description: string;
  readonly value: 'none' | 'words' | 'file' | 'other';
  readonly words: readonly string[];
}

/** A command. */
export interface Completable {
  /** One word or two, such as `trust add`. */
  readonly name: string;
  readonly description: string;
  /** Whether its operand is a file. */
  readonly takesFile: boolean;
  /** The possible operands, if they are a closed list. */
  readonly words: readonly string[];
  readonly options: readonly CompletableOption[];
}

const NAMES = ['perf-aggregator', './perf-aggregator'] as const;
const GLOBAL = ['--help', '--version', '--json', '--url'] as const;

/** Reads the names of files without splitting or expanding them. */
const BASH_FILES = 'while IFS= read -r file; do COMPREPLY+=("$file"); done < <(compgen -f -- "$current")';

/** The script for a shell. */
export function scriptFor(shell: Shell, commands: readonly Completable[]): string {
  if (shell === 'fish') return fish(commands);
  return shell === 'bash' ? bash(commands) : zsh(commands);
}

function bash(commands: readonly Completable[]): string {
  return `# Completes perf-aggregator in bash: eval "$(perf-aggregator completion bash)"
_perf_aggregator() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" command='' index file
  for ((index = 1; index < COMP_CWORD; index++)); do
    case "$command/\${COMP_WORDS[index]}" in
${steps(commands)}
    esac
  done
  COMPREPLY=()
  case "$command $previous" in
${values(commands, (words) => `COMPREPLY=($(compgen -W '${words}' -- "$current")); return`, `${BASH_FILES}; return`, 'return')}
  esac
  case "$command" in
${operands(commands, (words, takesFile) => `COMPREPLY=($(compgen -W '${words}' -- "$current"))${takesFile ? `; ${BASH_FILES}` : ''}`)}
  esac
}
complete -o filenames -F _perf_aggregator ${NAMES.join(' ')}
`;
}

function zsh(commands: readonly Completable[]): string {
  return `#compdef ${NAMES.join(' ')}
# Completes perf-aggregator in zsh: source <(perf-aggregator completion zsh)
_perf_aggregator() {
  local command='' word
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$command/$word" in
${steps(commands, '$word')}
    esac
  done
  case "$command \${words[CURRENT-1]}" in
${values(commands, (words) => `compadd -- ${words}; return`, '_files; return', 'return')}
  esac
  case "$command" in
${operands(commands, (words, takesFile) => `compadd -- ${words}${takesFile ? '; _files' : ''}`)}
  esac
}
if [ "\${funcstack[1]}" = _perf_aggregator ]; then _perf_aggregator "$@"; else compdef _perf_aggregator ${NAMES.join(' ')}; fi
`;
}

/** Finds the command of a line: the first word that names a command, and a second word where the command takes one. */
function steps(commands: readonly Completable[], word = `\${COMP_WORDS[index]}`): string {
  const groups = groupsOf(commands);
  const first = firstWords(commands).map((name) => `/${name}`);
  const inner = groups.flatMap((group) => innerWords(commands, group).map((name) => `${group}/${name}`));
  return [
    `      ${first.join('|')}) command="${word}" ;;`,
    ...(inner.length === 0 ? [] : [`      ${inner.join('|')}) command="$command ${word}" ;;`]),
  ].join('\n');
}

/** What may follow an option that takes a value. */
function values(
  commands: readonly Completable[],
  ofWords: (words: string) => string,
  ofFiles: string,
  ofOthers: string,
): string {
  return commands
    .flatMap(({ name, options }) =>
      options.flatMap(({ flag, value, words }) => {
        if (value === 'none') return [];
        const then = value === 'words' ? ofWords(words.join(' ')) : value === 'file' ? ofFiles : ofOthers;
        return [`    '${name} ${flag}') ${then} ;;`];
      }),
    )
    .join('\n');
}

/** What else may stand at this place. */
function operands(
  commands: readonly Completable[],
  toLine: (words: string, takesFile: boolean) => string,
): string {
  return [
    `    '') ${toLine([...firstWords(commands), ...GLOBAL].join(' '), false)} ;;`,
    ...groupsOf(commands).map(
      (group) => `    '${group}') ${toLine(innerWords(commands, group).join(' '), false)} ;;`,
    ),
    ...commands.map(({ name, options, words, takesFile }) => {
      const flags = options.map(({ flag }) => flag);
      return `    '${name}') ${toLine([...words, ...flags, '--help'].join(' '), takesFile)} ;;`;
    }),
  ].join('\n');
}

function fish(commands: readonly Completable[]): string {
  const lines = commands.flatMap(({ name, description, options, words, takesFile }) => {
    const [first, second] = name.split(' ');
    const seen = [first, second].filter(Boolean).map((word) => `__fish_seen_subcommand_from ${word}`);
    const when = `-n '${seen.join('; and ')}'`;
    return [
      second === undefined
        ? `-n __fish_use_subcommand -f -a ${first} -d ${quoted(description)}`
        : `-n '__fish_seen_subcommand_from ${first}; and not __fish_seen_subcommand_from ${innerWords(commands, first!).join(' ')}' -f -a ${second} -d ${quoted(description)}`,
      ...(words.length === 0 ? [] : [`${when} -f -a '${words.join(' ')}'`]),
      ...(takesFile || words.length > 0 ? [] : [`${when} -f`]),
      ...options.map((option) => `${when} ${fishOption(option)}`),
    ];
  });
  const groups = groupsOf(commands).map((group) => `-n __fish_use_subcommand -f -a ${group}`);
  const all = ['-n __fish_use_subcommand -f', '-l help', '-l version', ...groups, ...lines];
  return [
    '# Completes perf-aggregator in fish: perf-aggregator completion fish | source',
    ...all.map((line) => `complete -c perf-aggregator ${line}`),
    '',
  ].join('\n');
}

function fishOption({ flag, description, value, words }: CompletableOption): string {
  const takes = { none: '', words: ` -x -a '${words.join(' ')}'`, file: ' -r -F', other: ' -x' }[value];
  return `-l ${flag.slice(2)}${takes} -d ${quoted(description)}`;
}

/** Text in single quotes. Fish reads two escapes inside them. */
function quoted(text: string): string {
  return `'${text.replaceAll(/[\\']/g, '\\$&')}'`;
}

function firstWords(commands: readonly Completable[]): readonly string[] {
  return [...new Set(commands.map(({ name }) => name.split(' ')[0]!))];
}

function innerWords(commands: readonly Completable[], group: string): readonly string[] {
  return commands.flatMap(({ name }) => {
    const [first, second] = name.split(' ');
    return first === group && second !== undefined ? [second] : [];
  });
}

/** Commands that have subcommands. */
function groupsOf(commands: readonly Completable[]): readonly string[] {
  return firstWords(commands).filter((first) => innerWords(commands, first).length > 0);
}
