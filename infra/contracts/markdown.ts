// The few forms of Markdown that the generated pages use.

/** Says in every page where it comes from. */
export const made = '*Made by `npm run generate` from the code; changes here are overwritten.*';

/** A table; a pipe in a cell stays a pipe. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

export function page(...blocks: readonly string[]): string {
  return `${blocks.join('\n\n')}\n`;
}

export const code = (text: string): string => `\`${text}\``;
