const guarded = '[ "$PPID" = "$0" ] || exit 1; exec "$@"'

/**
 * A command line for a program that may not outlive this process: the kernel kills it when we die, however we die.
 * If we died before that was armed, the parent is another one by now.
 */
export function bound(command: string, args: string[]): [string, ...string[]] {
  return ['setpriv', '--pdeathsig', 'KILL', '--', 'sh', '-c', guarded, String(process.pid), command, ...args]
}
