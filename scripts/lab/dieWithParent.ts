const GUARD = '[ "$PPID" = "$0" ] || exit 1; exec "$@"'

/**
 * A command line for a program that must not outlive this process: the kernel kills it when this process dies, even by SIGKILL.
 * The guard exits if this process died before the signal was set: the program then has another parent.
 */
export function dieWithParent(command: string, args: string[]): [string, ...string[]] {
  return ['setpriv', '--pdeathsig', 'KILL', '--', 'sh', '-c', GUARD, String(process.pid), command, ...args]
}
