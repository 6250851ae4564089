import { join } from 'node:path'
import { everythingMatchesGuide } from '../support/assertions.ts'
import type { LabInstallation } from '../support/installation.ts'
import { oneIsDeployed, type Scenario, settled } from './scenario.ts'

export const repair: Scenario = {
  name: 'a repair of six drifts',
  needsNewLab: false,
  sample: ['before:8'],
  async begin(site) {
    await settled(site, site.file)
    // Helm first: it would wait for pods whose secret is gone.
    await site.helm('upgrade', 'spacelift', join(site.folder, 'chart'), '--reuse-values', '--wait', '--set', 'server.replicaCount=2')
    await Promise.all(byHand(site))
  },
  file: (site) => site.file,
  async expect(site) {
    await everythingMatchesGuide(site)
    await oneIsDeployed(site, 'spacelift')
  },
}

function byHand(site: LabInstallation): Promise<unknown>[] {
  const kubectl = (...args: string[]) => site.kubectl('-n', 'spacelift', ...args)
  return [
    site.mc('rb', '--force', 'lab/spacelift-run-logs'),
    site.mc('version', 'suspend', 'lab/spacelift-states'),
    site.client('skopeo', 'delete', `docker://${site.image('launcher')}`),
    kubectl('patch', 'secret', 'spacelift-server', '--type=merge', '-p', '{"stringData":{"WEBHOOKS_ENDPOINT":"by-hand"}}'),
    kubectl('delete', 'secret', 'spacelift-drain'),
  ]
}
