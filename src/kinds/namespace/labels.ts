import { pointer } from '../../values/json.ts'
import type { LiveNamespace } from '../../world/ports/cluster.ts'
import type { UnmanagedDifference } from '../kind.ts'

export type Labels = { readonly [name: string]: string }

/** Labels with which other software changes what runs in a namespace. */
const EFFECTS: readonly { readonly name: RegExp; readonly effect: string }[] = [
  { name: /^pod-security\.kubernetes\.io\//, effect: 'It decides which pods may start in this namespace.' },
  { name: /^(istio-injection$|istio\.io\/)/, effect: 'It adds a proxy to every new pod, or prevents that.' },
  { name: /^(linkerd\.io|kuma\.io)\//, effect: 'It adds a proxy to every new pod, or prevents that.' },
]

/** The labels with these names. */
export function selectLabels(labels: Labels, names: readonly string[]): Labels {
  return Object.fromEntries(names.flatMap((name) => (labels[name] === undefined ? [] : [[name, labels[name]]])))
}

/**
 * Undeclared labels that change what runs in the namespace; any other label is of no consequence here. They are for the
 * cluster's administrators to set: removing one could admit what it is meant to keep out.
 */
export function undeclaredLabels(
  { labels }: LiveNamespace,
  declared: readonly string[],
  namespace: string,
): readonly UnmanagedDifference[] {
  return Object.entries(labels).flatMap(([name, value]): UnmanagedDifference[] => {
    const known = EFFECTS.find((effect) => effect.name.test(name))
    if (known === undefined || declared.includes(name)) return []
    const remedy = `groundcrew does not undo it. If it is intended, declare it in kubernetes.namespaceLabels. To see who set it: kubectl get namespace ${namespace} -o yaml --show-managed-fields`
    return [{ pointer: pointer('labels', name), expected: 'none', actual: value, summary: known.effect, remedy }]
  })
}
