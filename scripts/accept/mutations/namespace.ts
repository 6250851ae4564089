import type { Mutation } from './mutation.ts'

export const namespaceMutations: readonly Mutation[] = [
  {
    address: 'namespace/spacelift',
    name: 'the whole namespace deleted',
    shows: /gone/,
    change: (site) => site.kubectl('delete', 'namespace', 'spacelift', '--wait'),
  },
]
