import { pointer } from '../../values/json.ts'
import type { LiveNamespace } from '../../world/ports/cluster.ts'
import type { UnmanagedDifference } from '../kind.ts'

export type Labels = { readonly [name: string]: string }

/** What labels of somebody else's do to the pods of a namespace. */
const CHANGE_WHAT_RUNS: readonly { readonly name: RegExp; readonly does: string }[] = [
  { name: /^pod-security\.kubernetes\.io\//, does: 'It decides which pods may start here.' },
  { name: /^(istio-injection$|istio\.io\/)/, does: 'It puts a proxy into every new pod, or takes it out.' },
  { name: /^(linkerd\.io|kuma\.io)\//, does: 'It puts a proxy into every new pod, or takes it out.' },
]

/** Of a namespace's labels those that these names are for. */
export function chosen(labels: Labels, names: readonly string[]): Labels {
  return Object.fromEntries(names.flatMap((name) => (labels[name] === undefined ? [] : [[name, labels[name]]])))
}

/**
 * Labels that nobody declared and that change what runs; all others are somebody's bookkeeping. They are the cluster's
 * keepers' to set, and taking one off could let in what they keep out.
 */
export function foreignLabels({ labels }: LiveNamespace, ours: readonly string[], namespace: string): readonly UnmanagedDifference[] {
  return Object.entries(labels).flatMap(([name, value]): UnmanagedDifference[] => {
    const known = CHANGE_WHAT_RUNS.find((one) => one.name.test(name))
    if (known === undefined || ours.includes(name)) return []
    const remedy = `It is not undone by groundcrew. Is it meant to be, declare it in kubernetes.namespaceLabels; who set it: kubectl get namespace ${namespace} -o yaml --show-managed-fields`
    return [{ pointer: pointer('labels', name), expected: 'none', actual: value, summary: known.does, remedy }]
  })
}
