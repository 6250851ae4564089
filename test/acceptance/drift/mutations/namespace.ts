import { everythingMatchesGuide } from '../../support/assertions.ts'
import type { LabInstallation } from '../../support/installation.ts'
import { expectExit, expectText } from '../../support/installation.ts'
import type { Mutation } from './mutation.ts'

export const namespaceMutations: readonly Mutation[] = [
  {
    address: 'namespace/spacelift',
    name: 'the whole namespace deleted',
    shows: /gone/,
    change: deleted,
    repaired: everythingMatchesGuide,
  },
]

/** While it goes it is neither there nor gone, and nothing may be planned for it. */
async function deleted(site: LabInstallation): Promise<void> {
  await site.kubectl('delete', 'namespace', 'spacelift', '--wait=false')
  expectText(expectExit(await site.plan(), 1).stderr, 'is being deleted')
  await site.kubectl('wait', '--for=delete', 'namespace/spacelift', '--timeout=60s')
}
