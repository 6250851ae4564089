import { join } from 'node:path'
import { everythingMatchesGuide } from '../support/assertions.ts'
import type { LabInstallation } from '../support/installation.ts'
import { applied, newestRevisionIsDeployed, type Scenario } from './scenario.ts'

export const repair: Scenario = {
  name: 'a repair of six drifts',
  needsNewLab: false,
  records: 15,
  sample: ['before:8'],
  async begin(installation) {
    await applied(installation, installation.file)
    // Helm first: it would wait forever for pods whose secret is deleted.
    await installation.helm(
      'upgrade',
      'spacelift',
      join(installation.folder, 'chart'),
      '--reuse-values',
      '--wait',
      '--set',
      'server.replicaCount=2',
    )
    await Promise.all(changedByOtherClients(installation))
  },
  file: (installation) => installation.file,
  async expect(installation) {
    await everythingMatchesGuide(installation)
    await newestRevisionIsDeployed(installation, 'spacelift')
  },
}

function changedByOtherClients(installation: LabInstallation): Promise<unknown>[] {
  const kubectl = (...args: string[]) => installation.kubectl('-n', 'spacelift', ...args)
  return [
    installation.mc('rb', '--force', 'lab/spacelift-run-logs'),
    installation.mc('version', 'suspend', 'lab/spacelift-states'),
    installation.client('skopeo', 'delete', `docker://${installation.image('launcher')}`),
    kubectl('patch', 'secret', 'spacelift-server', '--type=merge', '-p', '{"stringData":{"WEBHOOKS_ENDPOINT":"by-hand"}}'),
    kubectl('delete', 'secret', 'spacelift-drain'),
  ]
}
