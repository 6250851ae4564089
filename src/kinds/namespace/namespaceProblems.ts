import type { Problem } from '../../values/problem.ts'

/** While it goes it is neither there nor gone. `heldBy`: what the cluster says is in its way. */
export function terminating(name: string, heldBy: readonly string[]): Problem {
  const how = `kubectl get namespace ${name} -o jsonpath='{.status.conditions}'`
  return {
    code: 'namespace/terminating',
    summary: `The namespace ${name} is being deleted.`,
    ...(heldBy.length > 0 && { detail: heldBy.join('\n') }),
    remedy: `Wait until it is gone, then plan again. A finalizer holds it until its owner takes it off. What is in its way: ${how}`,
  }
}

export function unreadable(): Problem {
  const summary = 'The state holds a namespace that this version of groundcrew cannot read.'
  return { code: 'state/unreadable', summary, remedy: 'Use the version of groundcrew that wrote the state.' }
}
