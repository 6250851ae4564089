import type { Command } from 'commander'

/**
 * Terraform's users type `-out=x` and `-detailed-exitcode`; commander would read those as clusters of short flags.
 * Every `-word` that names a long option gets its second dash; after `--` nothing is touched.
 */
export function normalizeSingleDash(argv: readonly string[], program: Command): string[] {
  const long = new Set([program, ...program.commands].flatMap((command) => command.options.map((option) => option.long)))
  const end = argv.indexOf('--')
  return argv.map((arg, i) => {
    const isLong = /^-[a-z][a-z-]+(=|$)/.test(arg) && long.has(`-${arg.split('=')[0]}`)
    return isLong && (end < 0 || i < end) ? `-${arg}` : arg
  })
}
