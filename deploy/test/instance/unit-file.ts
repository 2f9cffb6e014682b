/** Parses a systemd unit: sections of `Name=value` lines (systemd.syntax(7)). Any other line is an error. */

/** Values by section and name, in order. An empty value does not reset the list here: no unit of ours uses that. */
export type Unit = ReadonlyMap<string, readonly string[]>;

/** Parses a unit to a map of `Section.Name` → values. */
export function readUnit(text: string): Unit {
  const unit = new Map<string, string[]>();
  let section = '';
  for (const line of text.split('\n')) {
    const head = /^\[(Unit|Service|Timer|Install)\]$/.exec(line);
    const pair = /^([A-Z][A-Za-z]+)=(.*)$/.exec(line);
    if (head) section = head[1]!;
    else if (pair && section) {
      const name = `${section}.${pair[1]}`;
      unit.set(name, [...(unit.get(name) ?? []), pair[2]!]);
    } else if (line !== '' && !line.startsWith('#')) throw new Error(`not a line of a unit: ${line}`);
  }
  return unit;
}
