import type { Problem } from '../../values/problem.ts'

/** A namespace that is being deleted is neither present nor absent. `deletionBlockers`: what the cluster reports as blocking the deletion. */
export function terminating(name: string, deletionBlockers: readonly string[]): Problem {
  const command = `kubectl get namespace ${name} -o jsonpath='{.status.conditions}'`
  return {
    code: 'namespace/terminating',
    summary: `The namespace ${name} is being deleted.`,
    ...(deletionBlockers.length > 0 && { detail: deletionBlockers.join('\n') }),
    remedy: `Wait until it is deleted, then run groundcrew plan again. A finalizer blocks the deletion until its owner removes it. To see what blocks it: ${command}`,
  }
}
