import type { Command } from 'commander'

/**
 * Users of Terraform type `-out=x` and `-detailed-exitcode`, which commander would parse as groups of short flags. Every
 * `-word` that is the name of a long option gets a second dash; what follows `--` is unchanged.
 */
export function normalizeSingleDash(argv: readonly string[], program: Command): string[] {
  const long = new Set([program, ...program.commands].flatMap((command) => command.options.map((option) => option.long)))
  const end = argv.indexOf('--')
  return argv.map((arg, i) => {
    const isLong = /^-[a-z][a-z-]+(=|$)/.test(arg) && long.has(`-${arg.split('=')[0]}`)
    return isLong && (end < 0 || i < end) ? `-${arg}` : arg
  })
}
